-- $1 organisation, $2 day, $3 accounts or NULL for all. What the listed rows add up to, by currency and status.
SELECT $1 AS org_id, $2 AS day, currency, is_active, count(*) AS accounts,
       count(*) FILTER (WHERE current_count + past_due_count > 0) AS invoicing_accounts,
       sum(outstanding)::bigint AS outstanding, sum(current_amount)::bigint AS current_amount,
       sum(past_due_amount)::bigint AS past_due_amount, sum(d1_30_amount)::bigint AS d1_30_amount,
       sum(d31_60_amount)::bigint AS d31_60_amount, sum(d61_90_amount)::bigint AS d61_90_amount,
       sum(d91_plus_amount)::bigint AS d91_plus_amount, sum(debit_amount)::bigint AS debit_amount,
       sum(credit_amount)::bigint AS credit_amount, sum(disputed_amount)::bigint AS disputed_amount,
       sum(statement_amount)::bigint AS statement_amount, sum(discount_amount)::bigint AS discount_amount,
       sum(current_count)::bigint AS current_count, sum(past_due_count)::bigint AS past_due_count,
       sum(debit_count)::bigint AS debit_count, sum(credit_count)::bigint AS credit_count,
       sum(weighted_days) AS weighted_days
FROM ar.customer_aging
WHERE org_id = $1 AND day = $2 AND is_listed AND ($3::bigint[] IS NULL OR customer_id = ANY ($3))
GROUP BY currency, is_active
