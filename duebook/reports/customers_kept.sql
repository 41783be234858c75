-- What all rows add up to, kept per day (rollups/totals.sql).
SELECT t.day, t.currency, t.accounts, t.invoicing_accounts,
       t.outstanding, t.current_amount, t.past_due_amount, t.d1_30_amount, t.d31_60_amount, t.d61_90_amount,
       t.d91_plus_amount, t.debit_amount, t.credit_amount, t.disputed_amount, t.statement_amount, t.discount_amount,
       t.current_count, t.past_due_count, t.debit_count, t.credit_count, t.weighted_days
FROM rollup.totals(%(days)s) AS t
WHERE (%(currency)s = '' OR t.currency = %(currency)s) AND (%(active)s::boolean IS NULL OR t.is_active = %(active)s)
