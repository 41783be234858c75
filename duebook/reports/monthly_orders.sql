-- How many orders of each account and currency were open at the end of each of twelve months, and their full amounts.
WITH opened AS MATERIALIZED (
    {open_orders}
), counted AS (
    SELECT customer_id, currency, place, count(*) AS orders, sum(amount) AS amount FROM opened GROUP BY customer_id, currency, place
), summed AS (
    SELECT s.customer_id, s.currency,
           array_agg(c.orders ORDER BY m.place) AS orders, array_agg(c.amount::bigint ORDER BY m.place) AS amounts
    FROM (SELECT DISTINCT customer_id, currency FROM ar.document WHERE org_id = %(org)s AND class = 'order' AND state = 'sent'
          AND issue_date <= %(until)s::date) AS s
    CROSS JOIN generate_series(1, 12) AS m (place)
    LEFT JOIN counted c ON (c.customer_id, c.currency, c.place) = (s.customer_id, s.currency, m.place)
    GROUP BY s.customer_id, s.currency
), oldest AS (
    SELECT customer_id, currency, min(issue_date) AS oldest_on FROM opened WHERE place = 12 GROUP BY customer_id, currency
)
SELECT c.id, c.account_number, c.name, y.code, y.exponent, s.orders, s.amounts, e.oldest_on
FROM ar.customer c
JOIN ar.org o ON o.org_id = c.org_id
LEFT JOIN summed s ON s.customer_id = c.id
LEFT JOIN oldest e ON (e.customer_id, e.currency) = (s.customer_id, s.currency)
JOIN ar.currency y ON y.code = COALESCE(s.currency, c.currency, o.currency)
WHERE c.org_id = %(org)s
ORDER BY c.account_number, y.code
