-- Links of orders and invoices that their source says are gone.
WITH gone AS (
    DELETE FROM ar.order_link l USING pg_temp.resolved_deletion r
    WHERE r.action = 'deleted' AND l.org_id = %(org)s AND l.order_id = r.id AND l.invoice_id = r.other::bigint
    RETURNING l.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'order_link', concat_ws(':', order_id, invoice_id), to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
