-- One row per customer of `page`, with the names of its owner and of whom it is shared with.
SELECT c.id, c.account_number, c.name, c.owner_id, o.name AS owner,
       COALESCE(m.active AND m.role IN ('admin', 'member'), false) AS owner_active,
       ARRAY(SELECT p.name FROM ar.customer_access a JOIN ar.person p ON p.org_id = %(org)s AND p.id = a.principal_id
             WHERE a.org_id = %(org)s AND a.customer_id = c.id AND a.reason = 'share' ORDER BY lower(p.name), p.id) AS people,
       ARRAY(SELECT t.name FROM ar.customer_access a JOIN ar.team t ON t.org_id = %(org)s AND t.id = a.principal_id
             WHERE a.org_id = %(org)s AND a.customer_id = c.id AND a.reason = 'team share' ORDER BY lower(t.name), t.id) AS teams
FROM page c
LEFT JOIN ar.person o ON o.org_id = %(org)s AND o.id = c.owner_id
LEFT JOIN ar.membership m ON m.org_id = %(org)s AND m.person_id = c.owner_id
