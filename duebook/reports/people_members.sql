-- One row per person of a team, by name.
SELECT p.id, p.name, p.email, m.active AND m.role IN ('admin', 'member') AS active
FROM ar.team_member tm
JOIN ar.person p ON p.org_id = %(org)s AND p.id = tm.person_id
JOIN ar.membership m ON m.org_id = %(org)s AND m.person_id = tm.person_id
WHERE tm.org_id = %(org)s AND tm.team_id = %(team)s
ORDER BY lower(p.name), p.id
