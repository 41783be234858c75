-- A transfer ends with the payment or credit that it passes on: both halves are void from that day on.
-- The rows are the accounts it concerns, the other half's as well.
WITH passed AS (
    SELECT d.number, s.state, s.void_on
    FROM ar.document d
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = d.id AND a.origin = 'transfer'
    JOIN ar.document s ON s.org_id = %(org)s AND s.id = a.source_id
    WHERE d.org_id = %(org)s AND d.kind = 'debit_adjustment' AND d.settles_id IS NULL AND d.origin = 'transfer'
      AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY (%(customers)s))
)
UPDATE ar.document t SET state = CASE WHEN p.state = 'sent' THEN 'sent' ELSE 'void' END,
    void_on = CASE WHEN p.void_on IS NOT NULL THEN GREATEST(p.void_on, t.issue_date) END
FROM passed p
WHERE t.org_id = %(org)s AND t.kind IN ('debit_adjustment', 'credit_adjustment') AND t.settles_id IS NULL
  AND t.origin = 'transfer' AND t.number = p.number
  AND (t.state, t.void_on) IS DISTINCT FROM (CASE WHEN p.state = 'sent' THEN 'sent' ELSE 'void' END,
                                             CASE WHEN p.void_on IS NOT NULL THEN GREATEST(p.void_on, t.issue_date) END)
RETURNING t.customer_id
