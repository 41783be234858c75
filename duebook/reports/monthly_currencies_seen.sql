-- The currencies of a report of those who see some accounts: out of all rows that they see.
SELECT DISTINCT a.currency FROM ar.customer_month a
WHERE a.org_id = %(org)s AND a.month = %(month)s AND ([listed])
ORDER BY a.currency
