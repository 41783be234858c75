-- The accounts of all rows that a filter and a search mean.
SELECT DISTINCT a.customer_id FROM ar.customer_aging a
WHERE {customers_asked}
      AND a.day = %(as_of)s
ORDER BY a.customer_id
