-- The rows of one page, then one row of totals per currency (document_id NULL, `documents` counted).
WITH found AS MATERIALIZED (
    SELECT r.*, row_number() OVER (ORDER BY r.account_number, r.due_date NULLS LAST, r.invoice_number COLLATE "C", r.kind) AS place
    FROM ({invoices}) AS r
)
SELECT place, document_id, account_number, account_name, invoice_number, kind, issue_date, due_date, currency, amount,
       balance, disputed, days_past_due, bucket, status, bucket_amount, NULL::bigint AS documents
FROM found
WHERE %(size)s::bigint IS NULL OR place > %(after)s AND place <= %(after)s + %(size)s
UNION ALL
SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, currency, sum(amount), sum(balance), sum(disputed), NULL, NULL, NULL,
       sum(bucket_amount), count(*)
FROM found
GROUP BY currency
ORDER BY place, currency
