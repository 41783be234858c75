-- What each deletion comes to. What was never known is remembered if it has a version to be remembered by.
UPDATE pg_temp.resolved_deletion r SET
    action = CASE
        WHEN names IS NOT NULL THEN 'invalid'
        WHEN id IS NULL AND source_version IS NULL THEN 'unchanged'
        WHEN id IS NULL AND EXISTS (
            SELECT FROM ar.tombstone t WHERE t.org_id = %(org)s AND t.intake = %(intake)s AND t.key = ANY (r.keys)
            AND pg_temp.is_buried(r.source_version, t.source_version)) THEN 'unchanged'
        WHEN gone AND (source_version IS NULL OR pg_temp.is_buried(source_version, stored_version)) THEN 'unchanged'
        WHEN pg_temp.is_older(source_version, stored_version) THEN 'stale'
        ELSE 'deleted' END,
    problem_column = CASE WHEN names IS NOT NULL THEN 'external_id' END,
    problem = CASE WHEN names IS NOT NULL THEN 'Several are meant (' || names || '): name one by its external_id, or by kind or date.' END
