-- One row per person who works here, or the one asked for; the active first, by name.
SELECT p.id, p.name, p.email, m.role, m.active,
       ARRAY(SELECT t.name FROM ar.team_member tm JOIN ar.team t ON t.org_id = tm.org_id AND t.id = tm.team_id
             WHERE tm.org_id = %(org)s AND tm.person_id = p.id ORDER BY t.name) AS teams,
       COALESCE(o.owned, 0) AS owned
FROM ar.membership m
JOIN ar.person p ON p.org_id = %(org)s AND p.id = m.person_id
LEFT JOIN (SELECT owner_id, count(*) AS owned FROM ar.customer_internal
           WHERE org_id = %(org)s AND owner_id IS NOT NULL GROUP BY owner_id) AS o ON o.owner_id = p.id
WHERE m.org_id = %(org)s AND m.role IN ('admin', 'member')
  AND (%(person)s::bigint IS NULL OR m.person_id = %(person)s)
ORDER BY m.active DESC, lower(p.name), p.id
