-- The rows of a page of a tab in its order. Line items are counted by the source's own words.
WITH page AS MATERIALIZED (
    SELECT * FROM ({account_items}) AS i
    WHERE i.status = ANY (%(statuses)s) AND ([after])
    ORDER BY [order]
    LIMIT %(limit)s
)
SELECT i.id, i.number, i.kind, i.document_class, i.issue_date, i.due_date, i.amount * y.unit AS amount,
       i.balance * y.unit AS balance, i.status, i.reason, i.method, i.origin, i.section,
       CASE WHEN i.document_class = 'charge' AND i.due_date IS NOT NULL THEN %(as_of)s::date - i.due_date END AS days_past_due,
       (SELECT LEAST(i.balance, sum(COALESCE(s.amount, i.balance))) * y.unit FROM ar.dispute s
        WHERE s.org_id = %(org)s AND s.document_id = i.id AND s.opened_on <= %(as_of)s::date AND s.ended_on > %(as_of)s::date
        HAVING count(*) > 0) AS disputed,
       (SELECT jsonb_object_agg(l.status, l.number) FROM (
            SELECT l.status, count(*) AS number FROM ar.document_line l
            WHERE l.org_id = %(org)s AND l.document_id = i.id GROUP BY l.status) AS l) AS lines
FROM page i JOIN ar.currency y ON y.code = %(currency)s
ORDER BY [order]
