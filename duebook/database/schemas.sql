-- Schemas and their owners in one database. Run by the migrator before the tables are made.
-- ar: what organisations own. guard: who is looking. rollup: what keeps derived figures right. door: sign-in. queue: work
-- for the worker. public: extensions, for nobody but who makes indexes.
DO $$
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO duebook_app, duebook_door, duebook_worker, duebook_backup',
                   current_database());
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO duebook_worker', current_database());
    EXECUTE format('GRANT CREATE ON DATABASE %I TO duebook_owner, duebook_guard, duebook_rollup', current_database());
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- Search by parts of words, within an organisation.
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gin SCHEMA public;
GRANT USAGE ON SCHEMA public TO duebook_owner;
CREATE SCHEMA IF NOT EXISTS ar AUTHORIZATION duebook_owner;
CREATE SCHEMA IF NOT EXISTS door AUTHORIZATION duebook_owner;
CREATE SCHEMA IF NOT EXISTS queue AUTHORIZATION duebook_owner;
CREATE SCHEMA IF NOT EXISTS guard AUTHORIZATION duebook_guard;
CREATE SCHEMA IF NOT EXISTS rollup AUTHORIZATION duebook_rollup;
DO $$
BEGIN
    EXECUTE format('REVOKE CREATE ON DATABASE %I FROM duebook_owner, duebook_guard, duebook_rollup', current_database());
END $$;
SET ROLE duebook_guard;
-- A principal is a person or a team: both draw their ids from here, so that no id means two things.
CREATE SEQUENCE IF NOT EXISTS guard.principal_id_seq;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA guard TO duebook_owner, duebook_rollup;
GRANT USAGE ON SEQUENCE guard.principal_id_seq TO duebook_owner;
RESET ROLE;
SET ROLE duebook_owner;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
GRANT USAGE ON SCHEMA ar, queue TO duebook_guard;
GRANT USAGE ON SCHEMA ar TO duebook_rollup;
RESET ROLE;
SET ROLE duebook_rollup;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
RESET ROLE;
