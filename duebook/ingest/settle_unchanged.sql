-- Known documents whose line says nothing new. What a file does not carry is not compared.
WITH known AS (
    SELECT document_id FROM pg_temp.resolved_document WHERE action = 'changed'
), told AS (
    SELECT DISTINCT ON (s.document_id) s.document_id, s.settled_amount, s.stated_on
    FROM known k JOIN ar.settlement s ON s.org_id = %(org)s AND s.document_id = k.document_id
    ORDER BY s.document_id, s.stated_on DESC
), dispute AS (
    SELECT DISTINCT p.document_id FROM known k
    JOIN ar.dispute p ON p.org_id = %(org)s AND p.document_id = k.document_id
    WHERE p.origin = 'source' AND p.resolved_on IS NULL
), named AS (  -- which invoice a line of adjustments applied a credit to
    SELECT a.source_id, min(c.number) AS number
    FROM known k
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.source_id = k.document_id AND a.origin = 'stated'
    JOIN ar.ingest_run u ON u.org_id = %(org)s AND u.id = a.run_id AND u.kind = 'adjustments'
    JOIN ar.document c ON c.org_id = %(org)s AND c.id = a.charge_id
    WHERE %(intake)s = 'adjustments' GROUP BY a.source_id
)
UPDATE pg_temp.resolved_document r SET action = 'unchanged'
FROM ar.document d
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = d.customer_id
LEFT JOIN told ON told.document_id = d.id
LEFT JOIN dispute ON dispute.document_id = d.id
LEFT JOIN named ON named.source_id = d.id
WHERE r.action = 'changed' AND d.org_id = %(org)s AND d.id = r.document_id
  AND (r.account_number, r.number, r.kind, r.issue_date, r.currency, r.amount, r.state)
      = (c.account_number, d.number, d.kind, d.issue_date, d.currency, d.amount, d.state)
  AND (r.due_date, r.void_on, r.closed_date) IS NOT DISTINCT FROM (d.due_date, d.void_on, d.closed_date)
  AND (r.settled_amount IS NULL
       OR r.settled_amount = COALESCE(told.settled_amount, 0)
          AND (r.settled_on IS NULL OR r.settled_amount = 0 OR GREATEST(r.settled_on, r.issue_date) = told.stated_on))
  AND (r.disputed IS NULL OR d.class <> 'charge' OR r.disputed = (dispute.document_id IS NOT NULL))
  AND (NOT 'invoice_number' = ANY (COALESCE(r.given, %(fields)s)) OR d.class <> 'credit'
       OR CASE WHEN r.settled_amount = 0 THEN NULL ELSE r.applied_to END IS NOT DISTINCT FROM named.number)
  AND (NOT 'account_name' = ANY (COALESCE(r.given, %(fields)s)) OR r.account_name IS NULL OR r.account_name IS NOT DISTINCT FROM d.account_name)
  AND (NOT 'reason' = ANY (COALESCE(r.given, %(fields)s)) OR r.reason IS NOT DISTINCT FROM d.reason)
  AND (NOT 'method' = ANY (COALESCE(r.given, %(fields)s)) OR r.method IS NOT DISTINCT FROM d.method)
  AND (NOT 'order_number' = ANY (COALESCE(r.given, %(fields)s)) OR r.order_number IS NOT DISTINCT FROM d.order_number)
  AND (NOT 'discount_amount' = ANY (COALESCE(r.given, %(fields)s)) OR r.discount_amount IS NOT DISTINCT FROM d.discount_amount)
  AND (NOT 'discount_date' = ANY (COALESCE(r.given, %(fields)s)) OR r.discount_date IS NOT DISTINCT FROM d.discount_date)
  AND (r.external_id IS NULL OR r.external_id = d.external_id)
  AND (r.source_version IS NULL OR r.source_version = d.source_version)
