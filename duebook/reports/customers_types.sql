-- The account types of the rows of a day in a currency, each found by one step in the index.
WITH RECURSIVE found AS (
    (SELECT a.account_type FROM ar.customer_aging a
     WHERE a.org_id = %(org)s AND a.day = %(as_of)s AND a.currency = %(currency)s AND a.is_listed AND a.is_sorted
     ORDER BY a.account_type LIMIT 1)
    UNION ALL
    SELECT (SELECT a.account_type FROM ar.customer_aging a
            WHERE a.org_id = %(org)s AND a.day = %(as_of)s AND a.currency = %(currency)s AND a.is_listed AND a.is_sorted
              AND a.account_type > f.account_type
            ORDER BY a.account_type LIMIT 1)
    FROM found f WHERE f.account_type IS NOT NULL
)
SELECT account_type FROM found WHERE account_type IS NOT NULL
