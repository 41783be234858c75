-- What all documents of a client come to that match, one row per currency.
SELECT i.currency, count(*) AS documents, sum(i.amount) * y.unit AS amount, sum(i.balance) * y.unit AS balance,
       sum(i.part) * y.unit AS part
FROM ([found]) AS i JOIN ar.currency y ON y.code = i.currency
GROUP BY i.currency, y.unit ORDER BY i.currency
