-- Some documents of a client after a place in their order, then one row per currency with what all that match come to
-- (id NULL). Line items are counted by the source's own words.
WITH item AS MATERIALIZED (
    SELECT i.*, y.unit FROM ({client_items}) AS i JOIN ar.currency y ON y.code = i.currency
    WHERE (%(figure)s = '' OR i.part <> 0)
      AND (%(states)s::text[] IS NULL OR i.state = ANY (%(states)s))
      AND (%(least)s::numeric IS NULL OR i.amount * y.unit >= %(least)s)
      AND (%(most)s::numeric IS NULL OR i.amount * y.unit <= %(most)s)
), page AS (
    SELECT i.*, row_number() OVER (ORDER BY [order]) AS place FROM item i
    WHERE [after] ORDER BY [order] LIMIT %(size)s
)
SELECT p.place, p.id, p.customer_id, c.account_number, c.name AS account_name, p.number, p.kind, p.class, p.issue_date,
       CASE p.class WHEN 'charge' THEN p.due_on END AS due_date, p.currency, p.amount * p.unit AS amount,
       p.balance * p.unit AS balance, p.disputed * p.unit AS disputed, p.part * p.unit AS part,
       CASE WHEN p.class = 'charge' THEN p.days_past_due END AS days_past_due, p.state, p.origin,
       (SELECT jsonb_object_agg(l.status, l.number) FROM (
            SELECT l.status, count(*) AS number FROM ar.document_line l
            WHERE l.org_id = %(org)s AND l.document_id = p.id GROUP BY l.status) AS l) AS lines,
       [key] AS key, 1 AS documents
FROM page p JOIN ar.customer c ON c.org_id = %(org)s AND c.id = p.customer_id
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, i.currency, sum(i.amount) * i.unit,
       sum(i.balance) * i.unit, sum(i.disputed) * i.unit, sum(i.part) * i.unit, NULL, NULL, NULL, NULL, NULL, count(*)
FROM item i GROUP BY i.currency, i.unit
ORDER BY place NULLS LAST, currency
