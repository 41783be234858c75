-- The accounts of all rows that a filter and a search mean.
SELECT DISTINCT a.customer_id FROM ar.customer_aging a
[joined]
WHERE [asked]
      AND a.day = %(as_of)s
ORDER BY a.customer_id
