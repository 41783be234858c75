-- What there is for accounts, by item and day.
WITH kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'stock', concat_ws(':', s.customer_id, s.item, s.counted_on), to_jsonb(s)
    FROM pg_temp.resolved_stock r
    JOIN ar.stock s ON s.org_id = %(org)s AND s.customer_id = r.customer_id AND s.item = r.item AND s.counted_on = r.counted_on
    WHERE r.action = 'changed'
)
INSERT INTO ar.stock AS s (org_id, customer_id, item, counted_on, quantity, description, unit, external_id, source_version, run_id)
SELECT %(org)s, customer_id, item, counted_on, quantity, description, unit, external_id, source_version, %(run)s
FROM pg_temp.resolved_stock WHERE action IN ('new', 'changed')
ORDER BY customer_id, item, counted_on
ON CONFLICT (org_id, customer_id, item, counted_on) DO UPDATE SET quantity = excluded.quantity, description = excluded.description,
    unit = excluded.unit, external_id = excluded.external_id, source_version = excluded.source_version, run_id = excluded.run_id
