-- What moved a client's debt in a year, per currency: documents by their date, and what was taken back by the date it was
-- void. A row is a month that ends on one of these days (the first: whatever is not after it), with what was paid in it
-- since a day: receipts alone, those that sources only report included, as far as they count on the last day.
WITH moved AS (
    SELECT d.currency, d.issue_date AS at, sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END) AS amount,
           sum(d.amount) FILTER (WHERE d.class = 'receipt' AND (d.state = 'sent' OR d.void_on > %(as_of)s::date)) AS paid,
           count(*) FILTER (WHERE d.class = 'receipt' AND (d.state = 'sent' OR d.void_on > %(as_of)s::date)) AS payments
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND (d.state = 'sent' OR d.void_on IS NOT NULL)
      AND d.issue_date >= %(since)s::date AND d.issue_date <= %(as_of)s::date
      AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
    GROUP BY d.currency, d.issue_date
    UNION ALL
    SELECT d.currency, d.void_on, CASE d.class WHEN 'charge' THEN -d.amount ELSE d.amount END, NULL, 0
    FROM ar.document d
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND d.void_on >= %(since)s::date AND d.void_on <= %(as_of)s::date
      AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
)
SELECT m.currency, e.at, sum(m.amount) * y.unit AS moved, COALESCE(sum(m.paid) FILTER (WHERE m.at >= %(new_year)s::date), 0) * y.unit AS paid,
       COALESCE(sum(m.payments) FILTER (WHERE m.at >= %(new_year)s::date), 0)::bigint AS payments,
       max(m.at) FILTER (WHERE m.payments > 0 AND m.at >= %(new_year)s::date) AS last_on
FROM moved m JOIN ar.currency y ON y.code = m.currency
CROSS JOIN LATERAL (SELECT min(day) AS at FROM unnest(%(days)s::date[]) AS day WHERE day >= m.at) AS e
GROUP BY m.currency, e.at, y.unit ORDER BY m.currency, e.at
