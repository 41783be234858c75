-- Payments that a client announced through the portal up to a moment, in one currency, the newest first.
SELECT p.id, p.amount * y.unit AS amount, p.method, p.reference, p.state, p.pay_on, p.settled_on, h.name AS announced_by
FROM ar.portal_payment p
JOIN ar.currency y ON y.code = p.currency
LEFT JOIN ar.person h ON h.org_id = %(org)s AND h.id = p.person_id
WHERE p.org_id = %(org)s AND p.customer_id = %(customer)s AND p.currency = %(currency)s AND p.announced_at < %(until)s
ORDER BY p.id DESC
LIMIT %(limit)s
