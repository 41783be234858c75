-- Every account of a window, a row per currency, of debt or of open orders; with `customer` one account and both.
SELECT {monthly_columns}
FROM ar.customer_month a
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = a.customer_id
JOIN ar.currency y ON y.code = a.currency
WHERE a.org_id = %(org)s AND a.month = %(month)s AND (%(customer)s::bigint IS NULL OR a.customer_id = %(customer)s)
  AND CASE %(data_type)s WHEN 'debt' THEN a.in_debt WHEN 'open_orders' THEN a.in_orders ELSE true END
ORDER BY c.account_number, y.code
