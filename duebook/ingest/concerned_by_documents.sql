-- Accounts whose documents this file adds or changes, wherever they stand now.
SELECT c.id
FROM (SELECT DISTINCT account_number FROM pg_temp.resolved_document WHERE action IN ('new', 'changed', 'return')) AS r
JOIN ar.customer c ON c.org_id = %(org)s AND c.account_number = r.account_number
UNION ALL
SELECT d.customer_id
FROM pg_temp.resolved_document r
JOIN ar.document d ON d.org_id = %(org)s AND d.id = r.document_id WHERE r.action = 'changed'
