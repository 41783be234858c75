-- $1 organisation, $2 the day until which facts count, $3 accounts or NULL for all, $4 the twelve ends of months, the last
-- of them $2, $5 the days on which the months begin, and the one after $2.
-- One row per account and currency with a document that counts; where an account has none of debt, or no order, its own
-- currency has the row of that report. Rows that are as they should be are not written.
WITH account AS (
    SELECT c.id AS customer_id, c.sort_name, COALESCE(c.currency, o.currency) AS currency
    FROM ar.customer c JOIN ar.org o ON o.org_id = $1
    WHERE c.org_id = $1 AND ($3::bigint[] IS NULL OR c.id = ANY ($3))
), fact AS (  -- a document on its day; if it is void, taken back on that day
    SELECT d.customer_id, d.currency, d.class, d.issue_date AS on_day,
           CASE d.class WHEN 'charge' THEN d.amount WHEN 'order' THEN 0 ELSE -d.amount END AS value,
           CASE WHEN d.last_changed_on > $2 THEN $2 + 1 WHEN d.closed_date > $2 THEN d.closed_date ELSE 'infinity' END AS changes_on
    FROM ar.document d
    WHERE d.org_id = $1 AND (d.state = 'sent' OR d.void_on IS NOT NULL AND d.class <> 'order')
      AND ($3::bigint[] IS NULL OR d.customer_id = ANY ($3))
    UNION ALL
    SELECT d.customer_id, d.currency, d.class, d.void_on, CASE d.class WHEN 'charge' THEN -d.amount ELSE d.amount END, 'infinity'
    FROM ar.document d
    WHERE d.org_id = $1 AND d.void_on IS NOT NULL AND d.class <> 'order' AND ($3::bigint[] IS NULL OR d.customer_id = ANY ($3))
), placed AS (  -- 0: before the window, 1 to 12: its months, 13: to come
    SELECT customer_id, currency, place, sum(value) AS value, bool_or(class <> 'order') AS in_debt,
           bool_or(class = 'order') AS in_orders, min(CASE place WHEN 13 THEN on_day ELSE changes_on END) AS changes_on
    FROM (SELECT *, width_bucket(on_day, $5::date[]) AS place FROM fact) AS f
    GROUP BY customer_id, currency, place
), debt AS MATERIALIZED (
    SELECT customer_id, currency,
           COALESCE(sum(value) FILTER (WHERE place <= 0), 0)::bigint AS owed_0,
           COALESCE(sum(value) FILTER (WHERE place <= 1), 0)::bigint AS owed_1,
           COALESCE(sum(value) FILTER (WHERE place <= 2), 0)::bigint AS owed_2,
           COALESCE(sum(value) FILTER (WHERE place <= 3), 0)::bigint AS owed_3,
           COALESCE(sum(value) FILTER (WHERE place <= 4), 0)::bigint AS owed_4,
           COALESCE(sum(value) FILTER (WHERE place <= 5), 0)::bigint AS owed_5,
           COALESCE(sum(value) FILTER (WHERE place <= 6), 0)::bigint AS owed_6,
           COALESCE(sum(value) FILTER (WHERE place <= 7), 0)::bigint AS owed_7,
           COALESCE(sum(value) FILTER (WHERE place <= 8), 0)::bigint AS owed_8,
           COALESCE(sum(value) FILTER (WHERE place <= 9), 0)::bigint AS owed_9,
           COALESCE(sum(value) FILTER (WHERE place <= 10), 0)::bigint AS owed_10,
           COALESCE(sum(value) FILTER (WHERE place <= 11), 0)::bigint AS owed_11,
           COALESCE(sum(value) FILTER (WHERE place <= 12), 0)::bigint AS owed_12,
           COALESCE(bool_or(in_debt) FILTER (WHERE place < 13), false) AS in_debt,
           COALESCE(bool_or(in_orders) FILTER (WHERE place < 13), false) AS in_orders, min(changes_on) AS changes_on
    FROM placed GROUP BY customer_id, currency
), opened AS MATERIALIZED (
    SELECT customer_id, currency,
           count(*) FILTER (WHERE place = 1) AS count_1, count(*) FILTER (WHERE place = 2) AS count_2,
           count(*) FILTER (WHERE place = 3) AS count_3, count(*) FILTER (WHERE place = 4) AS count_4,
           count(*) FILTER (WHERE place = 5) AS count_5, count(*) FILTER (WHERE place = 6) AS count_6,
           count(*) FILTER (WHERE place = 7) AS count_7, count(*) FILTER (WHERE place = 8) AS count_8,
           count(*) FILTER (WHERE place = 9) AS count_9, count(*) FILTER (WHERE place = 10) AS count_10,
           count(*) FILTER (WHERE place = 11) AS count_11, count(*) FILTER (WHERE place = 12) AS count_12,
           COALESCE(sum(amount) FILTER (WHERE place = 1), 0)::bigint AS amount_1,
           COALESCE(sum(amount) FILTER (WHERE place = 2), 0)::bigint AS amount_2,
           COALESCE(sum(amount) FILTER (WHERE place = 3), 0)::bigint AS amount_3,
           COALESCE(sum(amount) FILTER (WHERE place = 4), 0)::bigint AS amount_4,
           COALESCE(sum(amount) FILTER (WHERE place = 5), 0)::bigint AS amount_5,
           COALESCE(sum(amount) FILTER (WHERE place = 6), 0)::bigint AS amount_6,
           COALESCE(sum(amount) FILTER (WHERE place = 7), 0)::bigint AS amount_7,
           COALESCE(sum(amount) FILTER (WHERE place = 8), 0)::bigint AS amount_8,
           COALESCE(sum(amount) FILTER (WHERE place = 9), 0)::bigint AS amount_9,
           COALESCE(sum(amount) FILTER (WHERE place = 10), 0)::bigint AS amount_10,
           COALESCE(sum(amount) FILTER (WHERE place = 11), 0)::bigint AS amount_11,
           COALESCE(sum(amount) FILTER (WHERE place = 12), 0)::bigint AS amount_12,
           min(issue_date) FILTER (WHERE place = 12) AS oldest_order
    FROM ({open_orders}) AS o
    GROUP BY customer_id, currency
), keyed AS (
    SELECT customer_id, currency, bool_or(in_debt) AS in_debt, bool_or(in_orders) AS in_orders, bool_or(is_own) AS is_own,
           min(changes_on) AS changes_on
    FROM (SELECT customer_id, currency, in_debt, in_orders, false AS is_own, changes_on FROM debt
          UNION ALL SELECT customer_id, currency, false, false, true, 'infinity' FROM account) AS k
    GROUP BY customer_id, currency
), listed AS (
    SELECT customer_id, currency, min(changes_on) OVER same AS changes_on,
           in_debt OR is_own AND NOT bool_or(in_debt) OVER same AS in_debt,
           in_orders OR is_own AND NOT bool_or(in_orders) OVER same AS in_orders
    FROM keyed WINDOW same AS (PARTITION BY customer_id)
), fresh AS MATERIALIZED (
    SELECT ROW($1, date_trunc('month', $2::date)::date, l.changes_on, l.customer_id,
           COALESCE(d.owed_0, 0), COALESCE(d.owed_1, 0), COALESCE(d.owed_2, 0), COALESCE(d.owed_3, 0),
           COALESCE(d.owed_4, 0), COALESCE(d.owed_5, 0), COALESCE(d.owed_6, 0), COALESCE(d.owed_7, 0),
           COALESCE(d.owed_8, 0), COALESCE(d.owed_9, 0), COALESCE(d.owed_10, 0), COALESCE(d.owed_11, 0),
           COALESCE(d.owed_12, 0),
           l.in_debt, l.in_orders, l.currency, a.sort_name,
           COALESCE(o.count_1, 0), COALESCE(o.count_2, 0), COALESCE(o.count_3, 0), COALESCE(o.count_4, 0),
           COALESCE(o.count_5, 0), COALESCE(o.count_6, 0), COALESCE(o.count_7, 0), COALESCE(o.count_8, 0),
           COALESCE(o.count_9, 0), COALESCE(o.count_10, 0), COALESCE(o.count_11, 0), COALESCE(o.count_12, 0),
           COALESCE(o.amount_1, 0), COALESCE(o.amount_2, 0), COALESCE(o.amount_3, 0), COALESCE(o.amount_4, 0),
           COALESCE(o.amount_5, 0), COALESCE(o.amount_6, 0), COALESCE(o.amount_7, 0), COALESCE(o.amount_8, 0),
           COALESCE(o.amount_9, 0), COALESCE(o.amount_10, 0), COALESCE(o.amount_11, 0), COALESCE(o.amount_12, 0),
           o.oldest_order)::ar.customer_month AS whole
    FROM listed l
    JOIN account a ON a.customer_id = l.customer_id
    LEFT JOIN debt d ON d.customer_id = l.customer_id AND d.currency = l.currency
    LEFT JOIN opened o ON o.customer_id = l.customer_id AND o.currency = l.currency
    WHERE l.in_debt OR l.in_orders
), gone AS (
    DELETE FROM ar.customer_month k
    WHERE k.org_id = $1 AND k.month = date_trunc('month', $2::date)::date AND ($3::bigint[] IS NULL OR k.customer_id = ANY ($3))
      AND NOT EXISTS (SELECT FROM fresh f WHERE (f.whole).customer_id = k.customer_id AND (f.whole).currency = k.currency)
)
INSERT INTO ar.customer_month AS k
SELECT (f.whole).*
FROM fresh f
LEFT JOIN ar.customer_month o ON o.org_id = $1 AND o.month = date_trunc('month', $2::date)::date
     AND o.customer_id = (f.whole).customer_id AND o.currency = (f.whole).currency
WHERE o.customer_id IS NULL OR f.whole IS DISTINCT FROM o
ON CONFLICT (org_id, month, customer_id, currency) DO UPDATE SET
    changes_on = excluded.changes_on, in_debt = excluded.in_debt, in_orders = excluded.in_orders,
    oldest_order = excluded.oldest_order, sort_name = excluded.sort_name,
    owed_0 = excluded.owed_0, owed_1 = excluded.owed_1, owed_2 = excluded.owed_2, owed_3 = excluded.owed_3,
    owed_4 = excluded.owed_4, owed_5 = excluded.owed_5, owed_6 = excluded.owed_6, owed_7 = excluded.owed_7,
    owed_8 = excluded.owed_8, owed_9 = excluded.owed_9, owed_10 = excluded.owed_10, owed_11 = excluded.owed_11,
    owed_12 = excluded.owed_12, count_1 = excluded.count_1, count_2 = excluded.count_2, count_3 = excluded.count_3,
    count_4 = excluded.count_4, count_5 = excluded.count_5, count_6 = excluded.count_6, count_7 = excluded.count_7,
    count_8 = excluded.count_8, count_9 = excluded.count_9, count_10 = excluded.count_10, count_11 = excluded.count_11,
    count_12 = excluded.count_12, amount_1 = excluded.amount_1, amount_2 = excluded.amount_2,
    amount_3 = excluded.amount_3, amount_4 = excluded.amount_4, amount_5 = excluded.amount_5,
    amount_6 = excluded.amount_6, amount_7 = excluded.amount_7, amount_8 = excluded.amount_8,
    amount_9 = excluded.amount_9, amount_10 = excluded.amount_10, amount_11 = excluded.amount_11,
    amount_12 = excluded.amount_12
