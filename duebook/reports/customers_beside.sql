-- The account that comes next in the order of the list: one row, or none at its end.
SELECT a.customer_id
FROM ar.customer_aging a
[joined]
WHERE [asked]
  AND a.day = %(as_of)s
  AND [stretch]
  AND ([after])
ORDER BY [order]
LIMIT 1
