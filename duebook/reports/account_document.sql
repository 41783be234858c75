-- One row: a document of an account, with its balance as of a day.
SELECT i.id, i.number, i.kind, i.class, i.issue_date, i.due_date, i.amount * y.unit AS amount, i.balance * y.unit AS balance,
       i.status, i.reason, i.method, i.origin, i.void_on, d.currency, d.order_number,
       d.discount_amount * y.unit AS discount_amount, d.discount_date
FROM ({account_items}) AS i
JOIN ar.document d ON d.org_id = %(org)s AND d.id = i.id
JOIN ar.currency y ON y.code = d.currency
WHERE i.id = %(document)s
