-- Lines of invoices that their source says are gone.
WITH gone AS (
    DELETE FROM ar.document_line l USING pg_temp.resolved_deletion r
    WHERE r.action = 'deleted' AND l.org_id = %(org)s AND l.document_id = r.id AND l.line_number = r.other
    RETURNING l.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'document_line', concat_ws(':', document_id, line_number), to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
