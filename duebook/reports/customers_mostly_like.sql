-- Whether most of some two hundred customers, spread over all of them, are like the patterns: one row. Where few are met,
-- because their ids lie far apart, nothing is known.
SELECT count(*) FILTER (WHERE c.search_text LIKE ANY (%(patterns)s)) * 2 > GREATEST(count(*), 50)
FROM (SELECT min(id) AS first, max(id) AS last FROM ar.customer WHERE org_id = %(org)s) AS ends
CROSS JOIN LATERAL generate_series(ends.first, ends.last, GREATEST((ends.last - ends.first) / 200, 1)) AS step (id)
JOIN ar.customer c ON c.org_id = %(org)s AND c.id = step.id
