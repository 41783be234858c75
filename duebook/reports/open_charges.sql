-- One row per charge of an account that has something left on a day, the longest due first.
SELECT i.id, i.number, i.due_date, i.currency, i.balance * y.unit AS balance
FROM ({open_items}) AS i JOIN ar.currency y ON y.code = i.currency
WHERE i.class = 'charge'
ORDER BY i.due_date NULLS LAST, i.number LIMIT %(limit)s
