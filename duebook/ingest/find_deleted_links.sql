-- One row per deletion of a link. `id` is the order's, `other` the invoice's.
INSERT INTO pg_temp.resolved_deletion (line, id, other, source_version, stored_version, gone, names, keys)
SELECT t.line, l.order_id, l.invoice_id::text, t.source_version, l.source_version, false, CASE WHEN l.matches > 1 THEN l.names END,
       ARRAY[jsonb_build_array('external_id', COALESCE(t.external_id, l.external_id))::text,
             jsonb_build_array(COALESCE(t.number, l.order_number), COALESCE(t.other, l.invoice_number))::text]
FROM pg_temp.stage_deletion t
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(f.order_id) AS order_id, min(f.invoice_id) AS invoice_id, min(f.order_number) AS order_number,
           min(f.invoice_number) AS invoice_number, min(f.external_id) AS external_id, min(f.source_version) AS source_version,
           string_agg(f.kind || ' ' || f.order_number, ', ' ORDER BY f.kind) AS names
    FROM (SELECT l.*, o.number AS order_number, o.kind, i.number AS invoice_number
          FROM ar.order_link l JOIN ar.document o ON o.org_id = %(org)s AND o.id = l.order_id JOIN ar.document i ON i.org_id = %(org)s AND i.id = l.invoice_id
          WHERE l.org_id = %(org)s AND l.external_id = t.external_id
          UNION
          SELECT l.*, o.number, o.kind, i.number
          FROM ar.document o JOIN ar.order_link l ON l.org_id = %(org)s AND l.order_id = o.id JOIN ar.document i ON i.org_id = %(org)s AND i.id = l.invoice_id
          WHERE o.org_id = %(org)s AND o.kind = ANY (%(order_kinds)s) AND o.number = t.number AND o.settles_id IS NULL
            AND i.number = t.other AND (t.external_id IS NULL OR l.external_id IS NULL)) AS f
    HAVING count(*) > 0) AS l ON true
