"""The application's own login and any SQL: read the server's files and catalogue, change it."""

from __future__ import annotations

import pytest

from tests.isolation.attacker import REFUSED, Connection, being, column, everybody, sent, tried
from tests.world import World

# What it takes to say no: no right, or there is no such thing to have a right to.
REFUSALS = {REFUSED, "42704", "3F000", "0A000"}

READING = """
SELECT * FROM pg_authid
SELECT passwd FROM pg_shadow
SELECT * FROM pg_statistic
SELECT * FROM pg_statistic_ext_data
SELECT * FROM pg_largeobject
SELECT * FROM pg_file_settings
SELECT * FROM pg_hba_file_rules
SELECT pg_read_file('PG_VERSION')
SELECT pg_read_binary_file('PG_VERSION')
SELECT pg_stat_file('PG_VERSION')
SELECT pg_ls_dir('.')
SELECT pg_ls_waldir()
SELECT pg_current_logfile()
SELECT lo_import('/etc/hostname')
SELECT lo_export(1, '/nonexistent/x')
COPY ar.customer TO '/nonexistent/x'
COPY (SELECT 1) TO '/nonexistent/x'
COPY (SELECT 1) TO PROGRAM 'true'
COPY ar.customer FROM '/etc/hostname'
COPY ar.customer FROM PROGRAM 'true'
"""
SETTING = """
ALTER SYSTEM SET log_statement = 'all'
SET log_statement = 'all'
SET log_min_duration_statement = 0
SET log_parameter_max_length = -1
SET session_preload_libraries = 'x'
LOAD '/nonexistent/x'
ALTER ROLE duebook_app BYPASSRLS
ALTER ROLE duebook_app INHERIT
ALTER ROLE duebook_door PASSWORD 'x'
ALTER ROLE duebook_door SET work_mem = '1MB'
ALTER DATABASE duebook SET row_security = off
ALTER DATABASE duebook OWNER TO duebook_app
"""
MAKING = """
CREATE SCHEMA x
CREATE TABLE ar.x ()
CREATE TABLE door.x ()
CREATE TABLE guard.x ()
CREATE TABLE public.x ()
CREATE TABLE pg_temp.x ()
CREATE TEMP TABLE x ()
CREATE TEMP SEQUENCE x
CREATE TEMP VIEW x AS SELECT 1
SELECT 1 INTO TEMP x
CREATE VIEW ar.x AS SELECT 1
CREATE MATERIALIZED VIEW ar.x AS SELECT 1
CREATE FUNCTION ar.x() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION guard.x() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION public.x() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE FUNCTION pg_temp.x() RETURNS int LANGUAGE sql AS 'SELECT 1'
CREATE OPERATOR public.<<< (FUNCTION = int8lt, LEFTARG = bigint, RIGHTARG = bigint)
CREATE TYPE public.x AS (a int)
CREATE DOMAIN pg_temp.x AS int
CREATE CAST (int8 AS bool) WITH INOUT
CREATE EXTENSION pgcrypto
CREATE EXTENSION dblink
CREATE LANGUAGE plpython3u
CREATE EVENT TRIGGER x ON ddl_command_start EXECUTE FUNCTION guard.keep_policies()
CREATE PUBLICATION x FOR ALL TABLES
CREATE FOREIGN DATA WRAPPER x
CREATE SERVER x FOREIGN DATA WRAPPER x
CREATE ACCESS METHOD x TYPE TABLE HANDLER heap_tableam_handler
CREATE ROLE x
CREATE DATABASE x
CREATE TABLESPACE x LOCATION '/nonexistent'
CREATE RULE x AS ON INSERT TO ar.customer DO ALSO NOTIFY x
CREATE INDEX x ON ar.customer (name)
CREATE STATISTICS ar.x ON name, id FROM ar.customer
CREATE POLICY x ON ar.customer USING (true)
CREATE TRIGGER x BEFORE UPDATE ON ar.customer EXECUTE FUNCTION suppress_redundant_updates_trigger()
"""
UNMAKING = """
ALTER TABLE ar.customer DISABLE ROW LEVEL SECURITY
ALTER TABLE ar.customer NO FORCE ROW LEVEL SECURITY
ALTER TABLE ar.customer OWNER TO duebook_app
ALTER POLICY admin_rows ON ar.customer USING (true)
DROP POLICY admin_rows ON ar.customer
DROP TABLE ar.customer
TRUNCATE ar.customer
DROP SCHEMA door
DROP FUNCTION guard.viewer_org(text)
ALTER FUNCTION guard.viewer_org(text) LEAKPROOF
ALTER FUNCTION guard.viewer_org(text) SET search_path = public
ALTER EVENT TRIGGER duebook_keep_policies DISABLE
DROP EVENT TRIGGER duebook_keep_policies
DROP ROLE duebook_door
DROP OWNED BY CURRENT_USER
DROP OWNED BY duebook_owner
REASSIGN OWNED BY duebook_owner TO duebook_app
"""
STATEMENTS = (READING + SETTING + MAKING + UNMAKING).strip().splitlines()


@pytest.mark.parametrize("statement", [each for each in STATEMENTS if each])
def test_the_server_is_neither_read_nor_changed(
    cast: World, hands: Connection, statement: str
) -> None:
    assert sent(hands, statement) in REFUSALS
    for viewer in everybody(cast.acme):
        signed = viewer.signed(hands.info.backend_pid)
        hands.execute("SELECT set_config('duebook.viewer', %s, false)", [signed])
        hands.execute(f"SET ROLE {viewer.role}")
        assert sent(hands, statement) in REFUSALS
        hands.execute("RESET ROLE")


def test_no_viewer_drops_the_policies_of_its_role(cast: World, hands: Connection) -> None:
    """DROP OWNED asks for the role alone, and policies name roles."""
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            assert tried(hands, f"DROP OWNED BY {viewer.role}") == REFUSED
            assert tried(hands, "SELECT FROM ar.document") != 0


def test_statistics_of_columns_are_hidden(cast: World, own: Connection, hands: Connection) -> None:
    ours = "WHERE schemaname IN ('ar', 'door', 'guard') AND tablename <> 'currency'"
    assert column(own, f"SELECT count(*) > 0 FROM pg_stats {ours}") == [True]
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            assert tried(hands, f"SELECT FROM pg_stats {ours}") == 0
            assert tried(hands, f"SELECT FROM pg_stats_ext {ours}") == 0


def test_a_copy_holds_only_the_viewers_rows(cast: World, hands: Connection) -> None:
    with being(hands, cast.acme.viewer(cast.acme.admin_email)), hands.cursor() as cursor:
        with cursor.copy("COPY ar.document (org_id) TO STDOUT") as rows:
            assert {row[0] for row in rows.rows()} == {str(cast.acme.org_id)}
        assert tried(hands, "COPY ar.document FROM STDIN") in REFUSALS
