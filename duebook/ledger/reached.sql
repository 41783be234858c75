-- The accounts at the other end of transfers of these accounts.
SELECT DISTINCT t.customer_id
FROM ar.document d
JOIN ar.document t ON t.org_id = %(org)s AND t.kind IN ('debit_adjustment', 'credit_adjustment') AND t.number = d.number
     AND t.settles_id IS NULL AND t.origin = 'transfer'
WHERE d.org_id = %(org)s AND d.origin = 'transfer' AND d.customer_id = ANY (%(customers)s)
