-- Every row of the monthly report for a file, in its order: whose it is, and twelve figures of one measure, which monthly_file.py
-- fills in with which rows, and in which order.
SELECT c.account_number, c.name, y.code, [figures]
FROM ar.customer_month a
[joined]
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = a.customer_id
JOIN ar.currency y ON y.code = a.currency
WHERE {monthly_asked}
ORDER BY [order]
