-- Every row of the list for a file, in its order and with the columns of customers.sql: as all will be read, nothing is picked
-- first, and rows are sorted once. What they are sorted by stands first in them: to compare two rows, each is read up to there.
-- Which rows, and in which order, customers_file.py fills in.
WITH invited AS (
    SELECT * FROM guard.invited(NULL, %(at)s)
)
SELECT [keys], {customers_columns}
FROM ar.customer_aging a
[joined]
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = a.customer_id
JOIN ar.currency y ON y.code = a.currency
LEFT JOIN ar.customer_internal n ON n.org_id = %(org)s AND n.customer_id = a.customer_id
LEFT JOIN ar.person p ON p.org_id = %(org)s AND p.id = n.owner_id
LEFT JOIN invited i ON i.customer_id = a.customer_id
WHERE [asked]
  AND a.day = %(as_of)s
ORDER BY [order]
