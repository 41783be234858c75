-- The currencies of a report, each found by one step in the index.
WITH RECURSIVE found AS (
    (SELECT a.currency FROM ar.customer_month a
     WHERE a.org_id = %(org)s AND a.month = %(month)s AND ([listed]) ORDER BY a.currency LIMIT 1)
    UNION ALL
    SELECT (SELECT a.currency FROM ar.customer_month a
            WHERE a.org_id = %(org)s AND a.month = %(month)s AND ([listed]) AND a.currency > f.currency
            ORDER BY a.currency LIMIT 1)
    FROM found f WHERE f.currency IS NOT NULL
)
SELECT currency FROM found WHERE currency IS NOT NULL
