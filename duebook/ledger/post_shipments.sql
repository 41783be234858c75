-- What was sent to accounts.
WITH kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'shipment', s.number, to_jsonb(s)
    FROM pg_temp.resolved_shipment r JOIN ar.shipment s ON s.org_id = %(org)s AND s.number = r.number
    WHERE r.action = 'changed'
)
INSERT INTO ar.shipment AS s (org_id, number, customer_id, order_number, shipped_on, expected_on, state, delivered_on, carrier,
    tracking, external_id, source_version, run_id)
SELECT %(org)s, number, customer_id, order_number, shipped_on, expected_on, state, delivered_on, carrier, tracking, external_id,
    source_version, %(run)s
FROM pg_temp.resolved_shipment WHERE action IN ('new', 'changed')
ORDER BY number
ON CONFLICT (org_id, number) DO UPDATE SET customer_id = excluded.customer_id, order_number = excluded.order_number,
    shipped_on = excluded.shipped_on, expected_on = excluded.expected_on, state = excluded.state,
    delivered_on = excluded.delivered_on, carrier = excluded.carrier, tracking = excluded.tracking,
    external_id = excluded.external_id, source_version = excluded.source_version, run_id = excluded.run_id
