-- The account types that there are, each found by one step in the index.
WITH RECURSIVE found AS (
    (SELECT c.account_type FROM ar.customer c WHERE c.org_id = %(org)s ORDER BY c.account_type LIMIT 1)
    UNION ALL
    SELECT (SELECT c.account_type FROM ar.customer c WHERE c.org_id = %(org)s AND c.account_type > f.account_type
            ORDER BY c.account_type LIMIT 1)
    FROM found f WHERE f.account_type IS NOT NULL
)
SELECT account_type FROM found WHERE account_type IS NOT NULL
