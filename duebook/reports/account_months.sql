-- What an account owed in one currency at the end of each of these days, given in order, from what it owes on the last of
-- them: going back, what was dated in between is taken off. What happened before the first day is not read.
WITH moved AS (
    SELECT width_bucket(e.on_day - 1, %(days)s::date[]) AS place, sum(e.amount) AS amount
    FROM (
        SELECT d.issue_date AS on_day, CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END AS amount
        FROM ar.document d
        WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
          AND d.issue_date > %(first)s::date AND d.issue_date <= %(last)s::date AND (d.state = 'sent' OR d.void_on IS NOT NULL)
        UNION ALL
        SELECT d.void_on, CASE d.class WHEN 'charge' THEN -d.amount ELSE d.amount END
        FROM ar.document d
        WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
          AND d.void_on > %(first)s::date AND d.void_on <= %(last)s::date
    ) AS e
    GROUP BY 1
)
SELECT e.at, %(now)s - COALESCE((SELECT sum(m.amount) FROM moved m WHERE m.place >= e.place), 0) * y.unit AS owed
FROM unnest(%(days)s::date[]) WITH ORDINALITY AS e (at, place)
JOIN ar.currency y ON y.code = %(currency)s
ORDER BY e.at
