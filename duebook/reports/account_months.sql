-- What an account owed in one currency at the end of each of these days, given in order: documents counted by then.
SELECT e.at, COALESCE((
           SELECT sum(CASE d.class WHEN 'charge' THEN d.amount ELSE -d.amount END)
           FROM ar.document d
           WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.currency = %(currency)s AND d.class <> 'order'
             AND d.issue_date <= e.at AND (d.state = 'sent' OR d.void_on > e.at)), 0) * y.unit AS owed
FROM unnest(%(days)s::date[]) AS e (at)
JOIN ar.currency y ON y.code = %(currency)s
ORDER BY e.at
