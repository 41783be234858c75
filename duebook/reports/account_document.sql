-- One row: a document of an account, with its balance as of a day.
SELECT i.id, i.number, i.kind, i.document_class, i.issue_date, i.due_date, i.amount * y.unit AS amount,
       i.balance * y.unit AS balance, i.status, i.reason, i.method, i.origin, i.void_on, i.currency, i.order_number,
       i.discount_amount * y.unit AS discount_amount, i.discount_date
FROM ({account_items}) AS i
JOIN ar.currency y ON y.code = i.currency
WHERE i.id = %(document)s
