-- Counts of items that their source says are gone.
WITH gone AS (
    DELETE FROM ar.stock s USING pg_temp.resolved_deletion r
    WHERE r.action = 'deleted' AND s.org_id = %(org)s AND s.customer_id = r.id
      AND r.other = jsonb_build_array(s.item, s.counted_on)::text
    RETURNING s.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'stock', concat_ws(':', customer_id, item, counted_on), to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
