-- One row per deletion of an account: by the source's own key, else by its number.
INSERT INTO pg_temp.resolved_deletion (line, id, customer_id, source_version, stored_version, gone, keys)
SELECT t.line, c.id, c.id, t.source_version, c.source_version, c.deleted_at IS NOT NULL,
       ARRAY[jsonb_build_array('external_id', t.external_id)::text, jsonb_build_array(NULL, t.number)::text]
FROM pg_temp.stage_deletion t
LEFT JOIN ar.customer x ON x.org_id = %(org)s AND x.external_id = t.external_id
LEFT JOIN ar.customer n ON n.org_id = %(org)s AND n.account_number = t.number AND (t.external_id IS NULL OR n.external_id IS NULL)
LEFT JOIN ar.customer c ON c.org_id = %(org)s AND c.id = CASE WHEN x.id IS NULL THEN n.id ELSE x.id END
