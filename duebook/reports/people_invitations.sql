-- One row per invitation that nobody has accepted or withdrawn, the latest first. When it expires is judged on reading.
SELECT i.id, i.email, i.name, i.role, i.customer_id, c.account_number, c.name AS account_name, p.name AS inviter,
       i.sent_at, i.expires_at,
       CASE WHEN i.declined_at IS NOT NULL THEN 'declined' WHEN i.expires_at <= %(at)s THEN 'expired' ELSE 'pending' END AS state
FROM ar.invitation i
JOIN ar.person p ON p.org_id = i.org_id AND p.id = i.invited_by
LEFT JOIN ar.customer c ON c.org_id = i.org_id AND c.id = i.customer_id
WHERE i.org_id = %(org)s AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL
  AND (i.role = 'client') = %(clients)s AND (%(customer)s::bigint IS NULL OR i.customer_id = %(customer)s)
ORDER BY i.sent_at DESC, i.id DESC
