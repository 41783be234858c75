-- The cluster's logins and roles. Run by the migrator on every migrate; twice changes nothing.
-- Logins have no right of their own: what they may do, they may after SET LOCAL ROLE.
DO $$
DECLARE
    wanted text;
BEGIN
    PERFORM pg_advisory_xact_lock(7238523);  -- roles belong to the cluster: one migrate at a time
    FOREACH wanted IN ARRAY ARRAY[
        'duebook_owner', 'duebook_guard', 'duebook_rollup', 'duebook_admin', 'duebook_member', 'duebook_member_all',
        'duebook_client', 'duebook_service', 'duebook_service_read', 'duebook_platform'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', wanted);
        END IF;
    END LOOP;
    FOREACH wanted IN ARRAY ARRAY['duebook_app', 'duebook_door', 'duebook_worker', 'duebook_backup'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOINHERIT', wanted);
        END IF;
    END LOOP;
    -- The migrator hands tables to their owners; a superuser needs no membership for it.
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        EXECUTE format('GRANT duebook_owner, duebook_guard, duebook_rollup TO %I', current_user);
    END IF;
END $$;
