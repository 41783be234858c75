-- What moved an account's debt in one currency during a period, in order: documents by their date, and what was
-- taken back by the date it was void. Signed as it counts.
SELECT m.id, m.at, m.number, m.kind, m.class AS document_class, m.is_void, m.origin, CASE WHEN NOT m.is_void THEN m.due_date END AS due_date,
       (CASE WHEN (m.class = 'charge') = m.is_void THEN -m.amount ELSE m.amount END) * y.unit AS amount
FROM (
    SELECT d.*, d.issue_date AS at, false AS is_void FROM ar.document d
    WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
      AND (d.state = 'sent' OR d.void_on IS NOT NULL) AND d.issue_date BETWEEN %(since)s::date AND %(until)s::date
    UNION ALL
    SELECT d.*, d.void_on, true FROM ar.document d
    WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
      AND d.void_on BETWEEN %(since)s::date AND %(until)s::date
) AS m JOIN ar.currency y ON y.code = m.currency
ORDER BY m.at, m.id, m.is_void
