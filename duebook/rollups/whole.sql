-- $1 organisation, $2 day, $3 NULL, $4 whether with scores. All rows of a day of which none is kept yet.
{fresh}, typical AS MATERIALIZED (
    {medians}
), told AS (
    INSERT INTO ar.typical_amount (org_id, day, currency, halves) SELECT $1, $2, currency, halves FROM typical WHERE $4
)
INSERT INTO ar.customer_aging (org_id, day, customer_id, currency, is_sorted, is_listed, is_active,
    sort_name, account_type, score, outstanding,
    current_amount, past_due_amount, d1_30_amount, d31_60_amount, d61_90_amount, d91_plus_amount, debit_amount, credit_amount,
    disputed_amount, statement_amount, discount_amount, outstanding_before, current_count, past_due_count, d1_30_count,
    d31_60_count, d61_90_count, d91_plus_count, debit_count, credit_count, days_overdue, weighted_days, oldest_due_date)
SELECT $1, $2, r.customer_id, r.currency, (SELECT d.is_sorted FROM ar.org_day d WHERE d.org_id = $1 AND d.day = $2),
    r.is_listed, r.is_active, r.sort_name, r.account_type, CASE WHEN $4 THEN {points} ELSE 0 END, r.outstanding,
    r.current_amount, r.past_due_amount, r.d1_30_amount, r.d31_60_amount, r.d61_90_amount, r.d91_plus_amount, r.debit_amount,
    r.credit_amount, r.disputed_amount, r.statement_amount, r.discount_amount, r.outstanding_before, r.current_count,
    r.past_due_count, r.d1_30_count, r.d31_60_count, r.d61_90_count, r.d91_plus_count, r.debit_count, r.credit_count,
    r.days_overdue, r.weighted_days, r.oldest_due_date
FROM fresh r LEFT JOIN typical t ON $4 AND t.currency = r.currency
