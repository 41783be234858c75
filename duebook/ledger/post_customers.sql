-- Accounts met first on a document's line; their names follow once the documents stand. They have no
-- currency of their own: that of whatever line came first would depend on the order of the lines.
INSERT INTO ar.customer (org_id, account_number, name, sort_name, search_text, run_id)
SELECT DISTINCT %(org)s, r.account_number, r.account_number, '', '', %(run)s
FROM pg_temp.resolved_document r
WHERE (r.action IN ('new', 'return') AND r.customer_id IS NULL OR r.action = 'changed')
  AND NOT EXISTS (SELECT FROM ar.customer c WHERE c.org_id = %(org)s AND c.account_number = r.account_number)
ORDER BY r.account_number
