-- $1 organisation, $2 day, $3 accounts or NULL for all.
-- One row per account and currency with anything open that day; an account with nothing open has one row of
-- zeros in its own currency. What was owed at the close of the day before stands beside it, in rows that are
-- not listed where today's have no place for it. Rows that are as they should be are not written.
WITH account AS (
    SELECT c.id AS customer_id, c.active, c.sort_name, COALESCE(c.currency, o.currency) AS currency
    FROM ar.customer c JOIN ar.org o ON o.org_id = $1
    WHERE c.org_id = $1 AND ($3::bigint[] IS NULL OR c.id = ANY ($3))
), open_now AS MATERIALIZED (
    SELECT customer_id, currency,
           COALESCE(sum(balance) FILTER (WHERE ages AND days_past_due <= 0), 0)::bigint             AS current_amount,
           COALESCE(sum(balance) FILTER (WHERE ages AND days_past_due > 0), 0)::bigint              AS past_due_amount,
           COALESCE(sum(balance) FILTER (WHERE ages AND days_past_due BETWEEN 1 AND 30), 0)::bigint AS d1_30_amount,
           COALESCE(sum(balance) FILTER (WHERE ages AND days_past_due BETWEEN 31 AND 60), 0)::bigint AS d31_60_amount,
           COALESCE(sum(balance) FILTER (WHERE ages AND days_past_due BETWEEN 61 AND 90), 0)::bigint AS d61_90_amount,
           COALESCE(sum(balance) FILTER (WHERE ages AND days_past_due > 90), 0)::bigint             AS d91_plus_amount,
           COALESCE(sum(balance) FILTER (WHERE class = 'charge' AND NOT ages), 0)::bigint           AS debit_amount,
           COALESCE(sum(balance) FILTER (WHERE class <> 'charge'), 0)::bigint                       AS credit_amount,
           COALESCE(sum(disputed), 0)::bigint                                                       AS disputed_amount,
           COALESCE(sum(CASE class WHEN 'charge' THEN balance ELSE -balance END)
                    FILTER (WHERE issue_date < date_trunc('month', $2::date)::date), 0)::bigint     AS statement_amount,
           COALESCE(sum(LEAST(discount_amount, balance))
                    FILTER (WHERE class = 'charge' AND discount_date >= $2), 0)::bigint             AS discount_amount,
           count(*) FILTER (WHERE ages AND days_past_due <= 0)                                      AS current_count,
           count(*) FILTER (WHERE ages AND days_past_due > 0)                                       AS past_due_count,
           count(*) FILTER (WHERE ages AND days_past_due BETWEEN 1 AND 30)                          AS d1_30_count,
           count(*) FILTER (WHERE ages AND days_past_due BETWEEN 31 AND 60)                         AS d31_60_count,
           count(*) FILTER (WHERE ages AND days_past_due BETWEEN 61 AND 90)                         AS d61_90_count,
           count(*) FILTER (WHERE ages AND days_past_due > 90)                                      AS d91_plus_count,
           count(*) FILTER (WHERE class = 'charge' AND NOT ages)                                    AS debit_count,
           count(*) FILTER (WHERE class <> 'charge')                                                AS credit_count,
           COALESCE(sum(balance * days_past_due::numeric) FILTER (WHERE ages AND days_past_due > 0), 0) AS weighted_days,
           min(due_date) FILTER (WHERE ages)                                                        AS oldest_due_date
    FROM ({open_items}) AS item
    GROUP BY customer_id, currency
), open_before AS MATERIALIZED (
    SELECT customer_id, currency, sum(CASE class WHEN 'charge' THEN balance ELSE -balance END)::bigint AS outstanding_before
    FROM ({open_items_before}) AS item
    GROUP BY customer_id, currency
), listed AS (
    SELECT customer_id, currency, true AS is_listed FROM open_now
    UNION ALL
    SELECT customer_id, currency, true FROM account WHERE customer_id NOT IN (SELECT customer_id FROM open_now)
), fresh AS MATERIALIZED (
    SELECT k.customer_id, k.currency, COALESCE(k.is_listed, false) AS is_listed, a.active AS is_active, a.sort_name,
           COALESCE(n.current_amount + n.past_due_amount + n.debit_amount - n.credit_amount, 0) AS outstanding,
           COALESCE(n.current_amount, 0) AS current_amount, COALESCE(n.past_due_amount, 0) AS past_due_amount,
           COALESCE(n.d1_30_amount, 0) AS d1_30_amount, COALESCE(n.d31_60_amount, 0) AS d31_60_amount,
           COALESCE(n.d61_90_amount, 0) AS d61_90_amount, COALESCE(n.d91_plus_amount, 0) AS d91_plus_amount,
           COALESCE(n.debit_amount, 0) AS debit_amount, COALESCE(n.credit_amount, 0) AS credit_amount,
           COALESCE(n.disputed_amount, 0) AS disputed_amount, COALESCE(n.statement_amount, 0) AS statement_amount,
           COALESCE(n.discount_amount, 0) AS discount_amount, COALESCE(k.outstanding_before, 0) AS outstanding_before,
           COALESCE(n.current_count, 0) AS current_count, COALESCE(n.past_due_count, 0) AS past_due_count,
           COALESCE(n.d1_30_count, 0) AS d1_30_count, COALESCE(n.d31_60_count, 0) AS d31_60_count,
           COALESCE(n.d61_90_count, 0) AS d61_90_count, COALESCE(n.d91_plus_count, 0) AS d91_plus_count,
           COALESCE(n.debit_count, 0) AS debit_count, COALESCE(n.credit_count, 0) AS credit_count,
           -- half up in whole numbers: a quotient cut to its digits and rounded again can end one too high
           CASE WHEN n.current_amount + n.past_due_amount > 0
                THEN div(20000 * n.weighted_days + n.current_amount + n.past_due_amount,
                         2 * (n.current_amount + n.past_due_amount)::numeric)::bigint
                ELSE 0 END AS days_overdue,
           COALESCE(n.weighted_days, 0) AS weighted_days, n.oldest_due_date
    FROM (SELECT * FROM listed FULL JOIN open_before USING (customer_id, currency)) AS k
    JOIN account a USING (customer_id)
    LEFT JOIN open_now n ON n.customer_id = k.customer_id AND n.currency = k.currency
), typical AS MATERIALIZED (  -- of all accounts, so that new rows are written with their scores; of some it is not used
    {medians}
), gone AS (
    DELETE FROM ar.customer_aging k
    WHERE k.org_id = $1 AND k.day = $2 AND ($3::bigint[] IS NULL OR k.customer_id = ANY ($3))
      AND NOT EXISTS (SELECT FROM fresh f WHERE f.customer_id = k.customer_id AND f.currency = k.currency)
)
INSERT INTO ar.customer_aging AS k (org_id, day, customer_id, currency, is_sorted, is_listed, is_active, sort_name, score, outstanding,
    current_amount, past_due_amount, d1_30_amount, d31_60_amount, d61_90_amount, d91_plus_amount, debit_amount, credit_amount,
    disputed_amount, statement_amount, discount_amount, outstanding_before, current_count, past_due_count, d1_30_count,
    d31_60_count, d61_90_count, d91_plus_count, debit_count, credit_count, days_overdue, weighted_days, oldest_due_date)
SELECT $1, $2, f.customer_id, f.currency, d.is_sorted, f.is_listed, f.is_active, f.sort_name, COALESCE(o.score, f.score), f.outstanding,
    f.current_amount, f.past_due_amount, f.d1_30_amount, f.d31_60_amount, f.d61_90_amount, f.d91_plus_amount, f.debit_amount,
    f.credit_amount, f.disputed_amount, f.statement_amount, f.discount_amount, f.outstanding_before, f.current_count,
    f.past_due_count, f.d1_30_count, f.d31_60_count, f.d61_90_count, f.d91_plus_count, f.debit_count, f.credit_count,
    f.days_overdue, f.weighted_days, f.oldest_due_date
FROM (SELECT r.*, CASE WHEN $3::bigint[] IS NOT NULL THEN 0 ELSE {points} END AS score
      FROM fresh r LEFT JOIN typical t ON t.currency = r.currency) AS f
JOIN ar.org_day d ON d.org_id = $1 AND d.day = $2
LEFT JOIN ar.customer_aging o ON o.org_id = $1 AND o.day = $2 AND o.customer_id = f.customer_id AND o.currency = f.currency
WHERE o.customer_id IS NULL
   OR (f.is_listed, f.is_active, f.sort_name, f.outstanding, f.current_amount, f.past_due_amount, f.d1_30_amount,
       f.d31_60_amount, f.d61_90_amount, f.d91_plus_amount, f.debit_amount, f.credit_amount, f.disputed_amount,
       f.statement_amount, f.discount_amount, f.outstanding_before, f.current_count, f.past_due_count, f.d1_30_count,
       f.d31_60_count, f.d61_90_count, f.d91_plus_count, f.debit_count, f.credit_count, f.weighted_days, f.oldest_due_date)
      IS DISTINCT FROM
      (o.is_listed, o.is_active, o.sort_name, o.outstanding, o.current_amount, o.past_due_amount, o.d1_30_amount,
       o.d31_60_amount, o.d61_90_amount, o.d91_plus_amount, o.debit_amount, o.credit_amount, o.disputed_amount,
       o.statement_amount, o.discount_amount, o.outstanding_before, o.current_count, o.past_due_count, o.d1_30_count,
       o.d31_60_count, o.d61_90_count, o.d91_plus_count, o.debit_count, o.credit_count, o.weighted_days, o.oldest_due_date)
ON CONFLICT (org_id, day, customer_id, currency) DO UPDATE SET
    is_listed = excluded.is_listed, is_active = excluded.is_active, sort_name = excluded.sort_name,
    outstanding = excluded.outstanding, current_amount = excluded.current_amount, past_due_amount = excluded.past_due_amount,
    d1_30_amount = excluded.d1_30_amount, d31_60_amount = excluded.d31_60_amount, d61_90_amount = excluded.d61_90_amount,
    d91_plus_amount = excluded.d91_plus_amount, debit_amount = excluded.debit_amount, credit_amount = excluded.credit_amount,
    disputed_amount = excluded.disputed_amount, statement_amount = excluded.statement_amount,
    discount_amount = excluded.discount_amount, outstanding_before = excluded.outstanding_before,
    current_count = excluded.current_count, past_due_count = excluded.past_due_count, d1_30_count = excluded.d1_30_count,
    d31_60_count = excluded.d31_60_count, d61_90_count = excluded.d61_90_count, d91_plus_count = excluded.d91_plus_count,
    debit_count = excluded.debit_count, credit_count = excluded.credit_count, days_overdue = excluded.days_overdue,
    weighted_days = excluded.weighted_days, oldest_due_date = excluded.oldest_due_date
