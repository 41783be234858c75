-- What moved an account's debt in one currency during a period, in order: documents by their date, and what was
-- taken back by the date it was void. Signed as it counts. First what was owed before (id NULL).
SELECT NULL::bigint AS id, %(since)s::date AS at, NULL AS number, NULL AS kind, NULL AS class, false AS is_void, NULL AS origin, NULL AS due_date,
       COALESCE(sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END), 0) * y.unit AS amount
FROM ar.currency y LEFT JOIN ar.document d ON d.org_id = %(org)s AND d.currency = y.code AND d.customer_id = %(customer)s
  AND d.class <> 'order' AND d.issue_date < %(since)s::date AND (d.state = 'sent' OR d.void_on >= %(since)s::date)
WHERE y.code = %(currency)s GROUP BY y.unit
UNION ALL
SELECT d.id, m.at, d.number, d.kind, d.class, m.is_void, d.origin, CASE WHEN NOT m.is_void THEN d.due_date END,
       (CASE d.class WHEN 'charge' THEN m.amount ELSE -m.amount END) * y.unit
FROM ar.document d JOIN ar.currency y ON y.code = d.currency
CROSS JOIN LATERAL (VALUES (d.issue_date, d.amount, false), (d.void_on, -d.amount, true)) AS m (at, amount, is_void)
WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
  AND (d.state = 'sent' OR d.void_on IS NOT NULL) AND m.at BETWEEN %(since)s::date AND %(until)s::date
ORDER BY at, id NULLS FIRST, is_void
