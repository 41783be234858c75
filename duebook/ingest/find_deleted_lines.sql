-- One row per deletion of an invoice's line. `id` is the document's, `other` the line's number.
INSERT INTO pg_temp.resolved_deletion (line, id, other, source_version, stored_version, gone, names, keys)
SELECT t.line, l.document_id, l.line_number, t.source_version, l.source_version, false, CASE WHEN l.matches > 1 THEN l.names END,
       ARRAY[jsonb_build_array('external_id', COALESCE(t.external_id, l.external_id))::text,
             jsonb_build_array(COALESCE(t.number, l.number), COALESCE(t.other, l.line_number))::text]
FROM pg_temp.stage_deletion t
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(f.document_id) AS document_id, min(f.line_number) AS line_number, min(f.number) AS number,
           min(f.external_id) AS external_id, min(f.source_version) AS source_version, string_agg(f.kind || ' ' || f.number, ', ' ORDER BY f.kind) AS names
    FROM (SELECT l.document_id, l.line_number, d.number, d.kind, l.external_id, l.source_version
          FROM ar.document_line l JOIN ar.document d ON d.org_id = %(org)s AND d.id = l.document_id
          WHERE l.org_id = %(org)s AND l.external_id = t.external_id
          UNION
          SELECT l.document_id, l.line_number, d.number, d.kind, l.external_id, l.source_version
          FROM ar.document d JOIN ar.document_line l ON l.org_id = %(org)s AND l.document_id = d.id
          WHERE d.org_id = %(org)s AND d.kind = ANY (%(invoice_kinds)s) AND d.number = t.number AND d.settles_id IS NULL
            AND l.line_number = t.other AND (t.external_id IS NULL OR l.external_id IS NULL)) AS f
    HAVING count(*) > 0) AS l ON true
