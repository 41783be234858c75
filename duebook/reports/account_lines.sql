-- The lines of a document, in their own order: numbers as numbers. A unit price has the currency's decimals, or more.
SELECT l.line_number, l.description, l.quantity, round(l.unit_price, GREATEST(scale(l.unit_price), scale(y.unit))) AS unit_price, l.amount * y.unit AS amount, l.status, l.source_reference
FROM ar.document_line l
JOIN ar.document d ON d.org_id = %(org)s AND d.id = l.document_id
JOIN ar.currency y ON y.code = d.currency
WHERE l.org_id = %(org)s AND l.document_id = %(document)s AND l.customer_id = %(customer)s
ORDER BY length(l.line_number), l.line_number
