-- The currencies of the whole list, out of its kept totals.
SELECT DISTINCT t.currency FROM rollup.totals(ARRAY[%(as_of)s::date]) AS t ORDER BY t.currency
