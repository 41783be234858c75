-- One row per team, or the one asked for, by name: who is in it and active, how many customers are shared with it.
SELECT t.id, t.name,
       ARRAY(SELECT p.name FROM ar.team_member tm
             JOIN ar.person p ON p.org_id = tm.org_id AND p.id = tm.person_id
             JOIN ar.membership m ON m.org_id = tm.org_id AND m.person_id = tm.person_id
             WHERE tm.org_id = t.org_id AND tm.team_id = t.id AND m.active AND m.role IN ('admin', 'member')
             ORDER BY lower(p.name), p.id) AS members,
       (SELECT count(*) FROM ar.customer_access a
        WHERE a.org_id = t.org_id AND a.principal_id = t.id AND a.reason = 'team share') AS customers
FROM ar.team t
WHERE t.org_id = %(org)s AND (%(team)s::bigint IS NULL OR t.id = %(team)s)
ORDER BY lower(t.name), t.id
