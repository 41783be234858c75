-- The documents of a month of one account and currency, and what was voided in it whenever it was dated, each with what it
-- adds to the month: their sum is the net of the month.
SELECT d.id, d.kind, d.number, d.issue_date AS on_day, false AS is_void, d.class = 'charge' AS is_charge,
       CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END * y.unit AS amount
FROM ar.document d JOIN ar.currency y ON y.code = d.currency
WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
  AND d.issue_date BETWEEN %(since)s::date AND %(until)s::date AND (d.state = 'sent' OR d.void_on IS NOT NULL)
UNION ALL
SELECT d.id, d.kind, d.number, d.void_on, true, d.class = 'charge',
       CASE d.class WHEN 'charge' THEN -d.amount ELSE d.amount END * y.unit
FROM ar.document d JOIN ar.currency y ON y.code = d.currency
WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
  AND d.void_on BETWEEN %(since)s::date AND %(until)s::date
ORDER BY on_day, is_void, number, id
