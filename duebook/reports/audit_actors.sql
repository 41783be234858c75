-- One row per person who may act here other than as a client: admins, members, services, the command line, visitors.
SELECT p.id, p.name, COALESCE(m.role, CASE p.email WHEN '' THEN 'console' ELSE 'platform' END) AS role
FROM ar.person p LEFT JOIN ar.membership m ON m.org_id = p.org_id AND m.person_id = p.id
WHERE p.org_id = %(org)s AND m.role IS DISTINCT FROM 'client'
ORDER BY m.role = 'service', lower(p.name), p.id
