-- Which invoices came from which orders.
WITH kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'order_link', concat_ws(':', l.order_id, l.invoice_id), to_jsonb(l)
    FROM pg_temp.resolved_link r
    JOIN ar.order_link l ON l.org_id = %(org)s AND l.order_id = r.order_id AND l.invoice_id = r.invoice_id
    WHERE r.action = 'changed'
)
INSERT INTO ar.order_link AS l (org_id, order_id, invoice_id, customer_id, amount, source_version, external_id, run_id)
SELECT %(org)s, order_id, invoice_id, customer_id, amount, source_version, external_id, %(run)s
FROM pg_temp.resolved_link WHERE action IN ('new', 'changed')
ORDER BY order_id, invoice_id
ON CONFLICT (org_id, order_id, invoice_id) DO UPDATE SET amount = excluded.amount, source_version = excluded.source_version,
    external_id = excluded.external_id, run_id = excluded.run_id
