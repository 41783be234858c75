-- Reminders that their source says are gone.
WITH gone AS (
    DELETE FROM ar.reminder m USING pg_temp.resolved_deletion r
    WHERE r.action = 'deleted' AND m.org_id = %(org)s AND m.document_id = r.id AND m.reminded_on = r.other::date
    RETURNING m.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'reminder', concat_ws(':', document_id, reminded_on), to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
