-- Accounts that their source says are gone: inactive. What they owe, they owe.
WITH kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT DISTINCT ON (c.id) %(org)s, %(run)s, 'customer', c.id::text, to_jsonb(c)
    FROM pg_temp.resolved_deletion r JOIN ar.customer c ON c.org_id = %(org)s AND c.id = r.id
    WHERE r.action = 'deleted' AND c.run_id IS DISTINCT FROM %(run)s
    ON CONFLICT DO NOTHING
)
UPDATE ar.customer c SET active = false, deleted_at = now(), source_version = COALESCE(r.source_version, c.source_version), run_id = %(run)s
FROM pg_temp.resolved_deletion r
WHERE r.action = 'deleted' AND c.org_id = %(org)s AND c.id = r.id
