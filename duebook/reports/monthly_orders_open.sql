-- The orders of one account and currency that were open on the last of some days: their full amounts, what is neither
-- invoiced nor paid of them, and on how many of the days they were open.
WITH opened AS MATERIALIZED (
    {open_orders}
)
SELECT o.id, o.number, o.issue_date, o.amount * y.unit AS amount, GREATEST(0, o.amount - o.invoiced) * y.unit AS not_invoiced,
       o.unpaid * y.unit AS not_paid, (SELECT count(*) FROM opened e WHERE e.id = o.id) AS months_open
FROM opened o JOIN ar.currency y ON y.code = o.currency
WHERE o.currency = %(currency)s AND o.place = cardinality(%(days)s::date[])
ORDER BY o.issue_date, o.number, o.id
