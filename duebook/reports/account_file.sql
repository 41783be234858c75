-- Every document of a tab in its order, for a file; the columns of account_page.sql under the names that the file has.
-- Which tab, which order, account_items.py fills in.
SELECT i.id, c.account_number, c.name AS account_name, i.section, i.kind, i.number, i.issue_date, i.due_date, y.code AS currency,
       i.amount * y.unit AS amount, i.balance * y.unit AS balance, i.status,
       CASE WHEN i.document_class = 'charge' AND i.balance > 0 THEN %(as_of)s::date - i.due_date END AS days_past_due,
       COALESCE((SELECT LEAST(i.balance, sum(COALESCE(s.amount, i.balance))) FROM ar.dispute s
                 WHERE s.org_id = %(org)s AND s.document_id = i.id AND s.opened_on <= %(as_of)s::date
                   AND s.ended_on > %(as_of)s::date), 0) * y.unit AS disputed,
       (SELECT string_agg(l.number || ' ' || COALESCE(NULLIF(l.status, ''), 'without status'), ', ' ORDER BY l.status) FROM (
            SELECT l.status, count(*) AS number FROM ar.document_line l
            WHERE l.org_id = %(org)s AND l.document_id = i.id GROUP BY l.status) AS l) AS line_item_statuses,
       i.reason, i.method, i.origin
FROM ({account_items}) AS i
JOIN ar.currency y ON y.code = i.currency
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = %(customer)s
WHERE i.status = ANY (%(statuses)s)
ORDER BY [order]
