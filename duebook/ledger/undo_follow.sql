-- What hangs on documents that are back with their account: back as well.
WITH back AS (
    SELECT d.id, d.customer_id FROM pg_temp.moved m JOIN ar.document d ON d.org_id = %(org)s AND d.id = m.id
), settlements AS (
    UPDATE ar.settlement s SET customer_id = b.customer_id FROM back b WHERE s.org_id = %(org)s AND s.document_id = b.id
), disputes AS (
    UPDATE ar.dispute p SET customer_id = b.customer_id FROM back b WHERE p.org_id = %(org)s AND p.document_id = b.id
), reminders AS (
    UPDATE ar.reminder m SET customer_id = b.customer_id FROM back b WHERE m.org_id = %(org)s AND m.document_id = b.id
), lines AS (
    UPDATE ar.document_line l SET customer_id = b.customer_id FROM back b WHERE l.org_id = %(org)s AND l.document_id = b.id
)
UPDATE ar.order_link l SET customer_id = b.customer_id FROM back b WHERE l.org_id = %(org)s AND l.order_id = b.id
