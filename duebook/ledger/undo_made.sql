-- Documents, accounts and disputes that were not there before some runs.
WITH kept AS (  -- was there before: another run had written it
    SELECT table_name, key FROM ar.ingest_before
    WHERE org_id = %(org)s AND run_id = ANY (%(runs)s) AND NOT COALESCE((before ->> 'run_id')::bigint = ANY (%(runs)s), false)
)
INSERT INTO pg_temp.made_by_all
SELECT 'document', d.id FROM ar.document d
WHERE d.org_id = %(org)s AND d.run_id = ANY (%(runs)s) AND d.settles_id IS NULL AND NOT EXISTS (
    SELECT FROM ar.document_version v WHERE v.org_id = %(org)s AND v.document_id = d.id
    AND v.superseded_by = ANY (%(runs)s) AND NOT COALESCE(v.run_id = ANY (%(runs)s), false))
UNION ALL
SELECT 'customer', c.id FROM ar.customer c
WHERE c.org_id = %(org)s AND c.run_id = ANY (%(runs)s) AND c.id::text NOT IN (SELECT key FROM kept WHERE table_name = 'customer')
UNION ALL
SELECT 'dispute', p.id FROM ar.dispute p
WHERE p.org_id = %(org)s AND p.run_id = ANY (%(runs)s) AND p.id::text NOT IN (SELECT key FROM kept WHERE table_name = 'dispute')
