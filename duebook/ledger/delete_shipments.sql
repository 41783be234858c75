-- Shipments that their source says are gone.
WITH gone AS (
    DELETE FROM ar.shipment s USING pg_temp.resolved_deletion r
    WHERE r.action = 'deleted' AND s.org_id = %(org)s AND s.number = r.other
    RETURNING s.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'shipment', number, to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
