-- How much of each document was disputed on a day: a sum, or, with a dispute of the whole balance, more than any.
SELECT document_id, CASE WHEN bool_or(amount IS NULL) THEN 9000000000000000000 ELSE sum(amount)::bigint END AS amount
FROM ar.dispute
WHERE org_id = %(org)s AND opened_on <= %(as_of)s::date AND ended_on > %(as_of)s::date
GROUP BY document_id
