-- Money that went back without a receipt to void.
INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount,
    intake, reason, method, run_id, open_amount)
SELECT %(org)s, r.customer_id, 'debit_adjustment', 'charge', false, r.number, r.issue_date, r.issue_date, r.currency, r.amount,
    %(intake)s, 'refund or returned payment', r.method, %(run)s, r.amount
FROM pg_temp.resolved_document r
WHERE r.action = 'refund' ORDER BY r.customer_id, r.line
