-- A client's orders, the newest first, as they stand on a day: an order is open until it is closed. Then how many are
-- open and closed, with their amounts (id NULL). Which they are, and the sums, stand in the index document_order.
WITH place AS MATERIALIZED (
    SELECT ARRAY(
        SELECT d.id FROM ar.document d
        WHERE d.org_id = %(org)s AND d.class = 'order' AND d.state = 'sent' AND d.issue_date <= %(as_of)s::date
          AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
          AND (%(state)s = '' OR %(state)s = CASE WHEN d.closed_date <= %(as_of)s::date THEN 'closed' ELSE 'open' END)
          AND (%(before)s::bigint IS NULL OR (d.issue_date, d.id) < (%(before_on)s::date, %(before)s))
        ORDER BY d.issue_date DESC, d.id DESC LIMIT %(size)s) AS ids
)
SELECT d.id, c.name AS account_name, d.number, d.issue_date, d.due_date, d.currency, d.amount * y.unit AS amount, d.closed_date,
       CASE WHEN d.closed_date <= %(as_of)s::date THEN 'closed' ELSE 'open' END AS state, 1 AS orders
FROM ar.document d
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = d.customer_id
JOIN ar.currency y ON y.code = d.currency
WHERE d.org_id = %(org)s AND d.id = ANY ((SELECT ids FROM place)::bigint[])
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, s.currency, s.amount * y.unit, NULL, s.state, s.orders
FROM (
    SELECT d.currency, CASE WHEN d.closed_date <= %(as_of)s::date THEN 'closed' ELSE 'open' END AS state,
           sum(d.amount) AS amount, count(*) AS orders
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class = 'order' AND d.state = 'sent' AND d.issue_date <= %(as_of)s::date
      AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
    GROUP BY 1, 2
) AS s JOIN ar.currency y ON y.code = s.currency
ORDER BY issue_date DESC NULLS LAST, id DESC, currency, state
