-- Allocations that their source says are gone: what they applied is unapplied. A transfer goes with both its halves.
WITH told AS (
    SELECT a.id, a.charge_id, a.origin FROM pg_temp.resolved_deletion r
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.id = r.id WHERE r.action = 'deleted'
), pair AS (
    SELECT p.id FROM told t
    JOIN ar.document d ON d.org_id = %(org)s AND d.id = t.charge_id
    JOIN ar.document p ON p.org_id = %(org)s AND p.kind IN ('debit_adjustment', 'credit_adjustment') AND p.number = d.number
         AND p.settles_id IS NULL AND p.origin = 'transfer'
    WHERE t.origin = 'transfer'
), ended AS (
    UPDATE ar.document d SET state = 'cancelled', void_on = NULL, deleted_at = now(), run_id = %(run)s, recorded_at = now()
    FROM pair p WHERE d.org_id = %(org)s AND d.id = p.id
), gone AS (
    DELETE FROM ar.allocation a WHERE a.org_id = %(org)s AND (
        a.id IN (SELECT id FROM told) OR a.origin = 'transfer' AND a.source_id IN (SELECT id FROM pair))
    RETURNING a.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'allocation', id::text, to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
