-- What a run applied, and whatever is applied from or to what it made; of what it moved, what follows from facts.
DELETE FROM ar.allocation a
WHERE a.org_id = %(org)s AND (
    a.source_id IN (SELECT id FROM pg_temp.made) OR a.charge_id IN (SELECT id FROM pg_temp.made)
    OR a.origin NOT IN ('stated', 'transfer')
       AND (a.source_id IN (SELECT id FROM pg_temp.moved) OR a.charge_id IN (SELECT id FROM pg_temp.moved))
    OR a.run_id = %(run)s AND a.origin IN ('stated', 'transfer') AND a.id::text NOT IN (
        SELECT b.key FROM ar.ingest_before b WHERE b.org_id = %(org)s AND b.run_id = %(run)s AND b.table_name = 'allocation'))
