-- One row per person who owns an account that the viewer sees.
SELECT p.id, p.name FROM ar.person p
WHERE p.org_id = %(org)s AND EXISTS (
    SELECT 1 FROM ar.customer_internal i WHERE i.org_id = %(org)s AND i.owner_id = p.id)
ORDER BY lower(p.name), p.id
