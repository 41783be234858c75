-- One row per client, or the one asked for, with the customers they speak for; the active first, by name.
SELECT p.id, p.name, p.email, m.active,
       COALESCE(l.ids, '{}') AS customer_ids, COALESCE(l.numbers, '{}') AS account_numbers, COALESCE(l.names, '{}') AS account_names
FROM ar.membership m
JOIN ar.person p ON p.org_id = %(org)s AND p.id = m.person_id
LEFT JOIN (
    SELECT k.person_id, array_agg(c.id ORDER BY c.sort_name, c.id) AS ids,
           array_agg(c.account_number::text ORDER BY c.sort_name, c.id) AS numbers, array_agg(c.name ORDER BY c.sort_name, c.id) AS names
    FROM ar.client_link k JOIN ar.customer c ON c.org_id = %(org)s AND c.id = k.customer_id
    WHERE k.org_id = %(org)s GROUP BY k.person_id) AS l ON l.person_id = p.id
WHERE m.org_id = %(org)s AND m.role = 'client'
  AND (%(person)s::bigint IS NULL OR m.person_id = %(person)s)
ORDER BY m.active DESC, lower(p.name), p.id
