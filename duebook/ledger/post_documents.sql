-- New documents, in the order in which an account is read.
INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount, state,
    void_on, intake, external_id, source_version, account_name, reason, method, order_number, discount_amount,
    discount_date, closed_date, run_id, open_amount, closed_on)
SELECT %(org)s, c.id, r.kind, r.class, r.ages, r.number, r.issue_date, r.due_date, r.currency, r.amount, r.state,
    r.void_on, %(intake)s, r.external_id, r.source_version, r.account_name, r.reason, r.method, r.order_number,
    r.discount_amount, r.discount_date, r.closed_date, %(run)s,
    CASE WHEN r.state = 'sent' THEN r.amount ELSE 0 END,
    CASE WHEN r.state = 'sent' THEN 'infinity'::date ELSE '-infinity'::date END
FROM pg_temp.resolved_document r
JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
WHERE r.action = 'new'
ORDER BY c.id, r.issue_date, r.line
