-- Stated allocations. Across accounts a pair named transfer stands between: a debit adjustment on the
-- payer, applied from the source, and a credit adjustment on the other, applied to the invoice.
WITH stated AS (
    SELECT r.* FROM pg_temp.resolved_allocation r WHERE r.action IN ('new', 'changed')
), kept AS (  -- of a transfer both halves
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'allocation', a.id::text, to_jsonb(a)
    FROM stated s JOIN ar.allocation a ON a.org_id = %(org)s AND a.id = s.allocation_id WHERE s.action = 'changed'
    UNION
    SELECT %(org)s, %(run)s, 'allocation', a.id::text, to_jsonb(a)
    FROM stated s
    JOIN ar.document p ON p.org_id = %(org)s AND p.kind = 'credit_adjustment' AND p.number = s.transfer AND p.settles_id IS NULL
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = p.id AND a.origin = 'transfer'
    WHERE s.payer_id IS NOT NULL AND s.action = 'changed'
    ON CONFLICT DO NOTHING
), half AS (  -- what is restated: of a transfer both halves
    SELECT s.allocation_id AS id, s.amount, s.dated_on, s.external_id, s.source_version FROM stated s WHERE s.action = 'changed'
    UNION ALL
    SELECT a.id, s.amount, s.dated_on, NULL, s.source_version
    FROM stated s
    JOIN ar.document p ON p.org_id = %(org)s AND p.kind = 'credit_adjustment' AND p.number = s.transfer AND p.settles_id IS NULL
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = p.id AND a.origin = 'transfer'
    WHERE s.action = 'changed' AND s.payer_id IS NOT NULL
), restated AS (
    UPDATE ar.allocation a SET stated_amount = h.amount, amount = LEAST(a.amount, h.amount), dated_on = h.dated_on,
        external_id = COALESCE(h.external_id, a.external_id), source_version = COALESCE(h.source_version, a.source_version), run_id = %(run)s
    FROM half h WHERE a.org_id = %(org)s AND a.id = h.id
), restated_pair AS (
    UPDATE ar.document d SET amount = s.amount, open_amount = LEAST(d.open_amount, s.amount), issue_date = s.dated_on,
        due_date = CASE WHEN d.class = 'charge' THEN s.dated_on END, void_on = GREATEST(d.void_on, CASE WHEN d.void_on IS NOT NULL THEN s.dated_on END),
        run_id = %(run)s, recorded_at = now()
    FROM stated s
    WHERE s.action = 'changed' AND s.payer_id IS NOT NULL AND d.org_id = %(org)s AND d.kind IN ('debit_adjustment', 'credit_adjustment')
      AND d.number = s.transfer AND d.settles_id IS NULL
), pair AS (
    INSERT INTO ar.document AS d (org_id, customer_id, kind, class, ages, number, issue_date, due_date, currency, amount,
        origin, intake, reason, run_id, open_amount)
    SELECT %(org)s, CASE WHEN half.class = 'charge' THEN s.payer_id ELSE s.customer_id END, half.kind, half.class, false,
           s.transfer, s.dated_on, CASE WHEN half.class = 'charge' THEN s.dated_on END, s.currency, s.amount,
           'transfer', 'transfer', 'transfer', %(run)s, s.amount
    FROM stated s
    CROSS JOIN (VALUES ('debit_adjustment', 'charge'), ('credit_adjustment', 'credit')) AS half (kind, class)
    WHERE s.payer_id IS NOT NULL AND s.action = 'new'
    RETURNING d.id, d.number, d.class
), wanted AS (
    SELECT s.customer_id, s.currency, s.source_id, s.charge_id, s.amount, s.dated_on, 'stated' AS origin,
           s.external_id, s.source_version, s.line
    FROM stated s WHERE s.payer_id IS NULL AND s.action = 'new'
    UNION ALL
    SELECT CASE WHEN p.class = 'charge' THEN s.payer_id ELSE s.customer_id END, s.currency,
           CASE WHEN p.class = 'charge' THEN s.source_id ELSE p.id END,
           CASE WHEN p.class = 'charge' THEN p.id ELSE s.charge_id END,
           s.amount, s.dated_on, 'transfer', CASE WHEN p.class = 'charge' THEN s.external_id END, s.source_version, s.line
    FROM stated s JOIN pair p ON p.number = s.transfer WHERE s.action = 'new'
)
INSERT INTO ar.allocation (org_id, customer_id, currency, source_id, charge_id, dated_on, origin, stated_amount,
    amount, effective_on, external_id, source_version, run_id)
SELECT %(org)s, w.customer_id, w.currency, w.source_id, w.charge_id, w.dated_on, w.origin, w.amount, w.amount,
       GREATEST(w.dated_on, s.issue_date, c.issue_date), w.external_id, w.source_version, %(run)s
FROM wanted w
LEFT JOIN ar.document s ON s.org_id = %(org)s AND s.id = w.source_id
LEFT JOIN ar.document c ON c.org_id = %(org)s AND c.id = w.charge_id
ORDER BY w.customer_id, w.charge_id, w.line
