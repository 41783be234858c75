-- $1 organisation, $2 day, $3 accounts or NULL for all. What the listed rows add up to, by currency and status.
SELECT $1 AS org_id, $2 AS day, currency, is_active, count(*) AS accounts,
       count(*) FILTER (WHERE current_count + past_due_count > 0) AS invoicing_accounts,
       rollup.total(outstanding) AS outstanding, rollup.total(current_amount) AS current_amount,
       rollup.total(past_due_amount) AS past_due_amount, rollup.total(d1_30_amount) AS d1_30_amount,
       rollup.total(d31_60_amount) AS d31_60_amount, rollup.total(d61_90_amount) AS d61_90_amount,
       rollup.total(d91_plus_amount) AS d91_plus_amount, rollup.total(debit_amount) AS debit_amount,
       rollup.total(credit_amount) AS credit_amount, rollup.total(disputed_amount) AS disputed_amount,
       rollup.total(statement_amount) AS statement_amount, rollup.total(discount_amount) AS discount_amount,
       rollup.total(current_count) AS current_count, rollup.total(past_due_count) AS past_due_count,
       rollup.total(debit_count) AS debit_count, rollup.total(credit_count) AS credit_count,
       sum(weighted_days) AS weighted_days
FROM ar.customer_aging
WHERE org_id = $1 AND day = $2 AND is_listed AND ($3::bigint[] IS NULL OR customer_id = ANY ($3))
GROUP BY currency, is_active
