-- The documents that a run made, and those that it moved to another account or currency.
WITH moved AS (
    INSERT INTO pg_temp.moved
    SELECT DISTINCT d.id
    FROM ar.document_version v JOIN ar.document d ON d.org_id = %(org)s AND d.id = v.document_id
    WHERE v.org_id = %(org)s AND v.superseded_by = %(run)s
      AND (d.customer_id, d.currency) <> ((v.facts ->> 'customer_id')::bigint, v.facts ->> 'currency')
)
INSERT INTO pg_temp.made
SELECT d.id FROM ar.document d
WHERE d.org_id = %(org)s AND d.run_id = %(run)s AND d.settles_id IS NULL AND NOT EXISTS (
    SELECT FROM ar.document_version v WHERE v.org_id = %(org)s AND v.document_id = d.id AND v.superseded_by = %(run)s
    AND v.run_id IS DISTINCT FROM %(run)s)  -- one that came and went back in one file was not there before
