-- Accounts that a document names, or that are new.
SELECT DISTINCT c.id FROM pg_temp.resolved_document r
JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
WHERE r.action IN ('new', 'changed') AND (r.account_name IS NOT NULL OR c.sort_name = '')
