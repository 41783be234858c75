-- A transfer ends with the payment or credit that it passes on: both halves are void from that day on.
-- What was transferred may have been transferred on: run it until it finds nothing.
WITH passed AS (
    SELECT d.number, CASE WHEN bool_or(s.state = 'sent') THEN 'sent' ELSE 'void' END AS state,
           CASE WHEN NOT bool_or(s.state = 'sent') THEN max(s.void_on) END AS void_on
    FROM ar.document d
    JOIN ar.allocation a ON a.org_id = %(org)s AND a.charge_id = d.id AND a.origin = 'transfer'
    JOIN ar.document s ON s.org_id = %(org)s AND s.id = a.source_id
    WHERE d.org_id = %(org)s AND d.kind = 'debit_adjustment' AND d.settles_id IS NULL AND d.origin = 'transfer'
      AND (%(customers)s::bigint[] IS NULL OR d.customer_id = ANY (%(customers)s))
    GROUP BY d.number
)
UPDATE ar.document t SET state = p.state, void_on = CASE WHEN p.void_on IS NOT NULL THEN GREATEST(p.void_on, t.issue_date) END
FROM passed p
WHERE t.org_id = %(org)s AND t.kind IN ('debit_adjustment', 'credit_adjustment') AND t.settles_id IS NULL
  AND t.origin = 'transfer' AND t.number = p.number
  AND (t.state, t.void_on) IS DISTINCT FROM (p.state, CASE WHEN p.void_on IS NOT NULL THEN GREATEST(p.void_on, t.issue_date) END)
