-- Names as just worked out; what accounts were called before is kept, of those that the run did not make itself.
WITH named AS (
    SELECT * FROM unnest(%(ids)s::bigint[], %(names)s::text[], %(origins)s::text[], %(sorts)s::text[], %(searches)s::text[])
        AS n (id, name, origin, sort_name, search_text)
), kept AS (
    INSERT INTO ar.ingest_before (org_id, run_id, table_name, key, before)
    SELECT %(org)s, %(run)s, 'customer', c.id::text, to_jsonb(c)
    FROM named n JOIN ar.customer c ON c.org_id = %(org)s AND c.id = n.id
    WHERE c.run_id <> %(run)s AND (c.name, c.name_origin, c.sort_name, c.search_text) <> (n.name, n.origin, n.sort_name, n.search_text)
    ON CONFLICT DO NOTHING
)
UPDATE ar.customer c SET name = n.name, name_origin = n.origin, sort_name = n.sort_name, search_text = n.search_text
FROM named n
WHERE c.org_id = %(org)s AND c.id = n.id
  AND (c.name, c.name_origin, c.sort_name, c.search_text) <> (n.name, n.origin, n.sort_name, n.search_text)
