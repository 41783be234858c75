-- What one account owed in one currency at the end of a month, item by item: what was left of charges, less what was left
-- of credits and receipts. Their sum is the closing of the month.
SELECT i.id, i.kind, i.number, i.issue_date AS on_day, false AS is_void, i.class = 'charge' AS is_charge,
       CASE i.class WHEN 'charge' THEN i.balance ELSE -i.balance END * y.unit AS amount
FROM ({open_items until}) AS i JOIN ar.currency y ON y.code = i.currency
WHERE i.currency = %(currency)s
ORDER BY on_day, i.number, i.id
