-- What rows add up to, as they are kept; of those to be taken away with a sign before it. Day by day: one by one their
-- rows are looked up in the key, all days at once would be read as a whole.
SELECT s.* FROM unnest(%(days)s::date[]) AS t (day)
CROSS JOIN LATERAL (
    SELECT t.day, a.currency, [sign]count(*) AS accounts,
           [sign]count(*) FILTER (WHERE a.current_count + a.past_due_count > 0) AS invoicing_accounts,
           [sign]sum(a.outstanding) AS outstanding, [sign]sum(a.current_amount) AS current_amount,
           [sign]sum(a.past_due_amount) AS past_due_amount, [sign]sum(a.d1_30_amount) AS d1_30_amount,
           [sign]sum(a.d31_60_amount) AS d31_60_amount, [sign]sum(a.d61_90_amount) AS d61_90_amount,
           [sign]sum(a.d91_plus_amount) AS d91_plus_amount, [sign]sum(a.debit_amount) AS debit_amount,
           [sign]sum(a.credit_amount) AS credit_amount, [sign]sum(a.disputed_amount) AS disputed_amount,
           [sign]sum(a.statement_amount) AS statement_amount, [sign]sum(a.discount_amount) AS discount_amount,
           [sign]sum(a.current_count) AS current_count, [sign]sum(a.past_due_count) AS past_due_count,
           [sign]sum(a.debit_count) AS debit_count, [sign]sum(a.credit_count) AS credit_count,
           [sign]sum(a.weighted_days) AS weighted_days
    FROM ar.customer_aging a
    [joined]
    WHERE [asked]
      AND a.day = t.day
    GROUP BY a.currency
) AS s
