-- Some documents of a client after a place in their order. Which they are is found first, by no more than that takes; what
-- else is told is worked out for them alone. Line items are counted by the source's own words.
WITH place AS MATERIALIZED (
    SELECT ARRAY(SELECT i.id FROM ([found]) AS i WHERE [after] ORDER BY [order] LIMIT %(size)s) AS ids
)
SELECT i.id, i.customer_id, c.account_number, c.name AS account_name, i.number, i.kind, i.class, i.issue_date,
       CASE i.class WHEN 'charge' THEN i.due_on END AS due_date, i.currency, i.amount * y.unit AS amount,
       i.balance * y.unit AS balance, i.disputed * y.unit AS disputed, i.part * y.unit AS part,
       CASE WHEN i.class = 'charge' THEN i.days_past_due END AS days_past_due, i.state, i.origin,
       (SELECT jsonb_object_agg(l.status, l.number) FROM (
            SELECT l.status, count(*) AS number FROM ar.document_line l
            WHERE l.org_id = %(org)s AND l.document_id = i.id GROUP BY l.status) AS l) AS lines,
       [key] AS key
FROM ([shown]) AS i
JOIN unnest((SELECT ids FROM place)) WITH ORDINALITY AS o (id, place) ON o.id = i.id
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = i.customer_id
JOIN ar.currency y ON y.code = i.currency
ORDER BY o.place
