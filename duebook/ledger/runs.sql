-- One row per run, newest first: who loaded which file when, and what it came to. `most` of them before a run.
SELECT u.id, u.batch_id, u.started_at, COALESCE(u.seconds, 0)::float8 AS seconds, p.name AS person, u.source, u.kind,
       u.file_name, u.file_sha256, u.file_id, u.as_at, u.is_snapshot, u.counts::text AS counts, u.closed,
       (SELECT count(*) FROM ar.ingest_error e WHERE e.org_id = %(org)s AND e.run_id = u.id) AS errors,
       u.undone_at, b.name AS undone_by
FROM (
    SELECT * FROM ar.ingest_run
    WHERE org_id = %(org)s AND id < COALESCE(%(before)s::bigint, 9223372036854775807)
      AND (%(batch)s::bigint IS NULL OR batch_id = %(batch)s OR id = %(batch)s)
      AND (%(person)s::bigint IS NULL OR person_id = %(person)s)
      AND (%(kind)s = '' OR kind = %(kind)s)
      AND (%(source)s = '' OR source = %(source)s)
      AND (%(search)s = '' OR file_name ILIKE %(search)s OR file_sha256 ILIKE %(search)s)
      AND (%(state)s <> 'undone' OR undone_at IS NOT NULL)
      AND (%(state)s <> 'loaded' OR undone_at IS NULL)
      AND (%(state)s <> 'invalid' OR counts ? 'invalid' AND counts ->> 'invalid' <> '0')
      AND (%(since)s::timestamptz IS NULL OR started_at >= %(since)s)
      AND (%(until)s::timestamptz IS NULL OR started_at < %(until)s)
    ORDER BY id DESC
    LIMIT %(most)s::bigint
) AS u
JOIN ar.person p ON p.org_id = %(org)s AND p.id = u.person_id
LEFT JOIN ar.person b ON b.org_id = %(org)s AND b.id = u.undone_by
ORDER BY u.id DESC
