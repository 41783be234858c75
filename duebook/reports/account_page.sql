-- The rows of one page of a tab, then one row per status with its number and sums (id NULL). Line items are
-- counted by the source's own words.
WITH item AS MATERIALIZED (
    SELECT * FROM ({account_items}) AS i
), placed AS (
    SELECT i.*, row_number() OVER (ORDER BY [order]) AS place
    FROM item i
    WHERE i.status = ANY (%(statuses)s)
), page AS (
    SELECT * FROM placed WHERE place > %(after)s AND place <= %(after)s + %(size)s
)
SELECT p.place, p.id, p.number, p.kind, p.class, p.issue_date, p.due_date, p.amount * y.unit AS amount, p.balance * y.unit AS balance,
       p.status, p.reason, p.method, p.origin,
       CASE WHEN p.class = 'charge' AND p.due_date IS NOT NULL THEN %(as_of)s::date - p.due_date END AS days_past_due,
       (SELECT sum(LEAST(p.balance, COALESCE(s.amount, p.balance))) * y.unit FROM ar.dispute s
        WHERE s.org_id = %(org)s AND s.document_id = p.id AND s.opened_on <= %(as_of)s::date AND s.ended_on > %(as_of)s::date) AS disputed,
       (SELECT jsonb_object_agg(l.status, l.number) FROM (
            SELECT l.status, count(*) AS number FROM ar.document_line l
            WHERE l.org_id = %(org)s AND l.document_id = p.id GROUP BY l.status) AS l) AS lines,
       1 AS documents
FROM page p JOIN ar.currency y ON y.code = %(currency)s
UNION ALL
SELECT NULL, NULL, NULL, NULL, i.class, NULL, NULL, sum(i.amount) * y.unit, sum(i.balance) * y.unit,
       i.status, NULL, NULL, NULL, NULL, NULL, NULL, count(*)
FROM item i JOIN ar.currency y ON y.code = %(currency)s
GROUP BY i.class, i.status, y.unit
ORDER BY place NULLS LAST, status, class
