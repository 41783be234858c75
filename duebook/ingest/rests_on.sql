-- The runs that had said before what lines of this file say, or something newer: without them, this file would.
SELECT COALESCE(array_agg(DISTINCT run_id), '{}') FROM (
    SELECT d.run_id FROM pg_temp.resolved_document r JOIN ar.document d ON d.org_id = %(org)s AND d.id = r.document_id
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT c.run_id FROM pg_temp.resolved_account r JOIN ar.customer c ON c.org_id = %(org)s AND c.id = r.customer_id
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT a.run_id FROM pg_temp.resolved_allocation r JOIN ar.allocation a ON a.org_id = %(org)s AND a.id = r.allocation_id
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT l.run_id FROM pg_temp.resolved_line r
    JOIN ar.document_line l ON l.org_id = %(org)s AND l.document_id = r.document_id AND l.line_number = r.line_number
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT l.run_id FROM pg_temp.resolved_link r
    JOIN ar.order_link l ON l.org_id = %(org)s AND l.order_id = r.order_id AND l.invoice_id = r.invoice_id
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT m.run_id FROM pg_temp.resolved_reminder r
    JOIN ar.reminder m ON m.org_id = %(org)s AND m.document_id = r.document_id AND m.reminded_on = r.reminded_on
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT s.run_id FROM pg_temp.resolved_shipment r JOIN ar.shipment s ON s.org_id = %(org)s AND s.number = r.number
    WHERE r.action IN ('unchanged', 'stale')
    UNION ALL
    SELECT s.run_id FROM pg_temp.resolved_stock r
    JOIN ar.stock s ON s.org_id = %(org)s AND s.customer_id = r.customer_id AND s.item = r.item AND s.counted_on = r.counted_on
    WHERE r.action IN ('unchanged', 'stale')
) AS known WHERE run_id IS NOT NULL
