-- One row per run, newest first: who loaded which file when, and what it came to.
SELECT u.id, u.batch_id, u.started_at, COALESCE(u.seconds, 0)::float8 AS seconds, p.name AS person, u.source, u.kind,
       u.file_name, u.file_sha256, u.as_at, u.is_snapshot, u.counts::text AS counts, u.closed,
       (SELECT count(*) FROM ar.ingest_error e WHERE e.org_id = %(org)s AND e.run_id = u.id) AS errors,
       u.undone_at, b.name AS undone_by
FROM ar.ingest_run u
JOIN ar.person p ON p.org_id = %(org)s AND p.id = u.person_id
LEFT JOIN ar.person b ON b.org_id = %(org)s AND b.id = u.undone_by
WHERE u.org_id = %(org)s
ORDER BY u.id DESC
LIMIT %(most)s::bigint
