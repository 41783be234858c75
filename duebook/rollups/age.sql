-- $1 organisation, $2 day, $3 accounts or NULL for all. The rows that are kept become what they should be: those that are
-- so already are not written, new ones wait for their scores.
{fresh}, wanted AS MATERIALIZED (
    SELECT * FROM fresh
), gone AS (
    DELETE FROM ar.customer_aging k
    WHERE k.org_id = $1 AND k.day = $2 AND ($3::bigint[] IS NULL OR k.customer_id = ANY ($3))
      AND NOT EXISTS (SELECT FROM wanted f WHERE f.customer_id = k.customer_id AND f.currency = k.currency)
)
INSERT INTO ar.customer_aging AS k (org_id, day, customer_id, currency, is_sorted, is_listed, is_active,
    sort_name, account_type, score, outstanding,
    current_amount, past_due_amount, d1_30_amount, d31_60_amount, d61_90_amount, d91_plus_amount, debit_amount, credit_amount,
    disputed_amount, statement_amount, discount_amount, outstanding_before, current_count, past_due_count, d1_30_count,
    d31_60_count, d61_90_count, d91_plus_count, debit_count, credit_count, days_overdue, weighted_days, oldest_due_date)
SELECT $1, $2, f.customer_id, f.currency, d.is_sorted, f.is_listed, f.is_active,
    f.sort_name, f.account_type, COALESCE(o.score, 0), f.outstanding,
    f.current_amount, f.past_due_amount, f.d1_30_amount, f.d31_60_amount, f.d61_90_amount, f.d91_plus_amount, f.debit_amount,
    f.credit_amount, f.disputed_amount, f.statement_amount, f.discount_amount, f.outstanding_before, f.current_count,
    f.past_due_count, f.d1_30_count, f.d31_60_count, f.d61_90_count, f.d91_plus_count, f.debit_count, f.credit_count,
    f.days_overdue, f.weighted_days, f.oldest_due_date
FROM wanted f
JOIN ar.org_day d ON d.org_id = $1 AND d.day = $2
LEFT JOIN ar.customer_aging o ON o.org_id = $1 AND o.day = $2 AND o.customer_id = f.customer_id AND o.currency = f.currency
WHERE o.customer_id IS NULL
   OR (f.is_listed, f.is_active, f.sort_name, f.account_type, f.outstanding, f.current_amount, f.past_due_amount, f.d1_30_amount,
       f.d31_60_amount, f.d61_90_amount, f.d91_plus_amount, f.debit_amount, f.credit_amount, f.disputed_amount,
       f.statement_amount, f.discount_amount, f.outstanding_before, f.current_count, f.past_due_count, f.d1_30_count,
       f.d31_60_count, f.d61_90_count, f.d91_plus_count, f.debit_count, f.credit_count, f.weighted_days, f.oldest_due_date)
      IS DISTINCT FROM
      (o.is_listed, o.is_active, o.sort_name, o.account_type, o.outstanding, o.current_amount, o.past_due_amount, o.d1_30_amount,
       o.d31_60_amount, o.d61_90_amount, o.d91_plus_amount, o.debit_amount, o.credit_amount, o.disputed_amount,
       o.statement_amount, o.discount_amount, o.outstanding_before, o.current_count, o.past_due_count, o.d1_30_count,
       o.d31_60_count, o.d61_90_count, o.d91_plus_count, o.debit_count, o.credit_count, o.weighted_days, o.oldest_due_date)
ON CONFLICT (org_id, day, customer_id, currency) DO UPDATE SET
    is_listed = excluded.is_listed, is_active = excluded.is_active, sort_name = excluded.sort_name,
    account_type = excluded.account_type, outstanding = excluded.outstanding,
    current_amount = excluded.current_amount, past_due_amount = excluded.past_due_amount,
    d1_30_amount = excluded.d1_30_amount, d31_60_amount = excluded.d31_60_amount, d61_90_amount = excluded.d61_90_amount,
    d91_plus_amount = excluded.d91_plus_amount, debit_amount = excluded.debit_amount, credit_amount = excluded.credit_amount,
    disputed_amount = excluded.disputed_amount, statement_amount = excluded.statement_amount,
    discount_amount = excluded.discount_amount, outstanding_before = excluded.outstanding_before,
    current_count = excluded.current_count, past_due_count = excluded.past_due_count, d1_30_count = excluded.d1_30_count,
    d31_60_count = excluded.d31_60_count, d61_90_count = excluded.d61_90_count, d91_plus_count = excluded.d91_plus_count,
    debit_count = excluded.debit_count, credit_count = excluded.credit_count, days_overdue = excluded.days_overdue,
    weighted_days = excluded.weighted_days, oldest_due_date = excluded.oldest_due_date
