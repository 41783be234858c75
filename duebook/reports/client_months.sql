-- What was owed at the end of each of these days, per currency: documents counted by then, in order of the days.
WITH moved AS (
    SELECT d.currency, m.at, sum(CASE d.class WHEN 'charge' THEN m.amount ELSE -m.amount END) AS amount
    FROM ar.document d
    CROSS JOIN LATERAL (VALUES (d.issue_date, d.amount), (d.void_on, -d.amount)) AS m (at, amount)
    WHERE d.org_id = %(org)s AND d.class <> 'order' AND (d.state = 'sent' OR d.void_on IS NOT NULL)
      AND m.at <= %(as_of)s::date AND (%(customer)s::bigint IS NULL OR d.customer_id = %(customer)s)
    GROUP BY d.currency, m.at
)
SELECT m.currency, e.at, COALESCE(sum(m.amount) FILTER (WHERE m.at <= e.at), 0) * y.unit AS owed
FROM moved m JOIN ar.currency y ON y.code = m.currency
CROSS JOIN unnest(%(days)s::date[]) AS e (at)
GROUP BY m.currency, e.at, y.unit ORDER BY m.currency, e.at
