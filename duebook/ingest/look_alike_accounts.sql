-- One row per new account with a name, then one per known account whose name begins as one of theirs: bounded both.
WITH fresh AS (
    SELECT DISTINCT ON (account_number) account_number, name FROM (
        SELECT r.account_number, r.account_name AS name, r.line FROM pg_temp.resolved_document r
        WHERE r.action = 'new' AND r.customer_id IS NULL
        UNION ALL
        SELECT r.account_number, r.name, r.line FROM pg_temp.resolved_account r WHERE r.action = 'new') AS told
    WHERE name <> '' ORDER BY account_number, line LIMIT %(fresh_most)s
)
SELECT true AS is_fresh, account_number, name FROM fresh
UNION ALL
(SELECT false, c.account_number, c.name FROM ar.customer c
 WHERE c.org_id = %(org)s AND c.name_origin <> 'number'
   AND lower(left(c.name, 3)) IN (SELECT lower(left(f.name, 3)) FROM fresh f)
   AND c.account_number NOT IN (SELECT f.account_number FROM fresh f)
 ORDER BY c.account_number LIMIT %(known_most)s)
