-- One row per person who may act here other than as a client: admins, members, services, the command line, visitors.
SELECT p.id, p.name, m.role
FROM ar.person p JOIN ar.membership m ON m.org_id = p.org_id AND m.person_id = p.id
WHERE p.org_id = %(org)s AND m.role <> 'client'
ORDER BY m.role = 'service', lower(p.name), p.id
