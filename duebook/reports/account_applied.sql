-- What is applied from or to a document on a day: one row per other document, kind and date.
SELECT o.id, o.number, o.kind, o.class, o.origin, a.effective_on, sum(a.amount) * y.unit AS amount
FROM ar.allocation a
JOIN ar.document o ON o.org_id = %(org)s AND o.id = CASE a.charge_id WHEN %(document)s THEN a.source_id ELSE a.charge_id END
JOIN ar.currency y ON y.code = a.currency
WHERE a.org_id = %(org)s AND (a.charge_id = %(document)s OR a.source_id = %(document)s) AND a.customer_id = %(customer)s
  AND a.effective_on <= %(as_of)s::date AND a.ended_on > %(as_of)s::date AND a.amount <> 0
GROUP BY o.id, o.number, o.kind, o.class, o.origin, a.effective_on, y.unit
ORDER BY a.effective_on, o.number, o.id
