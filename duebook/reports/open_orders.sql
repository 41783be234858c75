-- Which orders were open on each of some days (the ends of months, in order), of some accounts or of all: a row per order
-- and day, with what was invoiced of it by then and what was not paid of those invoices. Cancelled orders never count.
-- With invoices that count that day: open while less is invoiced than ordered and it is not closed, or while one of them
-- has a balance. Without: open until it is closed.
-- A link without an amount gives what is left of its invoice to the invoice's orders by order date, to each at most what is
-- not invoiced of it yet. Where no invoice has several such orders that is a sum; the others are gone through one by one.
WITH month AS MATERIALIZED (
    SELECT day, place, min(day) OVER () AS first_day, max(day) OVER () AS last_day
    FROM unnest(%(days)s::date[]) WITH ORDINALITY AS m (day, place)
), ordered AS MATERIALIZED (
    SELECT id, customer_id, currency, number, issue_date, amount, COALESCE(closed_date, 'infinity') AS closed_date
    FROM ar.document
    WHERE org_id = %(org)s AND class = 'order' AND state = 'sent' AND issue_date <= (SELECT max(last_day) FROM month)
      AND (%(customers)s::bigint[] IS NULL OR customer_id = ANY (%(customers)s::bigint[]))
), link AS MATERIALIZED (
    SELECT p.order_id, p.invoice_id, p.amount AS stated, i.issue_date AS invoiced_on, i.number AS invoice_number,
           COALESCE(i.void_on, 'infinity') AS void_on, i.amount, i.open_amount, i.closed_on, i.first_allocated_on,
           i.last_changed_on, o.id IS NOT NULL AS is_order,
           GREATEST(0, i.amount - COALESCE(sum(p.amount) OVER same_invoice, 0)) AS leaves,
           count(o.id) FILTER (WHERE p.amount IS NULL) OVER same_invoice > 1 AS is_shared
    FROM ({order_links}) AS p
    CROSS JOIN LATERAL (  -- one by one: a hash of all documents costs more than these
        SELECT * FROM ar.document i
        WHERE i.org_id = %(org)s AND i.id = p.invoice_id AND (i.state = 'sent' OR i.void_on IS NOT NULL)
        OFFSET 0
    ) AS i
    LEFT JOIN ordered o ON o.id = p.order_id
    WINDOW same_invoice AS (PARTITION BY p.invoice_id)
), linked AS MATERIALIZED (
    SELECT * FROM link WHERE is_order AND void_on > (SELECT min(first_day) FROM month)
), known AS MATERIALIZED (
    SELECT order_id, bool_or(is_shared AND stated IS NULL) AS is_shared, max(closed_on) AS settled_on,
           max(invoiced_on) AS invoiced_on, min(void_on) AS void_on, sum(COALESCE(stated, leaves)) AS offered
    FROM linked GROUP BY order_id
), judged AS MATERIALIZED (  -- without those that were through before the first day
    SELECT o.*, COALESCE(k.is_shared, false) AS is_shared
    FROM ordered o
    LEFT JOIN known k ON k.order_id = o.id
    CROSS JOIN (SELECT min(first_day) AS first_day FROM month) AS m
    WHERE CASE WHEN k.order_id IS NULL THEN o.closed_date > m.first_day
               ELSE k.is_shared OR k.void_on < 'infinity' OR k.settled_on > m.first_day OR k.invoiced_on > m.first_day
                    OR o.closed_date > m.first_day AND k.offered < o.amount END
), live AS MATERIALIZED (
    SELECT l.order_id, m.place, sum(l.stated) AS stated, sum(l.leaves) FILTER (WHERE l.stated IS NULL) AS offered,
           sum(CASE WHEN l.closed_on <= m.day THEN 0
                    WHEN l.first_allocated_on > m.day THEN l.amount
                    WHEN l.last_changed_on <= m.day THEN l.open_amount
                    ELSE l.amount - (SELECT COALESCE(sum(a.amount), 0) FROM ar.allocation a WHERE a.org_id = %(org)s
                                     AND a.charge_id = l.invoice_id AND a.effective_on <= m.day AND a.ended_on > m.day)
               END) AS unpaid
    FROM judged j
    JOIN linked l ON l.order_id = j.id
    JOIN month m ON m.day >= l.invoiced_on AND m.day < l.void_on AND m.day >= j.issue_date
    GROUP BY l.order_id, m.place
), sharing AS (
    SELECT j.customer_id, j.currency, m.place, j.id, l.leaves, l.invoiced_on, l.invoice_number, j.issue_date, j.number,
           GREATEST(0, j.amount - COALESCE(v.stated, 0))::bigint AS rest,
           dense_rank() OVER (PARTITION BY j.customer_id, j.currency, m.place ORDER BY j.id) AS order_place,
           dense_rank() OVER (PARTITION BY j.customer_id, j.currency, m.place ORDER BY l.invoice_id) AS invoice_place
    FROM judged j
    JOIN linked l ON l.order_id = j.id AND l.stated IS NULL
    JOIN month m ON m.day >= l.invoiced_on AND m.day < l.void_on AND m.day >= j.issue_date
    JOIN live v ON v.order_id = j.id AND v.place = m.place
    WHERE j.is_shared
), shared AS MATERIALIZED (
    SELECT s.place, s.orders[g.order_place] AS order_id, g.amount
    FROM (
        SELECT place, array_agg(DISTINCT id ORDER BY id) AS orders,
               ar.shared_out(array_agg(order_place ORDER BY invoiced_on, invoice_number, invoice_place, issue_date, number, id),
                             array_agg(invoice_place ORDER BY invoiced_on, invoice_number, invoice_place, issue_date, number, id),
                             array_agg(rest ORDER BY invoiced_on, invoice_number, invoice_place, issue_date, number, id),
                             array_agg(leaves::bigint ORDER BY invoiced_on, invoice_number, invoice_place, issue_date, number, id)
               ) AS given
        FROM sharing GROUP BY customer_id, currency, place
    ) AS s
    CROSS JOIN unnest(s.given) WITH ORDINALITY AS g (amount, order_place)
)
SELECT j.id, j.customer_id, j.currency, j.number, j.issue_date, j.amount, m.place, v.invoiced, COALESCE(i.unpaid, 0) AS unpaid
FROM judged j
JOIN month m ON m.day >= j.issue_date
LEFT JOIN live i ON i.order_id = j.id AND i.place = m.place
LEFT JOIN shared g ON j.is_shared AND g.order_id = j.id AND g.place = m.place
CROSS JOIN LATERAL (
    SELECT COALESCE(i.stated, 0) + CASE WHEN j.is_shared THEN COALESCE(g.amount, 0)
           ELSE GREATEST(0, LEAST(j.amount - COALESCE(i.stated, 0), COALESCE(i.offered, 0))) END AS invoiced
) AS v
WHERE CASE WHEN i.order_id IS NULL THEN j.closed_date > m.day
           ELSE i.unpaid > 0 OR j.closed_date > m.day AND v.invoiced < j.amount END
