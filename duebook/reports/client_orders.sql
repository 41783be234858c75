-- A client's orders, the newest first, as they stand on a day; which are open is judged as in the staff's reports. Then how
-- many are open and closed, with their amounts (id NULL).
WITH item AS MATERIALIZED (
    SELECT d.id, d.customer_id, d.number, d.issue_date, d.due_date, d.currency, d.amount * y.unit AS amount,
           CASE WHEN d.closed_date <= (%(days)s::date[])[1] THEN d.closed_date END AS closed_date,
           CASE WHEN o.id IS NULL THEN 'closed' ELSE 'open' END AS state
    FROM ar.document d JOIN ar.currency y ON y.code = d.currency LEFT JOIN ({open_orders}) AS o ON o.id = d.id
    WHERE d.org_id = %(org)s AND d.class = 'order' AND d.state = 'sent' AND d.issue_date <= (%(days)s::date[])[1]
      AND d.customer_id = ANY (%(customers)s::bigint[])
)
SELECT * FROM (
    SELECT i.id, c.name AS account_name, i.number, i.issue_date, i.due_date, i.currency, i.amount, i.closed_date, i.state, 1 AS orders
    FROM item i JOIN ar.customer c ON c.org_id = %(org)s AND c.id = i.customer_id
    WHERE (%(state)s = '' OR i.state = %(state)s)
      AND (%(before)s::bigint IS NULL OR (i.issue_date, i.id) < (%(before_on)s::date, %(before)s))
    ORDER BY i.issue_date DESC, i.id DESC LIMIT %(size)s
) AS page
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, i.currency, sum(i.amount), NULL, i.state, count(*) FROM item i GROUP BY i.currency, i.state
ORDER BY issue_date DESC NULLS LAST, id DESC, currency, state
