-- The currencies of the rows that the viewer sees, out of those of the whole list.
SELECT c.currency FROM rollup.currencies(%(as_of)s) AS c (currency)
CROSS JOIN LATERAL (
    SELECT FROM ar.customer_aging a
    WHERE a.org_id = %(org)s AND a.day = %(as_of)s AND a.is_listed AND a.currency = c.currency
    LIMIT 1
) AS seen
ORDER BY c.currency
