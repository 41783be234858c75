-- The rows of one page, then one row of totals per currency (customer_id NULL, `accounts` counted).
WITH found AS MATERIALIZED (
    SELECT r.*, row_number() OVER (ORDER BY r.account_number, r.currency) AS place
    FROM ({aging}) AS r
    WHERE (%(currency)s = '' OR r.currency = %(currency)s)
      AND (%(search)s = '' OR r.search_text LIKE %(search)s)
)
SELECT place, customer_id, account_number, account_name, currency, current, days_1_30, days_31_60, days_61_90, days_91_plus,
       disputed, unapplied_credits, outstanding, weighted_avg_days_overdue, debit_adjustments, invoices, not_yet_due, NULL::bigint AS accounts
FROM found
WHERE %(size)s::bigint IS NULL OR place > %(after)s AND place <= %(after)s + %(size)s
UNION ALL
SELECT NULL, NULL, NULL, NULL, currency, sum(current), sum(days_1_30), sum(days_31_60), sum(days_61_90), sum(days_91_plus),
       sum(disputed), sum(unapplied_credits), sum(outstanding),
       CASE WHEN sum(invoices) = 0 THEN 0.0000
            ELSE div(20000 * sum(weighted_days) + sum(invoices * y.units), 2 * sum(invoices * y.units)) * 0.0001 END,
       sum(debit_adjustments), sum(invoices), sum(not_yet_due), count(*)
FROM found JOIN ar.currency y ON y.code = found.currency
GROUP BY currency
ORDER BY place, currency
