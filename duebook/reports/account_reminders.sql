-- When the customer was reminded of a document, up to a day, the earliest first.
SELECT reminded_on, level, method FROM ar.reminder
WHERE org_id = %(org)s AND document_id = %(document)s AND customer_id = %(customer)s AND reminded_on <= %(as_of)s::date
ORDER BY reminded_on
