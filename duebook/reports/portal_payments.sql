-- One row per payment that was announced in the portal and that the viewer sees, with the invoices it is for and the
-- receipt it became.
SELECT p.id, p.customer_id, u.account_number, u.name AS account_name, p.currency, p.amount * y.unit AS amount, p.method,
       p.reference, p.pay_on, p.state, p.by_client, p.announced_at, p.changed_at, p.settled_on, p.receipt_id,
       r.number AS receipt_number, p.provider,
       COALESCE((SELECT jsonb_agg(jsonb_build_array(d.id, d.number, (t.amount * y.unit)::text) ORDER BY d.number)
                 FROM ar.portal_payment_part t JOIN ar.document d ON d.org_id = t.org_id AND d.id = t.document_id
                 WHERE t.org_id = p.org_id AND t.payment_id = p.id), '[]')::text AS told_parts
FROM ar.portal_payment p
JOIN ar.customer u ON u.org_id = p.org_id AND u.id = p.customer_id
JOIN ar.currency y ON y.code = p.currency
LEFT JOIN ar.document r ON r.org_id = p.org_id AND r.id = p.receipt_id
WHERE p.org_id = %(org)s AND (%(customer)s::bigint IS NULL OR p.customer_id = %(customer)s)
  AND (%(payment)s::bigint IS NULL OR p.id = %(payment)s)
  AND (%(states)s::text[] IS NULL OR p.state = ANY (%(states)s))
  AND (%(currency)s::text IS NULL OR p.currency = %(currency)s)
  AND (%(before)s::bigint IS NULL OR p.id < %(before)s)
ORDER BY p.id DESC LIMIT %(limit)s
