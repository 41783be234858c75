-- Accounts met first on a document's line; their names follow once the documents stand.
INSERT INTO ar.customer (org_id, account_number, name, sort_name, search_text, currency, run_id)
SELECT DISTINCT ON (r.account_number) %(org)s, r.account_number, r.account_number, '', '', r.currency, %(run)s
FROM pg_temp.resolved_document r
WHERE r.action = 'new' AND r.customer_id IS NULL
ORDER BY r.account_number, r.line
