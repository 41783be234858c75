-- The receipts that an announced payment may be, the likely ones first.
SELECT d.id, d.number, d.issue_date AS "on", d.currency, d.amount * y.unit AS amount, d.amount = p.amount AS is_same
FROM ar.portal_payment p
JOIN ar.document d ON d.org_id = p.org_id AND d.customer_id = p.customer_id AND d.currency = p.currency
JOIN ar.currency y ON y.code = d.currency
WHERE p.org_id = %(org)s AND p.id = %(payment)s AND d.class = 'receipt' AND d.state = 'sent' AND d.settles_id IS NULL
  AND abs(d.issue_date - COALESCE(p.settled_on, p.pay_on)) <= 62
  AND NOT EXISTS (SELECT FROM ar.portal_payment o WHERE o.org_id = d.org_id AND o.receipt_id = d.id)
ORDER BY d.amount <> p.amount, abs(d.issue_date - COALESCE(p.settled_on, p.pay_on)), d.id LIMIT 8
