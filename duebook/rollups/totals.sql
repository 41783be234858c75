-- $1 organisation, $2 day, $3 accounts, $4 what they added up to before. What they add up to now takes its place.
WITH change AS (
    SELECT currency, is_active,
           sum(sign * accounts)::bigint AS accounts, sum(sign * invoicing_accounts)::bigint AS invoicing_accounts,
           sum(sign * outstanding)::bigint AS outstanding, sum(sign * current_amount)::bigint AS current_amount,
           sum(sign * past_due_amount)::bigint AS past_due_amount, sum(sign * d1_30_amount)::bigint AS d1_30_amount,
           sum(sign * d31_60_amount)::bigint AS d31_60_amount, sum(sign * d61_90_amount)::bigint AS d61_90_amount,
           sum(sign * d91_plus_amount)::bigint AS d91_plus_amount, sum(sign * debit_amount)::bigint AS debit_amount,
           sum(sign * credit_amount)::bigint AS credit_amount, sum(sign * disputed_amount)::bigint AS disputed_amount,
           sum(sign * statement_amount)::bigint AS statement_amount,
           sum(sign * discount_amount)::bigint AS discount_amount, sum(sign * current_count)::bigint AS current_count,
           sum(sign * past_due_count)::bigint AS past_due_count, sum(sign * debit_count)::bigint AS debit_count,
           sum(sign * credit_count)::bigint AS credit_count, sum(sign * weighted_days) AS weighted_days
    FROM (SELECT 1 AS sign, s.* FROM ({sums}) AS s UNION ALL SELECT -1, b.* FROM unnest($4) AS b) AS c
    GROUP BY currency, is_active
)
INSERT INTO ar.day_total AS t (org_id, day, currency, is_active,
    accounts, invoicing_accounts, outstanding, current_amount, past_due_amount, d1_30_amount, d31_60_amount,
    d61_90_amount, d91_plus_amount, debit_amount, credit_amount, disputed_amount, statement_amount, discount_amount,
    current_count, past_due_count, debit_count, credit_count, weighted_days)
SELECT $1, $2, currency, is_active,
       accounts, invoicing_accounts, outstanding, current_amount, past_due_amount, d1_30_amount, d31_60_amount,
       d61_90_amount, d91_plus_amount, debit_amount, credit_amount, disputed_amount, statement_amount,
       discount_amount, current_count, past_due_count, debit_count, credit_count, weighted_days
FROM change
WHERE (accounts, invoicing_accounts, outstanding, current_amount, past_due_amount, d1_30_amount, d31_60_amount,
       d61_90_amount, d91_plus_amount, debit_amount, credit_amount, disputed_amount, statement_amount,
       discount_amount, current_count, past_due_count, debit_count, credit_count, weighted_days)
      <> (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
ON CONFLICT (org_id, day, currency, is_active) DO UPDATE SET
    accounts = t.accounts + excluded.accounts,
    invoicing_accounts = t.invoicing_accounts + excluded.invoicing_accounts,
    outstanding = t.outstanding + excluded.outstanding, current_amount = t.current_amount + excluded.current_amount,
    past_due_amount = t.past_due_amount + excluded.past_due_amount,
    d1_30_amount = t.d1_30_amount + excluded.d1_30_amount, d31_60_amount = t.d31_60_amount + excluded.d31_60_amount,
    d61_90_amount = t.d61_90_amount + excluded.d61_90_amount,
    d91_plus_amount = t.d91_plus_amount + excluded.d91_plus_amount,
    debit_amount = t.debit_amount + excluded.debit_amount, credit_amount = t.credit_amount + excluded.credit_amount,
    disputed_amount = t.disputed_amount + excluded.disputed_amount,
    statement_amount = t.statement_amount + excluded.statement_amount,
    discount_amount = t.discount_amount + excluded.discount_amount,
    current_count = t.current_count + excluded.current_count,
    past_due_count = t.past_due_count + excluded.past_due_count, debit_count = t.debit_count + excluded.debit_count,
    credit_count = t.credit_count + excluded.credit_count, weighted_days = t.weighted_days + excluded.weighted_days
