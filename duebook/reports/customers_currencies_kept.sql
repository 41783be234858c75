-- The currencies of the whole list.
SELECT c.currency FROM rollup.currencies(%(as_of)s) AS c (currency) ORDER BY c.currency
