-- Known documents whose line says something new. What the file does not carry stays.
UPDATE ar.document d SET
    customer_id = c.id, kind = r.kind, class = r.class, ages = r.ages, number = r.number,
    issue_date = r.issue_date, due_date = r.due_date, currency = r.currency, amount = r.amount,
    state = r.state, void_on = r.void_on, closed_date = r.closed_date,
    account_name = COALESCE(r.account_name, d.account_name),
    reason = CASE WHEN 'reason' = ANY (COALESCE(r.given, %(fields)s)) THEN r.reason ELSE d.reason END,
    method = CASE WHEN 'method' = ANY (COALESCE(r.given, %(fields)s)) THEN r.method ELSE d.method END,
    order_number = CASE WHEN 'order_number' = ANY (COALESCE(r.given, %(fields)s)) THEN r.order_number ELSE d.order_number END,
    discount_amount = CASE WHEN 'discount_amount' = ANY (COALESCE(r.given, %(fields)s)) THEN r.discount_amount ELSE d.discount_amount END,
    discount_date = CASE WHEN 'discount_date' = ANY (COALESCE(r.given, %(fields)s)) THEN r.discount_date ELSE d.discount_date END,
    intake = %(intake)s, external_id = COALESCE(r.external_id, d.external_id),
    source_version = COALESCE(r.source_version, d.source_version), run_id = %(run)s, recorded_at = now(), deleted_at = NULL,
    open_amount = LEAST(d.open_amount, r.amount)  -- posting works it out anew before the batch ends
FROM pg_temp.resolved_document r
JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
WHERE r.action = 'changed' AND d.org_id = %(org)s AND d.id = r.document_id
