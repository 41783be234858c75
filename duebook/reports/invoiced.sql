-- One row: a charge, whose it is and what is left of it on a day.
SELECT d.id, d.customer_id, u.account_number, u.name AS account_name, d.number, d.kind, d.issue_date, d.due_date, d.currency,
       d.amount * y.unit AS amount, y.unit,
       CASE WHEN d.state = 'sent' OR d.void_on > %(as_of)s THEN (d.amount - COALESCE((SELECT sum(a.amount) FROM ar.allocation a
            WHERE a.org_id = d.org_id AND a.charge_id = d.id AND a.effective_on <= %(as_of)s AND a.ended_on > %(as_of)s), 0)) * y.unit
            ELSE 0 END AS balance
FROM ar.document d
JOIN ar.customer u ON u.org_id = d.org_id AND u.id = d.customer_id
JOIN ar.currency y ON y.code = d.currency
WHERE d.org_id = %(org)s AND d.id = %(document)s AND d.class = 'charge'
