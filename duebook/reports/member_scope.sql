-- One row per member: how many of the organisation's customers they see by themselves or through a team of theirs.
SELECT p.id, p.name,
       (SELECT count(DISTINCT a.customer_id) FROM ar.customer_access a
        WHERE a.org_id = %(org)s AND a.principal_id = ANY (t.principals)) AS assigned,
       (SELECT count(*) FROM ar.customer c WHERE c.org_id = %(org)s) AS customers
FROM ar.membership m
JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id
CROSS JOIN LATERAL (
    SELECT array_append(array_agg(t.team_id), m.person_id) AS principals
    FROM ar.team_member t WHERE t.org_id = m.org_id AND t.person_id = m.person_id) AS t
WHERE m.org_id = %(org)s AND m.role = 'member' AND m.active
ORDER BY lower(p.name), p.id
