-- Credits that name the invoice they correct: applied to it on their own date, as far as they are used.
WITH named AS (
    SELECT d.id AS source_id, d.customer_id, d.currency, d.issue_date, d.amount - COALESCE(d.amount - r.settled_amount, 0) AS amount,
           c.id AS charge_id, GREATEST(d.issue_date, c.issue_date) AS begins
    FROM pg_temp.resolved_document r
    JOIN ar.document d ON d.org_id = %(org)s AND d.kind = r.kind AND d.number = r.number AND d.settles_id IS NULL
    JOIN ar.document c ON c.org_id = %(org)s AND c.kind = ANY (%(charge_kinds)s) AND c.number = r.applied_to
         AND c.settles_id IS NULL AND c.customer_id = d.customer_id AND c.currency = d.currency
    WHERE r.action IN ('new', 'changed') AND r.applied_to IS NOT NULL AND d.class = 'credit'
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'allocation', a.id::text, to_jsonb(a)
    FROM named n JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = n.source_id AND a.charge_id = n.charge_id
         AND a.dated_on = n.issue_date AND a.origin = 'stated' AND a.external_id IS NULL
    WHERE a.run_id IS DISTINCT FROM %(run)s
    ON CONFLICT DO NOTHING
)
INSERT INTO ar.allocation AS a (org_id, customer_id, currency, source_id, charge_id, dated_on, stated_amount, amount,
    effective_on, run_id)
SELECT %(org)s, customer_id, currency, source_id, charge_id, issue_date, amount, amount, begins, %(run)s
FROM named WHERE amount > 0
ON CONFLICT (org_id, source_id, charge_id, dated_on, origin, refit_on, COALESCE(external_id, ''))
DO UPDATE SET stated_amount = excluded.stated_amount, amount = LEAST(a.amount, excluded.stated_amount), run_id = excluded.run_id
