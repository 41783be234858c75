-- One row per entry of the audit trail, newest first, `size` of them before an entry (all without a size).
-- Of the console and of visitors of the platform an admin sees the person, but no membership.
SELECT e.id, l.seq, e.at, e.person_id, COALESCE(p.name, '') AS person_name,
       COALESCE(m.role, CASE p.email = '' WHEN true THEN 'console' WHEN false THEN 'platform' END, '') AS role,
       e.origin, e.action, e.detail::text AS detail
FROM (
    SELECT * FROM ar.audit_event
    WHERE org_id = %(org)s AND id < COALESCE(%(before)s::bigint, 9223372036854775807)
      AND (%(person)s::bigint IS NULL OR person_id = %(person)s)
      AND (%(action)s = '' OR action = %(action)s)
      AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
      AND (%(search)s = '' OR detail::text ILIKE %(search)s OR origin ILIKE %(search)s)
    ORDER BY id DESC
    LIMIT %(size)s
) AS e
LEFT JOIN ar.audit_link l ON l.org_id = e.org_id AND l.event_id = e.id
LEFT JOIN ar.person p ON p.org_id = e.org_id AND p.id = e.person_id
LEFT JOIN ar.membership m ON m.org_id = e.org_id AND m.person_id = e.person_id
ORDER BY e.id DESC
