-- One row per organisation, by name: its state, and the ids of the people who belong to it.
-- The console, services and visiting owners of the platform are nobody's people.
SELECT o.org_id, o.slug, o.name, o.currency, o.timezone, o.language, o.suspended, o.created_at,
       COALESCE(array_agg(m.person_id) FILTER (WHERE m.person_id IS NOT NULL), '{}') AS people
FROM ar.org o
LEFT JOIN ar.membership m
    ON m.org_id = o.org_id AND m.active AND m.role IN ('admin', 'member', 'client')
WHERE %(slug)s::text = '' OR o.slug = %(slug)s
GROUP BY o.org_id
ORDER BY o.name, o.org_id
