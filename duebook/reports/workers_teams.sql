-- One row per team that an account is shared with, as far as the viewer sees that it is.
SELECT t.id, t.name FROM ar.team t
WHERE t.org_id = %(org)s AND EXISTS (
    SELECT 1 FROM ar.customer_access a WHERE a.org_id = %(org)s AND a.principal_id = t.id AND a.reason = 'team share')
ORDER BY lower(t.name), t.id
