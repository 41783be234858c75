-- Accounts that lose a document, and perhaps with it the name that they go by. Before it is posted.
SELECT DISTINCT d.customer_id
FROM pg_temp.resolved_document r
JOIN ar.document d ON d.org_id = %(org)s AND d.id = r.document_id
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = d.customer_id
WHERE r.action = 'changed' AND c.account_number <> r.account_number AND d.account_name IS NOT NULL
