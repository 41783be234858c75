-- The accounts that a client speaks for, by name.
SELECT c.id, c.account_number, c.name, COALESCE(c.currency, o.currency) AS currency
FROM ar.customer c JOIN ar.org o ON o.org_id = c.org_id
WHERE c.org_id = %(org)s ORDER BY c.sort_name, c.id
