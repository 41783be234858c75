-- Which invoices came from which orders.
INSERT INTO ar.order_link AS l (org_id, order_id, invoice_id, customer_id, amount, run_id)
SELECT %(org)s, order_id, invoice_id, customer_id, amount, %(run)s
FROM pg_temp.resolved_link WHERE action IN ('new', 'changed')
ORDER BY order_id, invoice_id
ON CONFLICT (org_id, order_id, invoice_id) DO UPDATE SET amount = excluded.amount, run_id = excluded.run_id
