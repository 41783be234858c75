"""Rules for every table, policy and function, each shown to notice what would break it."""

from __future__ import annotations

import pytest

from tests.isolation import law
from tests.isolation.attacker import Connection, column
from tests.isolation.catalogue import OF_AN_ORG, OURS

AND_QUEUE = OURS.replace(")", ", 'queue'::regnamespace)")  # whose tables another package makes


FIRST = "(SELECT attname FROM pg_attribute WHERE attrelid = {table} AND attnum = {key})"
FUNCTION_PATH = '{"search_path=pg_catalog, pg_temp"}'
QUEUE_PATH = '{"search_path=queue, pg_catalog, pg_temp"}'
# After each row inserted, when the transaction ends, always.
LINKS = """
    t.tgrelid = 'ar.audit_event'::regclass AND t.tgfoid = 'guard.link_audit()'::regprocedure
    AND t.tgtype = 5 AND t.tgdeferrable AND t.tginitdeferred AND t.tgenabled = 'O'
    AND t.tgqual IS NULL"""


RULES = {
    "guarded": f"""
        SELECT c.oid::regclass FROM pg_class c
        WHERE {OF_AN_ORG} AND NOT (c.relrowsecurity AND c.relforcerowsecurity)""",
    "organisation first in the primary key": f"""
        SELECT c.oid::regclass FROM pg_class c LEFT JOIN pg_index i
            ON i.indrelid = c.oid AND i.indisprimary
        WHERE {OF_AN_ORG}
          AND {FIRST.format(table="c.oid", key="i.indkey[0]")} IS DISTINCT FROM 'org_id'""",
    "organisation first in every index": f"""
        SELECT i.indexrelid::regclass FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid
        WHERE {OF_AN_ORG} AND i.indexrelid::regclass::text NOT IN
              ('ar.org_slug_key', 'ar.membership_person',  -- short names; where a login belongs
               'ar.invitation_hash', 'ar.api_token_hash')  -- digests of secrets nobody guesses
          AND {FIRST.format(table="c.oid", key="i.indkey[0]")} IS DISTINCT FROM 'org_id'""",
    "organisation first in every foreign key": f"""
        SELECT k.conname FROM pg_class c JOIN pg_constraint k
            ON k.conrelid = c.oid AND k.contype = 'f'
        WHERE {OF_AN_ORG} AND k.confrelid <> 'ar.currency'::regclass
          AND ({FIRST.format(table="k.conrelid", key="k.conkey[1]")} <> 'org_id'
               OR {FIRST.format(table="k.confrelid", key="k.confkey[1]")} <> 'org_id')""",
    "only tables, indexes and sequences": f"""
        SELECT c.oid::regclass FROM pg_class c
        WHERE c.relnamespace IN {OURS} AND c.relkind NOT IN ('r', 'p', 'i', 'I', 'S', 't', 'c')
          AND NOT (c.relkind = 'v'
                   AND 'security_invoker=true' = ANY (COALESCE(c.reloptions, '{{}}')))""",
    "no trigger or rule, but the one that links the trail": f"""
        SELECT t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace IN {OURS} AND NOT t.tgisinternal AND NOT ({LINKS})
        UNION ALL SELECT r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace IN {OURS} AND c.relkind <> 'v'""",
    "every entry of the trail is linked": f"""
        SELECT 'not linked' WHERE NOT EXISTS (SELECT FROM pg_trigger t WHERE {LINKS})""",
    "nothing is said aloud": """
        SELECT t.tgname FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal AND p.prosrc ~* 'notify'""",
    "no statistics of words": f"""
        SELECT c.relname || '.' || a.attname FROM pg_attribute a
        JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_index i ON i.indexrelid = c.oid
        WHERE c.relnamespace = 'ar'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped
          AND COALESCE(a.attstattarget, -1) <> 0
          AND format_type(a.atttypid, -1)
              IN ('text', 'text[]', 'character varying', 'jsonb', 'bytea')
          AND (c.relkind IN ('r', 'p') OR i.indkey[a.attnum - 1] = 0)
          AND c.relname || '.' || a.attname <> ALL ('{{{",".join(law.CODES)}}}')""",
    "owned by who should": f"""
        SELECT o.name FROM (
            SELECT oid::regclass::text, relowner, relnamespace FROM pg_class
            UNION ALL SELECT oid::regprocedure::text, proowner, pronamespace FROM pg_proc
            UNION ALL SELECT oid::regtype::text, typowner, typnamespace FROM pg_type
            UNION ALL SELECT nspname, nspowner, oid FROM pg_namespace) AS o (name, owner, of)
        WHERE o.of IN {AND_QUEUE} AND pg_get_userbyid(o.owner) <> CASE o.of
            WHEN 'guard'::regnamespace THEN 'duebook_guard'
            WHEN 'rollup'::regnamespace THEN 'duebook_rollup' ELSE 'duebook_owner' END""",
    "nothing for everybody": f"""
        SELECT o.name FROM (
            SELECT oid::regclass::text, relacl FROM pg_class WHERE relnamespace IN {AND_QUEUE}
            UNION ALL SELECT oid::regprocedure::text, COALESCE(proacl, acldefault('f', proowner))
                FROM pg_proc WHERE pronamespace IN {AND_QUEUE}
            UNION ALL SELECT nspname, nspacl FROM pg_namespace
                WHERE oid IN {AND_QUEUE} OR nspname = 'public'
            UNION ALL SELECT t.oid::regtype::text, COALESCE(t.typacl, acldefault('T', t.typowner))
                FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid
                WHERE t.typnamespace IN {AND_QUEUE} AND t.typelem = 0
                  AND COALESCE(c.relkind, 'c') = 'c'
            UNION ALL SELECT datname, COALESCE(datacl, acldefault('d', datdba))
                FROM pg_database WHERE datname = current_database()
            UNION ALL SELECT 'by default', defaclacl FROM pg_default_acl) AS o (name, acl)
        CROSS JOIN aclexplode(o.acl) AS a WHERE a.grantee = 0""",
    "no right on a column": f"""
        SELECT c.oid::regclass || '.' || a.attname
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
        WHERE c.relnamespace IN {AND_QUEUE} AND a.attacl IS NOT NULL""",
    "no right may be passed on": f"""
        SELECT c.oid::regclass FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
        WHERE c.relnamespace IN {AND_QUEUE} AND a.is_grantable AND a.grantee <> c.relowner""",
    "one policy for each right": f"""
        SELECT a.grantee::regrole || ' on ' || c.oid::regclass
        FROM (SELECT DISTINCT c.oid, a.grantee FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
              WHERE {OF_AN_ORG} AND a.grantee <> c.relowner) AS a JOIN pg_class c USING (oid)
        LEFT JOIN pg_policy p ON p.polrelid = c.oid AND p.polroles = ARRAY[a.grantee]
        GROUP BY 1 HAVING count(p.oid) <> 1""",
    "one role and one right for each policy": f"""
        SELECT p.polname || ' on ' || c.oid::regclass FROM pg_policy p
        JOIN pg_class c ON c.oid = p.polrelid
        WHERE c.relnamespace IN {OURS} AND NOT (p.polpermissive AND cardinality(p.polroles) = 1
            AND EXISTS (SELECT FROM aclexplode(c.relacl) a WHERE a.grantee = p.polroles[1]))""",
    "policies without OR, and no guard asked row by row": """
        SELECT policyname || ' on ' || tablename FROM pg_policies
        WHERE concat_ws(' ', qual, with_check) ~ '\\mOR\\M'
           OR regexp_replace(concat_ws(' ', qual, with_check), 'SELECT guard\\.\\w+\\([^)]*\\)'
                  || ' AS \\w+(,\\s+guard\\.viewer_person\\(\\))?', '', 'g')
              ~ 'guard\\.\\w+\\('""",
    "functions fixed": f"""
        SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace IN {OURS} AND p.oid <> 'rollup.total(bigint)'::regprocedure
          AND (p.proconfig IS DISTINCT FROM '{FUNCTION_PATH}'
            OR p.proleakproof OR (NOT p.prosecdef AND p.proname <> 'keep_policies')
            -- A parallel worker has another process id than the statement is made for.
            OR p.proparallel = 's')
        UNION ALL SELECT p.oid::regprocedure FROM pg_proc p
        WHERE p.pronamespace = 'queue'::regnamespace AND (p.proleakproof
            OR p.proconfig IS DISTINCT FROM '{QUEUE_PATH}'
            OR p.prosecdef <> (p.proname = 'defer'))""",
    "logins can do nothing by themselves": f"""
        SELECT rolname FROM pg_roles WHERE rolname LIKE 'duebook%' AND rolname <> 'duebook_migrator'
          AND (rolsuper OR rolinherit OR rolcreaterole OR rolcreatedb OR rolreplication
               OR (rolbypassrls AND rolname <> 'duebook_backup')
               OR rolcanlogin <> (rolname = ANY ('{{{",".join(law.LOGINS)}}}')))""",
    "no settings on roles": """
        SELECT s.setrole::regrole || ' ' || s.setconfig::text FROM pg_db_role_setting s
        WHERE s.setrole = 0 OR s.setrole::regrole::text LIKE 'duebook%'""",
    "the application's login has no right of its own": """
        SELECT d.objid::text FROM pg_shdepend d
        WHERE d.refobjid = 'duebook_app'::regrole AND d.classid <> 'pg_database'::regclass
          AND d.classid <> 'pg_auth_members'::regclass""",
    "nobody but the guard touches the keys and the ends of the chains": """
        SELECT r.rolname || ' ' || c.relname FROM pg_roles r CROSS JOIN pg_class c
        WHERE NOT rolsuper AND rolname LIKE 'duebook%' AND rolname <> 'duebook_guard'
          AND c.relnamespace = 'guard'::regnamespace AND c.relkind = 'r'
          AND has_table_privilege(r.oid, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE,'
                                                ' REFERENCES, TRIGGER')""",
    "what everybody shares is written by the guard alone": f"""
        SELECT c.relname || ' ' || a.grantee::regrole || ' ' || a.privilege_type
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
        WHERE c.oid::regclass::text = ANY ('{{{",".join(f"ar.{name}" for name in law.REFERENCE)}}}')
          AND a.grantee NOT IN (c.relowner, 'duebook_guard'::regrole)
          AND (a.privilege_type <> 'SELECT' OR c.relname <> 'currency')
          AND (a.privilege_type, a.grantee) <> ('SELECT', 'duebook_backup'::regrole)""",
    "the queue is the worker's": """
        SELECT o.name || ' ' || a.grantee::regrole FROM (
            SELECT oid::regclass::text, relacl, relowner FROM pg_class
            WHERE relnamespace = 'queue'::regnamespace AND relkind IN ('r', 'p', 'v', 'S')
            UNION ALL SELECT oid::regprocedure::text, proacl, proowner FROM pg_proc
            WHERE pronamespace = 'queue'::regnamespace) AS o (name, acl, owner)
        CROSS JOIN aclexplode(o.acl) a
        WHERE a.grantee <> o.owner AND (a.grantee::regrole::text, a.privilege_type, o.name) NOT IN (
            ('duebook_guard', 'EXECUTE', 'queue.defer(text,jsonb,text,text)'))
          AND NOT (a.grantee = 'duebook_worker'::regrole
                   AND o.name !~ '^queue\\.(defer|made_from)\\M')
          AND NOT (a.grantee = 'duebook_backup'::regrole AND a.privilege_type = 'SELECT')""",
    "DROP OWNED is watched": """
        SELECT 'DROP OWNED' WHERE NOT EXISTS (SELECT FROM pg_event_trigger
            WHERE evtfoid = 'guard.keep_policies()'::regprocedure AND evtenabled = 'O'
              AND evtevent = 'ddl_command_start' AND evttags = '{DROP OWNED}')""",
}


# What somebody might do some day, and the rule that must notice.
BREAKS = [
    ("guarded", "CREATE TABLE ar.x (org_id bigint, id bigint, PRIMARY KEY (org_id, id))"),
    ("guarded", "ALTER TABLE ar.customer NO FORCE ROW LEVEL SECURITY"),
    ("organisation first in the primary key", "CREATE TABLE ar.x (id bigint PRIMARY KEY)"),
    (
        "organisation first in every index",
        "CREATE UNIQUE INDEX ON ar.customer (external_id) WHERE false",
    ),
    ("organisation first in every index", "CREATE INDEX ON ar.person (lower(email))"),
    (
        "organisation first in every foreign key",
        "ALTER TABLE ar.team ADD code bigint UNIQUE;"
        " ALTER TABLE ar.document ADD team bigint REFERENCES ar.team (code)",
    ),
    ("only tables, indexes and sequences", "CREATE MATERIALIZED VIEW ar.x AS SELECT 1"),
    ("only tables, indexes and sequences", "CREATE VIEW ar.x AS SELECT * FROM ar.customer"),
    (
        "no trigger or rule, but the one that links the trail",
        "CREATE RULE x AS ON INSERT TO ar.customer DO ALSO NOTIFY x",
    ),
    (
        "no trigger or rule, but the one that links the trail",
        "CREATE CONSTRAINT TRIGGER x AFTER INSERT ON ar.customer"
        " FOR EACH ROW EXECUTE FUNCTION guard.link_audit()",
    ),
    (
        "no trigger or rule, but the one that links the trail",
        "DROP TRIGGER link_audit ON ar.audit_event;"
        " CREATE CONSTRAINT TRIGGER link_audit AFTER INSERT ON ar.audit_event"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.action <> 'secret')"
        " EXECUTE FUNCTION guard.link_audit()",
    ),
    ("every entry of the trail is linked", "ALTER TABLE ar.audit_event DISABLE TRIGGER USER"),
    ("every entry of the trail is linked", "DROP TRIGGER link_audit ON ar.audit_event"),
    (
        "nothing is said aloud",
        "CREATE TRIGGER x AFTER INSERT ON queue.procrastinate_jobs FOR EACH ROW"
        " EXECUTE FUNCTION queue.procrastinate_notify_queue_job_inserted_v1()",
    ),
    ("no statistics of words", "ALTER TABLE ar.export ADD said text"),
    ("no statistics of words", "ALTER TABLE ar.person ALTER email SET STATISTICS 100"),
    ("no statistics of words", "CREATE INDEX x ON ar.person (org_id, lower(email))"),
    ("owned by who should", "CREATE TABLE ar.x (org_id bigint)"),
    ("owned by who should", "CREATE TABLE queue.x (org_id bigint)"),
    ("nothing for everybody", "GRANT SELECT ON ar.currency TO PUBLIC"),
    ("nothing for everybody", "CREATE FUNCTION ar.x() RETURNS int LANGUAGE sql AS 'SELECT 1'"),
    ("nothing for everybody", "GRANT TEMPORARY ON DATABASE duebook TO PUBLIC"),
    ("no right on a column", "GRANT SELECT (name) ON ar.customer TO duebook_platform"),
    (
        "no right may be passed on",
        "GRANT SELECT ON ar.customer TO duebook_client WITH GRANT OPTION",
    ),
    ("one policy for each right", "GRANT SELECT ON ar.ingest_run TO duebook_client"),
    ("one policy for each right", "DROP POLICY client_rows ON ar.customer"),
    (
        "one policy for each right",
        "CREATE POLICY more ON ar.customer TO duebook_client USING (true)",
    ),
    ("one role and one right for each policy", "CREATE POLICY x ON ar.customer USING (true)"),
    (
        "policies without OR, and no guard asked row by row",
        "ALTER POLICY admin_rows ON ar.customer USING (org_id = guard.viewer_org('admin'))",
    ),
    (
        "policies without OR, and no guard asked row by row",
        "ALTER POLICY admin_rows ON ar.customer USING"
        " (org_id = (SELECT guard.viewer_org('admin')) OR active)",
    ),
    (
        "functions fixed",
        "ALTER FUNCTION guard.viewer_org(text) SET search_path = public, pg_temp",
    ),
    ("functions fixed", "ALTER FUNCTION guard.viewer_org(text) LEAKPROOF"),
    ("functions fixed", "ALTER FUNCTION guard.verified_viewer() PARALLEL SAFE"),
    ("functions fixed", "ALTER FUNCTION queue.procrastinate_register_worker_v1() SECURITY DEFINER"),
    ("logins can do nothing by themselves", "ALTER ROLE duebook_client BYPASSRLS"),
    ("logins can do nothing by themselves", "ALTER ROLE duebook_app INHERIT"),
    ("logins can do nothing by themselves", "CREATE ROLE duebook_other LOGIN NOINHERIT"),
    ("no settings on roles", "ALTER ROLE duebook_app SET work_mem = '1MB'"),
    (
        "the application's login has no right of its own",
        "GRANT SELECT ON ar.currency TO duebook_app",
    ),
    (
        "nobody but the guard touches the keys and the ends of the chains",
        "GRANT SELECT ON guard.viewer_key TO duebook_backup",
    ),
    (
        "nobody but the guard touches the keys and the ends of the chains",
        "GRANT UPDATE ON guard.audit_head TO duebook_admin",
    ),
    (
        "what everybody shares is written by the guard alone",
        "GRANT SELECT ON ar.barred_person TO duebook_admin",
    ),
    (
        "what everybody shares is written by the guard alone",
        "GRANT INSERT ON ar.currency TO duebook_admin",
    ),
    ("the queue is the worker's", "GRANT SELECT ON queue.procrastinate_jobs TO duebook_app"),
    (
        "the queue is the worker's",
        "GRANT EXECUTE ON FUNCTION queue.defer(text, jsonb, text, text) TO duebook_worker",
    ),
    (
        "the queue is the worker's",
        "GRANT USAGE ON SEQUENCE queue.procrastinate_jobs_id_seq TO duebook_member",
    ),
    ("DROP OWNED is watched", "ALTER EVENT TRIGGER duebook_keep_policies DISABLE"),
]


@pytest.mark.parametrize("rule", RULES)
def test_nothing_breaks_the_rule(own: Connection, rule: str) -> None:
    assert broken(own, rule) == []


@pytest.mark.parametrize(("rule", "change"), BREAKS)
def test_the_rule_notices(own: Connection, rule: str, change: str) -> None:
    before = broken(own, rule)
    with own.transaction(force_rollback=True):
        own.execute(change)
        assert set(broken(own, rule)) > set(before)


def test_every_rule_is_shown_to_break() -> None:
    assert {rule for rule, _ in BREAKS} == set(RULES)


def broken(own: Connection, rule: str) -> list[str]:
    """What breaks a rule."""
    return [str(each) for each in column(own, RULES[rule])]
