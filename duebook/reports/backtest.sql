-- One row per account and currency with an open invoice at the end of a day: what is known that day, by which
-- accounts may be ranked, and how much of that money is past due and still unpaid on a later day.
-- Amounts are whole minor units; before is the day before, for what accounts typically owe.
WITH item AS MATERIALIZED ({open_items}), open_later AS (
    SELECT id, balance FROM ({open_items later}) AS item WHERE ages AND days_past_due > 0
), outstanding_before AS (
    SELECT currency, sum(CASE class WHEN 'charge' THEN balance ELSE -balance END)::bigint AS amount
    FROM ({open_items before}) AS item
    GROUP BY customer_id, currency
), standing AS (
    SELECT i.customer_id, i.currency,
           sum(CASE i.class WHEN 'charge' THEN i.balance ELSE -i.balance END)::bigint               AS outstanding,
           COALESCE(sum(i.balance) FILTER (WHERE i.ages), 0)::bigint                                AS invoices,
           COALESCE(sum(i.balance) FILTER (WHERE i.ages AND i.days_past_due > 0), 0)::bigint        AS past_due,
           COALESCE(sum(i.balance) FILTER (WHERE i.ages AND i.days_past_due > 30), 0)::bigint       AS over_30,
           COALESCE(sum(i.balance) FILTER (WHERE i.ages AND i.days_past_due > 60), 0)::bigint       AS over_60,
           COALESCE(sum(i.balance) FILTER (WHERE i.ages AND i.days_past_due > 90), 0)::bigint       AS over_90,
           COALESCE(sum(i.balance * GREATEST(i.days_past_due, 0)::numeric) FILTER (WHERE i.ages), 0) AS weighted_days,
           count(*) FILTER (WHERE i.ages)                                                           AS open_count,
           count(*) FILTER (WHERE i.ages AND i.days_past_due > 0)                                   AS past_due_count,
           min(i.due_date) FILTER (WHERE i.ages)                                                    AS oldest_due_date,
           COALESCE(sum(LEAST(i.balance, l.balance)) FILTER (WHERE l.id IS NOT NULL), 0)::bigint    AS unpaid
    FROM item i LEFT JOIN open_later l ON l.id = i.id
    GROUP BY i.customer_id, i.currency
), typical AS (  -- twice the median; of the day itself while fewer than five accounts owed anything before
    SELECT currency, percentile_disc(0.5) WITHIN GROUP (ORDER BY amount)
                     + percentile_disc(0.5) WITHIN GROUP (ORDER BY amount DESC) AS halves
    FROM (
        SELECT currency, amount, count(*) OVER (PARTITION BY currency, is_before) AS accounts, is_before
        FROM (
            SELECT currency, amount, true AS is_before FROM outstanding_before WHERE amount > 0
            UNION ALL
            SELECT currency, outstanding, false FROM standing WHERE outstanding > 0
        ) AS owed
    ) AS counted
    WHERE is_before = EXISTS (SELECT FROM outstanding_before b WHERE b.currency = counted.currency AND b.amount > 0
                              HAVING count(*) >= 5)
    GROUP BY currency
)
SELECT s.currency,
       ar.priority_score(s.outstanding, s.past_due, s.over_30, s.over_60, s.over_90, s.days_overdue, s.open_count,
                         s.past_due_count, t.halves, %(weights)s::bigint[]) AS score,
       s.past_due AS past_due_amount, %(as_of)s::date - s.oldest_due_date AS oldest_days, s.outstanding,
       s.days_overdue, s.unpaid
FROM (
    SELECT *, div(20000 * weighted_days + invoices, 2 * invoices)::bigint AS days_overdue
    FROM standing WHERE open_count > 0
) AS s
LEFT JOIN typical t USING (currency)
ORDER BY s.currency, s.customer_id
