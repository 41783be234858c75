-- One row per intake, newest first: where a file, or the undoing of a batch, stands.
SELECT i.id, i.state, i.file_id, i.file_name, COALESCE(f.size_bytes, 0) AS size_bytes, p.name AS person, i.person_id,
       i.undoes, i.options::text AS options, i.proposals, i.outcome, i.trouble, i.made_at, i.changed_at, i.began_at,
       i.beat_at, i.rows_done, i.rows_total, i.seconds_expected, i.batch_id,
       -- Who ordered the work is looked up again before it is done, and it is dropped when they have left.
       EXISTS (SELECT FROM ar.membership m WHERE m.org_id = %(org)s AND m.person_id = i.person_id
               AND (NOT m.active OR m.until <= %(at)s OR m.role <> 'admin')) AS person_left
FROM ar.intake i
JOIN ar.person p ON p.org_id = %(org)s AND p.id = i.person_id
LEFT JOIN ar.source_file f ON f.org_id = %(org)s AND f.id = i.file_id
WHERE i.org_id = %(org)s AND (%(id)s::bigint IS NULL OR i.id = %(id)s) AND (NOT %(waiting)s OR i.state <> ALL (%(ended)s))
ORDER BY i.id DESC
LIMIT %(most)s
