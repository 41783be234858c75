-- Documents that their source says are gone: they count on no date. Their row keeps its version, for what comes late.
UPDATE ar.document d SET state = 'cancelled', void_on = NULL, deleted_at = now(),
    source_version = COALESCE(r.source_version, d.source_version), run_id = %(run)s, recorded_at = now()
FROM pg_temp.resolved_deletion r
WHERE r.action = 'deleted' AND d.org_id = %(org)s AND d.id = r.id
