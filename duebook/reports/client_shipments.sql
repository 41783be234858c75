-- What was sent to a client's accounts, the newest first, after a place in that order, as it stands on a day.
SELECT s.number, c.name AS account_name, s.order_number, s.shipped_on, s.expected_on,
       CASE WHEN s.delivered_on <= %(as_of)s::date THEN s.delivered_on END AS delivered_on, s.carrier, s.tracking
FROM ar.shipment s JOIN ar.customer c ON c.org_id = %(org)s AND c.id = s.customer_id
WHERE s.org_id = %(org)s AND s.customer_id = ANY (%(customers)s::bigint[]) AND s.state <> 'cancelled' AND s.shipped_on <= %(as_of)s::date
  AND (%(state)s = '' OR %(state)s = CASE WHEN s.delivered_on <= %(as_of)s::date THEN 'delivered' ELSE 'shipped' END)
  AND (%(before)s::text IS NULL OR (s.shipped_on, s.number) < (%(before_on)s::date, %(before)s::text COLLATE "C"))
ORDER BY s.shipped_on DESC, s.number DESC LIMIT %(size)s
