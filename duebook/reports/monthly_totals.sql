-- One row per currency: the sums of all rows that a question means, and how many of them have each flag.
SELECT y.code, y.exponent, count(*),
       ARRAY[sum(a.owed_0), sum(a.owed_1), sum(a.owed_2), sum(a.owed_3), sum(a.owed_4), sum(a.owed_5), sum(a.owed_6),
             sum(a.owed_7), sum(a.owed_8), sum(a.owed_9), sum(a.owed_10), sum(a.owed_11), sum(a.owed_12)],
       ARRAY[sum(a.count_1), sum(a.count_2), sum(a.count_3), sum(a.count_4), sum(a.count_5), sum(a.count_6),
             sum(a.count_7), sum(a.count_8), sum(a.count_9), sum(a.count_10), sum(a.count_11), sum(a.count_12)],
       ARRAY[sum(a.amount_1), sum(a.amount_2), sum(a.amount_3), sum(a.amount_4), sum(a.amount_5), sum(a.amount_6),
             sum(a.amount_7), sum(a.amount_8), sum(a.amount_9), sum(a.amount_10), sum(a.amount_11), sum(a.amount_12)],
       count(*) FILTER (WHERE [rising]), count(*) FILTER (WHERE [began]), count(*) FILTER (WHERE [old_order])
FROM ar.customer_month a JOIN ar.currency y ON y.code = a.currency
[joined]
WHERE {monthly_asked}
GROUP BY y.code, y.exponent
ORDER BY y.code
