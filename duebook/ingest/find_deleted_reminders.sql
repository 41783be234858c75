-- One row per deletion of a reminder. `id` is the invoice's, `other` the day.
INSERT INTO pg_temp.resolved_deletion (line, id, other, source_version, stored_version, gone, names, keys)
SELECT t.line, m.document_id, m.reminded_on::text, t.source_version, m.source_version, false, CASE WHEN m.matches > 1 THEN m.names END,
       ARRAY[jsonb_build_array('external_id', COALESCE(t.external_id, m.external_id))::text,
             jsonb_build_array(t.dated_on, t.number)::text,
             jsonb_build_array(COALESCE(t.dated_on, m.reminded_on), m.number)::text]
FROM pg_temp.stage_deletion t
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(f.document_id) AS document_id, min(f.reminded_on) AS reminded_on, min(f.number) AS number,
           min(f.external_id) AS external_id, min(f.source_version) AS source_version,
           string_agg(f.reminded_on || ': ' || f.kind || ' ' || f.number, ', ' ORDER BY f.reminded_on, f.kind) AS names
    FROM (SELECT m.document_id, m.reminded_on, m.external_id, m.source_version, d.number, d.kind
          FROM ar.reminder m JOIN ar.document d ON d.org_id = %(org)s AND d.id = m.document_id
          WHERE m.org_id = %(org)s AND m.external_id = t.external_id
          UNION
          SELECT m.document_id, m.reminded_on, m.external_id, m.source_version, d.number, d.kind
          FROM ar.document d JOIN ar.reminder m ON m.org_id = %(org)s AND m.document_id = d.id
          WHERE d.org_id = %(org)s AND d.kind = ANY (%(charge_kinds)s) AND d.number = t.number AND d.settles_id IS NULL
            AND (t.dated_on IS NULL OR m.reminded_on = t.dated_on) AND (t.external_id IS NULL OR m.external_id IS NULL)) AS f
    HAVING count(*) > 0) AS m ON true
