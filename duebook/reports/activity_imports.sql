-- Loads that brought documents of an account or changed them, the latest first: one row per run, with how many they were.
SELECT t.at, 11 AS rank, t.run_id AS id, 'import' AS what, NULL::text AS kind, NULL::text AS number, NULL::bigint AS document_id,
       NULL::text AS other_number, NULL::bigint AS other_id, NULL::text AS currency, NULL::numeric AS amount, NULL::text AS person,
       NULL::text AS words, t.documents
FROM (
    SELECT s.run_id, max(s.recorded_at) AS at, count(DISTINCT s.id) AS documents
    FROM (
        SELECT d.id, d.run_id, d.recorded_at FROM ar.document d
        WHERE d.org_id = %(org)s AND d.customer_id = %(customer)s AND d.run_id IS NOT NULL AND d.origin = 'stated'
        UNION ALL
        SELECT v.document_id, v.run_id, v.recorded_at FROM ar.document_version v
        WHERE v.org_id = %(org)s AND v.customer_id = %(customer)s AND v.run_id IS NOT NULL
    ) AS s
    GROUP BY s.run_id
) AS t
WHERE t.at < %(end)s AND (t.at, 11, t.run_id) < (%(at)s, %(rank)s, %(id)s)
ORDER BY t.at DESC, t.run_id DESC
LIMIT %(limit)s
