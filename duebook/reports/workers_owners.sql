-- One row per person who owns an account, for those who see all; each owner is found by one step in the index.
WITH RECURSIVE owner AS (
    (SELECT i.owner_id FROM ar.customer_internal i
     WHERE i.org_id = %(org)s AND i.owner_id IS NOT NULL ORDER BY i.owner_id LIMIT 1)
    UNION ALL
    SELECT (SELECT i.owner_id FROM ar.customer_internal i
            WHERE i.org_id = %(org)s AND i.owner_id > o.owner_id ORDER BY i.owner_id LIMIT 1)
    FROM owner o WHERE o.owner_id IS NOT NULL
)
SELECT p.id, p.name FROM owner o JOIN ar.person p ON p.org_id = %(org)s AND p.id = o.owner_id
ORDER BY lower(p.name), p.id
