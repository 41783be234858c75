-- The disputes of one document, the newest first, as they stand on a day.
SELECT s.opened_on, CASE WHEN s.ended_on <= %(as_of)s::date THEN s.ended_on END AS ended_on, s.amount * y.unit AS amount, s.reason
FROM ar.dispute s
JOIN ar.document d ON d.org_id = %(org)s AND d.id = s.document_id
JOIN ar.currency y ON y.code = d.currency
WHERE s.org_id = %(org)s AND s.document_id = %(document)s AND s.opened_on <= %(as_of)s::date
ORDER BY s.opened_on DESC, s.id DESC
