-- What one row of a window is sorted by.
SELECT [keys]
FROM ar.customer_month a
[joined]
WHERE a.org_id = %(org)s AND a.month = %(month)s AND a.customer_id = %(customer)s AND a.currency = %(currency)s
