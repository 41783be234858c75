-- The customers of all rows that a question means.
SELECT DISTINCT a.customer_id FROM ar.customer_month a
WHERE {monthly_asked}
