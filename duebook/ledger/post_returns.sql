-- Negative payments. One that names a receipt of the same account, currency and amount voids it on its own
-- date (a bounced payment); any other is a debit adjustment, money that went back.
WITH named AS (
    SELECT r.line, r.number, r.issue_date, r.currency, r.amount, c.id AS customer_id, p.id AS receipt_id, p.state,
           p.void_on, p.issue_date AS received_on, b.id AS debit_id, b.amount AS debit_amount, b.issue_date AS debit_date,
           b.customer_id AS debit_customer_id
    FROM pg_temp.resolved_document r
    JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
    LEFT JOIN ar.document p ON p.org_id = %(org)s AND p.kind = r.kind AND p.number = r.number AND p.settles_id IS NULL
         AND p.customer_id = c.id AND p.currency = r.currency AND p.amount = r.amount
         AND (p.state = 'sent' OR p.void_on IS NOT NULL)
    LEFT JOIN ar.document b ON b.org_id = %(org)s AND b.kind = 'debit_adjustment' AND b.number = r.number
         AND b.settles_id IS NULL
    WHERE r.action = 'return'
)
UPDATE pg_temp.resolved_document r SET
    document_id = COALESCE(n.receipt_id, n.debit_id), customer_id = n.customer_id,
    action = CASE WHEN n.receipt_id IS NOT NULL AND n.issue_date < n.received_on THEN 'invalid'
                  WHEN n.void_on = n.issue_date THEN 'unchanged'
                  WHEN n.receipt_id IS NOT NULL THEN 'void'
                  WHEN n.debit_id IS NULL THEN 'refund'
                  WHEN n.debit_amount = n.amount AND n.debit_date = n.issue_date AND n.debit_customer_id = n.customer_id THEN 'unchanged'
                  ELSE 'invalid' END,
    problem_column = CASE WHEN n.issue_date < n.received_on THEN 'date' ELSE 'payment_number' END,
    problem_value = CASE WHEN n.issue_date < n.received_on THEN n.issue_date::text ELSE n.number END,
    problem = CASE WHEN n.issue_date < n.received_on
                   THEN 'A payment is returned after it came, on ' || n.received_on || ' or later: correct the date.'
                   ELSE 'Another document has this number already: give it a number of its own, or a prefix in the mapping.' END
FROM named n WHERE n.line = r.line
