-- Credits that name an invoice which is not there, or not of this account and currency.
UPDATE pg_temp.resolved_document r SET action = 'invalid', problem_column = 'invoice_number', problem_value = r.applied_to,
    problem = CASE WHEN found.matches IS NULL THEN 'No invoice of this number is loaded for this account in ' || r.currency || ': load it first, or correct the number.'
                   ELSE 'Several documents have this number (' || found.names || '): give them different numbers, by a prefix in the mapping.' END
FROM pg_temp.resolved_document s
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, string_agg(d.kind || ' ' || d.number, ', ' ORDER BY d.kind) AS names
    FROM ar.document d JOIN ar.customer c ON c.org_id = %(org)s AND c.id = d.customer_id
    WHERE d.org_id = %(org)s AND d.kind = ANY (%(charge_kinds)s) AND d.number = s.applied_to AND d.settles_id IS NULL
      AND c.account_number = s.account_number AND d.currency = s.currency
    HAVING count(*) > 0) AS found ON true
WHERE r.line = s.line AND r.action IN ('new', 'changed') AND r.class = 'credit' AND r.applied_to IS NOT NULL
  AND found.matches IS DISTINCT FROM 1
