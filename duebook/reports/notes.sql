-- The notes of an account from the newest on, each with its newest text, its author, the colleagues that text names, and
-- whether it names the viewer, who has not read it. Notes that were taken back are not there.
SELECT n.id, n.written_at, t.version, t.body, CASE WHEN t.version > 1 THEN t.written_at END AS changed_at,
       n.person_id, p.name AS author, ARRAY(
           SELECT h.name FROM ar.note_mention m JOIN ar.person h ON h.org_id = %(org)s AND h.id = m.person_id
           WHERE m.org_id = %(org)s AND m.note_id = n.id AND m.version = t.version ORDER BY length(h.name) DESC, h.name) AS mentioned,
       EXISTS (SELECT FROM ar.note_mention m WHERE m.org_id = %(org)s AND m.note_id = n.id AND m.version = t.version
               AND m.person_id = %(person)s)
       AND NOT EXISTS (SELECT FROM ar.note_seen s WHERE s.org_id = %(org)s AND s.note_id = n.id AND s.person_id = %(person)s)
           AS is_unread
FROM ar.note n
JOIN ar.person p ON p.org_id = %(org)s AND p.id = n.person_id
CROSS JOIN LATERAL (
    SELECT t.version, t.body, t.written_at FROM ar.note_text t WHERE t.org_id = %(org)s AND t.note_id = n.id
    ORDER BY t.version DESC LIMIT 1) AS t
WHERE n.org_id = %(org)s AND n.customer_id = %(customer)s AND t.body IS NOT NULL
  AND n.id < COALESCE(%(before)s, 9223372036854775807)
ORDER BY n.id DESC
LIMIT %(limit)s
