-- The aging of the accounts that a client speaks for, with how many documents it is of.
SELECT customer_id, account_number, account_name, currency, current, days_1_30, days_31_60, days_61_90, days_91_plus, disputed,
       unapplied_credits, outstanding, weighted_avg_days_overdue, debit_adjustments, invoices, not_yet_due, open_count,
       invoice_count, disputed_count
FROM ({aging}) AS r ORDER BY account_number, currency
