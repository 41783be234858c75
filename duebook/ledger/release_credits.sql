-- Applications of credits that a file of adjustments named before: the line that changed names them anew.
WITH released AS (
    DELETE FROM ar.allocation a
    USING pg_temp.resolved_document r, ar.ingest_run u
    WHERE r.action = 'changed' AND r.class = 'credit' AND 'invoice_number' = ANY (COALESCE(r.given, %(fields)s))
      AND a.org_id = %(org)s AND a.source_id = r.document_id AND a.origin = 'stated'
      AND u.org_id = %(org)s AND u.id = a.run_id AND u.kind = 'adjustments'
    RETURNING a.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'allocation', id::text, to_jsonb(released) FROM released WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
