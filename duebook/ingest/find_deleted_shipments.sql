-- One row per deletion of a shipment. `id` is its account's, `other` its number.
INSERT INTO pg_temp.resolved_deletion (line, id, other, source_version, stored_version, gone, names, keys)
SELECT t.line, s.customer_id, s.number, t.source_version, s.source_version, false, CASE WHEN s.matches > 1 THEN s.names END,
       ARRAY[jsonb_build_array('external_id', COALESCE(t.external_id, s.external_id))::text,
             jsonb_build_array(NULL, COALESCE(t.number, s.number))::text]
FROM pg_temp.stage_deletion t
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(f.customer_id) AS customer_id, min(f.number) AS number, min(f.external_id) AS external_id,
           min(f.source_version) AS source_version, string_agg(f.number, ', ' ORDER BY f.number) AS names
    FROM (SELECT s.* FROM ar.shipment s WHERE s.org_id = %(org)s AND s.external_id = t.external_id
          UNION
          SELECT s.* FROM ar.shipment s WHERE s.org_id = %(org)s AND s.number = t.number
             AND (t.external_id IS NULL OR s.external_id IS NULL)) AS f
    HAVING count(*) > 0) AS s ON true
