-- The accounts that a run made.
DELETE FROM ar.customer c WHERE c.org_id = %(org)s AND c.run_id = %(run)s AND c.id::text NOT IN (
    SELECT b.key FROM ar.ingest_before b WHERE b.org_id = %(org)s AND b.run_id = %(run)s AND b.table_name = 'customer')
