-- One row per deletion of a document: by the source's own key, else by its number, among what came by files of its kind.
INSERT INTO pg_temp.resolved_deletion (line, id, customer_id, source_version, stored_version, gone, names, keys)
SELECT t.line, COALESCE(x.id, n.id), COALESCE(x.customer_id, n.customer_id), t.source_version, COALESCE(x.source_version, n.source_version),
       COALESCE(x.deleted_at, n.deleted_at) IS NOT NULL, CASE WHEN n.matches > 1 THEN n.names END,
       ARRAY[jsonb_build_array('external_id', t.external_id)::text, jsonb_build_array(t.kind, t.number)::text]
FROM pg_temp.stage_deletion t
LEFT JOIN ar.document x ON x.org_id = %(org)s AND x.intake = %(intake)s AND x.external_id = t.external_id AND x.origin = 'stated'
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(d.id) AS id, min(d.customer_id) AS customer_id, min(d.source_version) AS source_version,
           min(d.deleted_at) AS deleted_at, string_agg(d.kind || ' ' || d.number, ', ' ORDER BY d.kind) AS names
    FROM ar.document d
    WHERE x.id IS NULL AND d.org_id = %(org)s AND d.number = t.number AND d.settles_id IS NULL
      AND d.kind = ANY (%(charge_kinds)s::text[] || %(source_kinds)s::text[] || %(order_kinds)s::text[])
      AND d.intake = %(intake)s AND d.origin = 'stated' AND (t.kind IS NULL OR d.kind = t.kind)
      AND (t.external_id IS NULL OR d.external_id IS NULL)
    HAVING count(*) > 0) AS n ON true
