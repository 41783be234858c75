-- One row per deletion of the count of an item. `id` is its account's, `other` the item and the day.
INSERT INTO pg_temp.resolved_deletion (line, id, other, source_version, stored_version, gone, names, keys)
SELECT t.line, s.customer_id, jsonb_build_array(s.item, s.counted_on)::text, t.source_version, s.source_version, false,
       CASE WHEN s.matches > 1 THEN s.names END,
       ARRAY[jsonb_build_array('external_id', COALESCE(t.external_id, s.external_id))::text,
             jsonb_build_array(t.dated_on, t.number, t.other)::text,
             jsonb_build_array(COALESCE(t.dated_on, s.counted_on), s.account_number, s.item)::text]
FROM pg_temp.stage_deletion t
LEFT JOIN LATERAL (
    SELECT count(*) AS matches, min(f.customer_id) AS customer_id, min(f.item) AS item, min(f.counted_on) AS counted_on,
           min(f.account_number) AS account_number, min(f.external_id) AS external_id, min(f.source_version) AS source_version,
           string_agg(f.counted_on || ': ' || f.item, ', ' ORDER BY f.counted_on) AS names
    FROM (SELECT s.*, c.account_number FROM ar.stock s JOIN ar.customer c ON c.org_id = %(org)s AND c.id = s.customer_id
          WHERE s.org_id = %(org)s AND s.external_id = t.external_id
          UNION
          SELECT s.*, c.account_number FROM ar.customer c JOIN ar.stock s ON s.org_id = %(org)s AND s.customer_id = c.id
          WHERE c.org_id = %(org)s AND c.account_number = t.number AND s.item = t.other
            AND (t.dated_on IS NULL OR s.counted_on = t.dated_on) AND (t.external_id IS NULL OR s.external_id IS NULL)) AS f
    HAVING count(*) > 0) AS s ON true
