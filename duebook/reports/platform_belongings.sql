-- One row per organisation that one of some people belongs to, by its name.
SELECT m.person_id, o.slug, o.name, m.role, o.suspended
FROM ar.membership m
JOIN ar.org o ON o.org_id = m.org_id
WHERE m.person_id = ANY (%(people)s) AND m.active AND m.role IN ('admin', 'member', 'client')
ORDER BY o.name, o.org_id
