-- $1 organisation, $2 day, $3 accounts or NULL for all. The rows of a day as they should be, from the documents.
-- One row per account and currency with anything open that day; an account with nothing open has one row of
-- zeros in its own currency. What was owed at the close of the day before stands beside it, in rows that are
-- not listed where today's have no place for it. Documents are read once for both days.
WITH account AS (
    SELECT c.id AS customer_id, c.active, c.sort_name, c.account_type, COALESCE(c.currency, o.currency) AS currency
    FROM ar.customer c JOIN ar.org o ON o.org_id = $1
    WHERE c.org_id = $1 AND ($3::bigint[] IS NULL OR c.id = ANY ($3))
), summed AS (
    SELECT customer_id, currency,
           rollup.total(balance) FILTER (WHERE place = 0) AS current_amount,
           rollup.total(balance) FILTER (WHERE place = 1) AS d1_30_amount,
           rollup.total(balance) FILTER (WHERE place = 2) AS d31_60_amount,
           rollup.total(balance) FILTER (WHERE place = 3) AS d61_90_amount,
           rollup.total(balance) FILTER (WHERE place = 4) AS d91_plus_amount,
           rollup.total(balance) FILTER (WHERE place = 5) AS debit_amount,
           rollup.total(balance) FILTER (WHERE place = 6) AS credit_amount,
           count(*) FILTER (WHERE place = 0) AS current_count,
           count(*) FILTER (WHERE place = 1) AS d1_30_count,
           count(*) FILTER (WHERE place = 2) AS d31_60_count,
           count(*) FILTER (WHERE place = 3) AS d61_90_count,
           count(*) FILTER (WHERE place = 4) AS d91_plus_count,
           count(*) FILTER (WHERE place = 5) AS debit_count,
           count(*) FILTER (WHERE place = 6) AS credit_count,
           rollup.total(LEAST(balance, disputed)) FILTER (WHERE place < 5 AND disputed > 0) AS disputed_amount,
           rollup.total(LEAST(discount_amount, balance)) FILTER (WHERE place < 6 AND discount_date >= $2) AS discount_amount,
           rollup.total(CASE place WHEN 6 THEN -balance ELSE balance END)
               FILTER (WHERE place <= 6 AND issue_date >= date_trunc('month', $2::timestamp)::date) AS month_amount,
           rollup.total(CASE WHEN is_charge THEN balance - balance_before ELSE balance_before - balance END)
               FILTER (WHERE balance <> balance_before) AS day_amount,
           -- whole numbers as long as they cannot be too large
           COALESCE(sum(balance * days_past_due) FILTER (WHERE place BETWEEN 1 AND 4 AND balance < 2147483648), 0)
               + COALESCE(sum(balance * days_past_due::numeric) FILTER (WHERE place BETWEEN 1 AND 4 AND balance >= 2147483648), 0)
               AS weighted_days,
           min(due_date) FILTER (WHERE place < 5) AS oldest_due_date
    FROM (
        SELECT d.*, p.amount AS disputed,
               CASE WHEN d.balance = 0 THEN NULL
                    WHEN NOT d.is_charge THEN 6
                    WHEN NOT d.ages THEN 5
                    WHEN d.days_past_due <= 0 THEN 0
                    WHEN d.days_past_due <= 30 THEN 1
                    WHEN d.days_past_due <= 60 THEN 2
                    WHEN d.days_past_due <= 90 THEN 3
                    ELSE 4 END AS place
        FROM (
            SELECT d.id, d.customer_id, d.currency, d.class = 'charge' AS is_charge, d.ages, d.issue_date, d.due_date,
                   d.discount_date, d.discount_amount, $2::date - d.due_date AS days_past_due,
                   CASE WHEN d.closed_on <= $2 THEN 0 ELSE {balance} END AS balance,
                   CASE WHEN d.issue_date >= $2 THEN 0 ELSE {balance_before} END AS balance_before
            FROM ar.document d
            WHERE d.org_id = $1 AND d.class <> 'order' AND d.closed_on > $2::date - 1 AND d.issue_date <= $2
              AND ($3::bigint[] IS NULL OR d.customer_id = ANY ($3))
            OFFSET 0  -- a fence, as the next one: without it all this is worked out anew wherever it is named
        ) AS d
        LEFT JOIN ({disputed}) AS p ON p.document_id = d.id
        WHERE d.balance > 0 OR d.balance_before > 0
        OFFSET 0
    ) AS item
    GROUP BY customer_id, currency
), placed AS (
    SELECT *, d1_30_amount + d31_60_amount + d61_90_amount + d91_plus_amount AS past_due_amount,
           d1_30_count + d31_60_count + d61_90_count + d91_plus_count AS past_due_count,
           current_amount + d1_30_amount + d31_60_amount + d61_90_amount + d91_plus_amount + debit_amount - credit_amount
               AS outstanding,
           current_count + d1_30_count + d31_60_count + d61_90_count + d91_plus_count + debit_count + credit_count > 0
               AS is_open
    FROM summed
), owing AS MATERIALIZED (
    SELECT *, outstanding - month_amount AS statement_amount, outstanding - day_amount AS outstanding_before FROM placed
), cleared AS MATERIALIZED (  -- accounts that had something open the day before and have nothing now
    SELECT customer_id, array_agg(currency) AS currencies FROM owing
    WHERE NOT is_open AND customer_id NOT IN (SELECT customer_id FROM owing WHERE is_open)
    GROUP BY customer_id
), bare AS (  -- of these, those that have no row in their own currency
    SELECT customer_id, a.currency FROM account a JOIN cleared c USING (customer_id) WHERE a.currency <> ALL (c.currencies)
), fresh AS (
    SELECT a.customer_id, COALESCE(n.currency, a.currency) AS currency,
           CASE WHEN n.is_open IS NULL OR n.is_open THEN true
                ELSE n.currency = a.currency AND a.customer_id IN (SELECT customer_id FROM cleared) END AS is_listed,
           a.active AS is_active, a.sort_name, a.account_type,
           COALESCE(n.outstanding, 0) AS outstanding,
           COALESCE(n.current_amount, 0) AS current_amount, COALESCE(n.past_due_amount, 0) AS past_due_amount,
           COALESCE(n.d1_30_amount, 0) AS d1_30_amount, COALESCE(n.d31_60_amount, 0) AS d31_60_amount,
           COALESCE(n.d61_90_amount, 0) AS d61_90_amount, COALESCE(n.d91_plus_amount, 0) AS d91_plus_amount,
           COALESCE(n.debit_amount, 0) AS debit_amount, COALESCE(n.credit_amount, 0) AS credit_amount,
           COALESCE(n.disputed_amount, 0) AS disputed_amount, COALESCE(n.statement_amount, 0) AS statement_amount,
           COALESCE(n.discount_amount, 0) AS discount_amount, COALESCE(n.outstanding_before, 0) AS outstanding_before,
           COALESCE(n.current_count, 0) AS current_count, COALESCE(n.past_due_count, 0) AS past_due_count,
           COALESCE(n.d1_30_count, 0) AS d1_30_count, COALESCE(n.d31_60_count, 0) AS d31_60_count,
           COALESCE(n.d61_90_count, 0) AS d61_90_count, COALESCE(n.d91_plus_count, 0) AS d91_plus_count,
           COALESCE(n.debit_count, 0) AS debit_count, COALESCE(n.credit_count, 0) AS credit_count,
           -- half up in whole numbers: a quotient cut to its digits and rounded again can end one too high
           CASE WHEN n.weighted_days > 0
                THEN div(20000 * n.weighted_days + n.current_amount + n.past_due_amount,
                         2 * (n.current_amount + n.past_due_amount)::numeric)::bigint
                ELSE 0 END AS days_overdue,
           COALESCE(n.weighted_days, 0) AS weighted_days, n.oldest_due_date
    FROM account a
    LEFT JOIN (SELECT * FROM owing UNION ALL SELECT * FROM bare LEFT JOIN owing USING (customer_id, currency)) AS n USING (customer_id)
)
