-- Lines of invoices.
WITH kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'document_line', concat_ws(':', l.document_id, l.line_number), to_jsonb(l)
    FROM pg_temp.resolved_line r
    JOIN ar.document_line l ON l.org_id = %(org)s AND l.document_id = r.document_id AND l.line_number = r.line_number
    WHERE r.action = 'changed'
)
INSERT INTO ar.document_line AS l (org_id, document_id, customer_id, line_number, description, amount, quantity, unit_price,
    status, source_reference, source_version, external_id, run_id)
SELECT %(org)s, document_id, customer_id, line_number, description, amount, quantity, unit_price, status, source_reference,
    source_version, external_id, %(run)s
FROM pg_temp.resolved_line WHERE action IN ('new', 'changed')
ORDER BY customer_id, document_id, line
ON CONFLICT (org_id, document_id, line_number) DO UPDATE SET description = excluded.description,
    amount = excluded.amount, quantity = excluded.quantity, unit_price = excluded.unit_price,
    status = excluded.status, source_reference = excluded.source_reference, source_version = excluded.source_version,
    external_id = excluded.external_id, run_id = excluded.run_id
