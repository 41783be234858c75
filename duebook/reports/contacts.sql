-- One row per contact of a customer: who can sign in for it, then invitations that nobody has accepted or withdrawn.
SELECT l.person_id, NULL::bigint AS invitation_id, l.name, l.email, l.may_dispute,
       CASE WHEN l.active THEN 'accepted' ELSE 'deactivated' END AS state,
       NULL::timestamptz AS sent_at, NULL::timestamptz AS expires_at, '' AS inviter
FROM guard.contacts(%(customer)s) WITH ORDINALITY AS l (person_id, name, email, may_dispute, active, place)
UNION ALL
SELECT NULL, i.id, i.name, i.email, i.may_dispute,
       CASE WHEN i.declined_at IS NOT NULL THEN 'declined' WHEN i.expires_at <= %(at)s THEN 'expired' ELSE 'pending' END,
       i.sent_at, i.expires_at, p.name
FROM ar.invitation i JOIN ar.person p ON p.org_id = %(org)s AND p.id = i.invited_by
WHERE i.org_id = %(org)s AND i.customer_id = %(customer)s AND i.role = 'client'
  AND i.accepted_at IS NULL AND i.withdrawn_at IS NULL
ORDER BY invitation_id DESC NULLS FIRST, state, name
