-- What documents of some kinds that are dated within the window come to, by currency.
SELECT y.code, (sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END) * y.unit)
FROM ar.document d
JOIN ar.currency y ON y.code = d.currency
WHERE d.org_id = %(org)s AND d.kind = ANY (%(kinds)s::text[]) AND d.issue_date BETWEEN %(since)s::date AND %(until)s::date
  AND (d.state = 'sent' OR d.void_on > %(until)s::date)
GROUP BY y.code, y.unit
ORDER BY y.code
