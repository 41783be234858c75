-- One row per open item behind an aging figure. `bucket_amount` is its part of the figure asked for, so
-- that the rows add up to it; rows without a part are left out. Without a figure: every open invoice.
SELECT i.id AS document_id, c.account_number, c.name AS account_name, i.number AS invoice_number, i.kind, i.issue_date,
       i.due_date, i.currency, i.amount * y.unit AS amount, i.balance * y.unit AS balance, i.disputed * y.unit AS disputed,
       i.days_past_due, i.bucket, i.status, i.part * y.unit AS bucket_amount
FROM (
    SELECT b.*,
           CASE WHEN b.disputed > 0 THEN 'disputed' WHEN b.ages AND b.days_past_due > 0 THEN 'overdue'
                WHEN EXISTS (SELECT FROM ar.dispute p WHERE p.org_id = %(org)s AND p.document_id = b.id AND p.ended_on <= %(as_of)s::date) THEN 'resolved'
                ELSE 'sent' END AS status,
           CASE %(figure)s
               WHEN 'disputed' THEN b.disputed
               WHEN 'invoices' THEN CASE WHEN b.ages THEN b.balance ELSE 0 END
               WHEN 'debit_adjustments' THEN CASE WHEN b.class = 'charge' AND NOT b.ages THEN b.balance ELSE 0 END
               WHEN 'unapplied_credits' THEN CASE WHEN b.class = 'charge' THEN 0 ELSE b.balance END
               WHEN 'outstanding' THEN CASE WHEN b.class = 'charge' THEN b.balance ELSE -b.balance END
               ELSE CASE WHEN b.age_bucket = ANY (%(buckets)s) THEN b.balance - b.disputed ELSE 0 END
           END AS part
    FROM (
        SELECT item.*, CASE WHEN disputed = balance THEN 'disputed' ELSE age_bucket END AS bucket
        FROM (
            SELECT *, CASE WHEN NOT ages THEN CASE WHEN class = 'charge' THEN 'debit_adjustments' ELSE 'unapplied_credits' END
                           WHEN age_days <= 0 THEN 'current' WHEN age_days <= %(edge_1)s THEN 'days_1_30'
                           WHEN age_days <= %(edge_2)s THEN 'days_31_60' WHEN age_days <= %(edge_3)s THEN 'days_61_90'
                           ELSE 'days_91_plus' END AS age_bucket
            FROM ({open_items}) AS open_item
        ) AS item
    ) AS b
) AS i
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = i.customer_id
JOIN ar.currency y ON y.code = i.currency
WHERE i.part <> 0 AND (%(currency)s = '' OR i.currency = %(currency)s)
ORDER BY c.account_number, i.due_date NULLS LAST, i.number COLLATE "C", i.kind
