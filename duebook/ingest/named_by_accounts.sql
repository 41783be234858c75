-- Accounts that their own file names.
SELECT DISTINCT c.id FROM pg_temp.resolved_account r
JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
WHERE r.action IN ('new', 'changed')
