-- Lines of invoices.
INSERT INTO ar.document_line AS l (org_id, document_id, customer_id, line_number, description, amount, quantity, unit_price,
    status, source_reference, run_id)
SELECT %(org)s, document_id, customer_id, line_number, description, amount, quantity, unit_price, status, source_reference, %(run)s
FROM pg_temp.resolved_line WHERE action IN ('new', 'changed')
ORDER BY customer_id, document_id, line
ON CONFLICT (org_id, document_id, line_number) DO UPDATE SET description = excluded.description,
    amount = excluded.amount, quantity = excluded.quantity, unit_price = excluded.unit_price,
    status = excluded.status, source_reference = excluded.source_reference, run_id = excluded.run_id
