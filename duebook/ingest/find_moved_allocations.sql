-- New allocations whose external_id is known between two others: told anew, they take the place of those, or are older
-- than they are. An id that stands for several allocations, there or in the file, tells nothing.
WITH fresh AS (
    SELECT min(line) AS line, external_id FROM pg_temp.resolved_allocation
    WHERE external_id IS NOT NULL AND action IN ('new', 'changed', 'unchanged', 'stale')
    GROUP BY external_id HAVING count(*) = 1 AND bool_and(action = 'new')
), known AS (
    SELECT f.line, min(a.id) AS id
    FROM fresh f JOIN ar.allocation a ON a.org_id = %(org)s AND a.external_id = f.external_id AND a.origin IN ('stated', 'transfer')
    GROUP BY f.line HAVING count(*) = 1
)
UPDATE pg_temp.resolved_allocation r SET replaces = a.id,
    action = CASE WHEN pg_temp.is_stale(r.source_version, a.source_version, %(as_at_given)s, u.as_at) THEN 'stale' ELSE r.action END
FROM known k
JOIN ar.allocation a ON a.org_id = %(org)s AND a.id = k.id
LEFT JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = a.run_id AND u.kind = 'allocations'
WHERE r.line = k.line AND NOT EXISTS (SELECT FROM pg_temp.resolved_allocation o WHERE o.allocation_id = a.id)
