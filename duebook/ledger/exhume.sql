-- What was gone is here again, in a newer version: nothing is remembered of it.
WITH gone AS (
    DELETE FROM ar.tombstone t USING pg_temp.row_key k
    WHERE t.org_id = %(org)s AND t.intake = %(intake)s AND t.key = k.key AND k.key::jsonb -> -1 <> 'null'
    RETURNING t.*
)
INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
SELECT %(org)s, %(run)s, 'tombstone', concat_ws(':', intake, key), to_jsonb(gone) FROM gone WHERE run_id IS DISTINCT FROM %(run)s
ON CONFLICT DO NOTHING
