-- Schemas and their owners in one database. Run by the migrator before the tables are made.
-- ar: what organisations own. guard: who is looking. door: sign-in. queue: work for the worker. public: nothing at all.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO duebook_app, duebook_door, duebook_worker, duebook_backup',
                   current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO duebook_worker', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO duebook_owner, duebook_guard', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
CREATE SCHEMA IF NOT EXISTS ar AUTHORIZATION duebook_owner;
CREATE SCHEMA IF NOT EXISTS door AUTHORIZATION duebook_owner;
CREATE SCHEMA IF NOT EXISTS queue AUTHORIZATION duebook_owner;
CREATE SCHEMA IF NOT EXISTS guard AUTHORIZATION duebook_guard;
DO $$
BEGIN
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM duebook_owner, duebook_guard', current_database());
END $$;
SET ROLE duebook_guard;
-- A principal is a person or a team: both draw their ids from here, so that no id means two things.
CREATE SEQUENCE IF NOT EXISTS guard.principal_id_seq;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA guard TO duebook_owner;
GRANT USAGE ON SEQUENCE guard.principal_id_seq TO duebook_owner;
RESET ROLE;
SET ROLE duebook_owner;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA ar, queue TO duebook_guard;
RESET ROLE;
