-- One row per person who owns an account that a member sees, from their accounts on.
SELECT p.id, p.name FROM ar.person p
WHERE p.org_id = %(org)s AND p.id IN (
    SELECT i.owner_id FROM ar.customer_internal i
    WHERE i.org_id = %(org)s AND i.customer_id = ANY ((SELECT guard.viewer_accounts())::bigint[]))
ORDER BY lower(p.name), p.id
