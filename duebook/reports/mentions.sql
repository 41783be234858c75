-- Notes whose newest text names the viewer, from the newest on, on accounts that the viewer still sees.
SELECT n.id, n.written_at, t.body, p.name AS author, n.customer_id, c.account_number, c.name AS account_name,
       s.note_id IS NULL AS is_unread
FROM (
    SELECT m.note_id, max(m.version) AS version FROM ar.note_mention m
    WHERE m.org_id = %(org)s AND m.person_id = %(person)s AND m.note_id < COALESCE(%(before)s, 9223372036854775807)
      AND (NOT %(unread)s OR NOT EXISTS (
          SELECT FROM ar.note_seen s WHERE s.org_id = %(org)s AND s.note_id = m.note_id AND s.person_id = %(person)s))
    GROUP BY m.note_id
    ORDER BY m.note_id DESC
) AS m
JOIN ar.note n ON n.org_id = %(org)s AND n.id = m.note_id AND n.person_id <> %(person)s
CROSS JOIN LATERAL (
    SELECT t.version, t.body FROM ar.note_text t WHERE t.org_id = %(org)s AND t.note_id = m.note_id
    ORDER BY t.version DESC LIMIT 1) AS t
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = n.customer_id
JOIN ar.person p ON p.org_id = %(org)s AND p.id = n.person_id
LEFT JOIN ar.note_seen s ON s.org_id = %(org)s AND s.note_id = n.id AND s.person_id = %(person)s
WHERE t.version = m.version AND t.body IS NOT NULL
ORDER BY n.id DESC
LIMIT %(limit)s
