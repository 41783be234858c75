-- How many orders of each account and currency were open on each of twelve days, and their full amounts. An order with
-- invoices that count that day is open while less is invoiced than ordered and it is not closed, or while one of them has a
-- balance; one without is open until it is closed. What links without an amount give comes worked out (monthly_links.sql).
WITH month AS (
    SELECT day, place FROM unnest(%(days)s::date[]) WITH ORDINALITY AS m (day, place)
), link AS MATERIALIZED (
    {order_links}
), given AS (
    SELECT * FROM unnest(%(orders)s::bigint[], %(places)s::bigint[], %(given)s::bigint[]) AS g (order_id, place, amount)
), ordered AS MATERIALIZED (
    SELECT id, customer_id, currency, issue_date, amount, COALESCE(closed_date, 'infinity') AS closed_date
    FROM ar.document
    WHERE org_id = %(org)s AND class = 'order' AND state = 'sent' AND issue_date <= %(until)s::date
), invoiced AS (
    SELECT l.order_id, m.place, sum(l.amount) AS stated, bool_or(
           d.closed_on > m.day AND CASE
               WHEN d.first_allocated_on > m.day THEN true
               WHEN d.last_changed_on <= m.day THEN d.open_amount > 0
               ELSE d.amount > (SELECT COALESCE(sum(a.amount), 0) FROM ar.allocation a WHERE a.org_id = %(org)s
                                AND a.charge_id = d.id AND a.effective_on <= m.day AND a.ended_on > m.day)
           END) AS has_balance
    FROM link l
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = l.invoice_id AND (d.state = 'sent' OR d.void_on IS NOT NULL)
    JOIN month m ON d.issue_date <= m.day AND COALESCE(d.void_on, 'infinity') > m.day
    GROUP BY l.order_id, m.place
), opened AS (
    SELECT o.customer_id, o.currency, m.place, o.amount, o.issue_date
    FROM ordered o
    JOIN month m ON o.issue_date <= m.day
    LEFT JOIN invoiced i ON i.order_id = o.id AND i.place = m.place
    LEFT JOIN given g ON g.order_id = o.id AND g.place = m.place
    WHERE CASE WHEN i.order_id IS NULL THEN o.closed_date > m.day
               ELSE i.has_balance OR o.closed_date > m.day AND COALESCE(i.stated, 0) + COALESCE(g.amount, 0) < o.amount END
), counted AS (
    SELECT customer_id, currency, place, count(*) AS orders, sum(amount) AS amount FROM opened GROUP BY customer_id, currency, place
), summed AS (
    SELECT s.customer_id, s.currency,
           array_agg(c.orders ORDER BY m.place) AS orders, array_agg(c.amount::bigint ORDER BY m.place) AS amounts
    FROM (SELECT DISTINCT customer_id, currency FROM ordered) AS s
    CROSS JOIN month m
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
