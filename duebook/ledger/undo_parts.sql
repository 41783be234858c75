-- What a run said beside documents: links, lines, settlements, shipments, stock and disputes that were not there before.
WITH kept AS MATERIALIZED (
    SELECT table_name, key FROM ar.ingest_before WHERE org_id = %(org)s AND run_id = %(run)s
), links AS (
    DELETE FROM ar.order_link l WHERE l.org_id = %(org)s AND l.run_id = %(run)s
    AND concat_ws(':', l.order_id, l.invoice_id) NOT IN (SELECT key FROM kept WHERE table_name = 'order_link')
), lines AS (
    DELETE FROM ar.document_line l WHERE l.org_id = %(org)s AND l.run_id = %(run)s
    AND concat_ws(':', l.document_id, l.line_number) NOT IN (SELECT key FROM kept WHERE table_name = 'document_line')
), reminders AS (
    DELETE FROM ar.reminder m WHERE m.org_id = %(org)s AND m.run_id = %(run)s
    AND concat_ws(':', m.document_id, m.reminded_on) NOT IN (SELECT key FROM kept WHERE table_name = 'reminder')
), shipments AS (
    DELETE FROM ar.shipment s WHERE s.org_id = %(org)s AND s.run_id = %(run)s
    AND s.number NOT IN (SELECT key FROM kept WHERE table_name = 'shipment')
), stocks AS (
    DELETE FROM ar.stock s WHERE s.org_id = %(org)s AND s.run_id = %(run)s
    AND concat_ws(':', s.customer_id, s.item, s.counted_on) NOT IN (SELECT key FROM kept WHERE table_name = 'stock')
), settlements AS (
    DELETE FROM ar.settlement s WHERE s.org_id = %(org)s AND s.run_id = %(run)s
    AND concat_ws(':', s.document_id, s.stated_on) NOT IN (SELECT key FROM kept WHERE table_name = 'settlement')
)
DELETE FROM ar.dispute p WHERE p.org_id = %(org)s AND p.run_id = %(run)s
AND p.id::text NOT IN (SELECT key FROM kept WHERE table_name = 'dispute')
