-- One row per person who sees a customer and reason why: by a fact of their own, by a team, by what they are.
WITH way AS (
    SELECT 1 AS place, a.reason AS why, a.principal_id AS person_id, NULL::bigint AS team_id
    FROM ar.customer_access a
    WHERE a.org_id = %(org)s AND a.customer_id = %(customer)s AND a.reason IN ('owner', 'share')
    UNION ALL
    SELECT 2, a.reason, tm.person_id, a.principal_id
    FROM ar.customer_access a JOIN ar.team_member tm ON tm.org_id = %(org)s AND tm.team_id = a.principal_id
    WHERE a.org_id = %(org)s AND a.customer_id = %(customer)s AND a.reason = 'team share'
    UNION ALL
    SELECT 3, 'all', m.person_id, NULL FROM ar.membership m JOIN ar.org o ON o.org_id = m.org_id
    WHERE m.org_id = %(org)s AND m.role = 'member' AND m.active AND o.member_scope = 'all'
    UNION ALL
    SELECT 4, 'admin', m.person_id, NULL FROM ar.membership m
    WHERE m.org_id = %(org)s AND m.role = 'admin' AND m.active
    UNION ALL
    SELECT 5, 'client', l.person_id, NULL FROM ar.client_link l
    WHERE l.org_id = %(org)s AND l.customer_id = %(customer)s
)
SELECT w.why, w.person_id, p.name AS person, w.team_id, t.name AS team,
       COALESCE(m.active AND (m.role = 'client') = (w.why = 'client'), false) AS active
FROM way w
JOIN ar.person p ON p.org_id = %(org)s AND p.id = w.person_id
LEFT JOIN ar.membership m ON m.org_id = %(org)s AND m.person_id = w.person_id
LEFT JOIN ar.team t ON t.org_id = %(org)s AND t.id = w.team_id
ORDER BY w.place, lower(t.name), lower(p.name), p.id
