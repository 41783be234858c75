-- One row per day and currency: the sums of all rows that a filter and a search mean.
SELECT a.day, a.currency, count(*) AS accounts,
       count(*) FILTER (WHERE a.current_count + a.past_due_count > 0) AS invoicing_accounts,
       sum(a.outstanding) * y.unit AS outstanding_amount,
       sum(a.current_amount + a.past_due_amount) * y.unit AS outstanding_invoice_amount,
       sum(a.current_count + a.past_due_count)::bigint AS outstanding_invoice_count,
       sum(a.current_amount) * y.unit AS current_amount, sum(a.current_count)::bigint AS current_count,
       sum(a.past_due_amount) * y.unit AS past_due_amount, sum(a.past_due_count)::bigint AS past_due_count,
       sum(a.d1_30_amount) * y.unit AS d1_30_amount, sum(a.d31_60_amount) * y.unit AS d31_60_amount,
       sum(a.d61_90_amount) * y.unit AS d61_90_amount, sum(a.d91_plus_amount) * y.unit AS d91_plus_amount,
       sum(a.debit_amount) * y.unit AS debit_adjustment_amount, sum(a.debit_count)::bigint AS debit_adjustment_count,
       sum(a.credit_amount) * y.unit AS credit_adjustment_amount, sum(a.credit_count)::bigint AS credit_adjustment_count,
       sum(a.discount_amount) * y.unit AS discount_amount, sum(a.disputed_amount) * y.unit AS disputed_amount,
       sum(a.statement_amount) * y.unit AS statement_amount,
       CASE WHEN sum(a.current_amount + a.past_due_amount) = 0 THEN 0.0000
            ELSE div(20000 * sum(a.weighted_days) + sum(a.current_amount + a.past_due_amount),
                     2 * sum(a.current_amount + a.past_due_amount)) * 0.0001 END AS weighted_avg_days_overdue
FROM ar.customer_aging a JOIN ar.currency y ON y.code = a.currency
WHERE {customers_asked}
      AND a.day = ANY (%(days)s)
GROUP BY a.day, a.currency, y.unit
ORDER BY a.day DESC, a.currency
