-- Remembers with its version what is gone and has no row of its own any more, or never had one.
WITH told AS (
    SELECT DISTINCT ON (key) key, COALESCE(r.source_version, r.stored_version) AS source_version
    FROM pg_temp.resolved_deletion r CROSS JOIN unnest(r.keys) AS key
    WHERE r.action = 'deleted' AND COALESCE(r.source_version, r.stored_version) IS NOT NULL
      AND (r.id IS NULL OR %(removes)s) AND key::jsonb -> -1 <> 'null'
    ORDER BY key, r.line DESC
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'tombstone', concat_ws(':', %(intake)s::text, o.key), COALESCE(to_jsonb(b), '{}')
    FROM told o LEFT JOIN ar.tombstone b ON b.org_id = %(org)s AND b.intake = %(intake)s AND b.key = o.key
    ON CONFLICT DO NOTHING
)
INSERT INTO ar.tombstone AS t (org_id, intake, key, source_version, run_id)
SELECT %(org)s, %(intake)s, key, source_version, %(run)s FROM told
ON CONFLICT (org_id, intake, key) DO UPDATE SET source_version = excluded.source_version, told_at = now(), run_id = excluded.run_id
