-- One row per day and currency: the sums of all rows that a filter and a search mean.
SELECT s.day, s.currency, sum(s.accounts)::bigint AS accounts, sum(s.invoicing_accounts)::bigint AS invoicing_accounts,
       sum(s.outstanding) * y.unit AS outstanding_amount,
       sum(s.current_amount + s.past_due_amount) * y.unit AS outstanding_invoice_amount,
       sum(s.current_count + s.past_due_count)::bigint AS outstanding_invoice_count,
       sum(s.current_amount) * y.unit AS current_amount, sum(s.current_count)::bigint AS current_count,
       sum(s.past_due_amount) * y.unit AS past_due_amount, sum(s.past_due_count)::bigint AS past_due_count,
       sum(s.d1_30_amount) * y.unit AS d1_30_amount, sum(s.d31_60_amount) * y.unit AS d31_60_amount,
       sum(s.d61_90_amount) * y.unit AS d61_90_amount, sum(s.d91_plus_amount) * y.unit AS d91_plus_amount,
       sum(s.debit_amount) * y.unit AS debit_adjustment_amount, sum(s.debit_count)::bigint AS debit_adjustment_count,
       sum(s.credit_amount) * y.unit AS credit_adjustment_amount, sum(s.credit_count)::bigint AS credit_adjustment_count,
       sum(s.discount_amount) * y.unit AS discount_amount, sum(s.disputed_amount) * y.unit AS disputed_amount,
       sum(s.statement_amount) * y.unit AS statement_amount,
       CASE WHEN sum(s.current_amount + s.past_due_amount) = 0 THEN 0.0000
            ELSE div(20000 * sum(s.weighted_days) + sum(s.current_amount + s.past_due_amount),
                     2 * sum(s.current_amount + s.past_due_amount)) * 0.0001 END AS weighted_avg_days_overdue
FROM ([sums]) AS s JOIN ar.currency y ON y.code = s.currency
GROUP BY s.day, s.currency, y.unit
HAVING sum(s.accounts) > 0
ORDER BY s.day DESC, s.currency
