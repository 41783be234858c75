-- Customers that certain people own, and those shared with certain teams.
SELECT customer_id FROM ar.customer_internal WHERE org_id = %(org)s AND owner_id = ANY (%(owners)s::bigint[])
UNION
SELECT customer_id FROM ar.customer_access
WHERE org_id = %(org)s AND principal_id = ANY (%(teams)s::bigint[]) AND reason = 'team share'
