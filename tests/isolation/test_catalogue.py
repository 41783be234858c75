"""What the catalogue says of every table, function and right, held against the rules.

A rule is a query whose every row is something that breaks it. Each is also shown to break.
"""

from __future__ import annotations

import pytest

from tests.isolation import law
from tests.isolation.attacker import Connection, column

OURS = "('ar'::regnamespace, 'door'::regnamespace, 'guard'::regnamespace, 'rollup'::regnamespace)"
AND_QUEUE = OURS.replace(")", ", 'queue'::regnamespace)")  # whose tables another package makes
OF_AN_ORG = f"""
    c.relnamespace = 'ar'::regnamespace AND c.relkind IN ('r', 'p')
    AND c.relname <> ALL ('{{{",".join(law.REFERENCE)}}}')"""
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
        WHERE p.pronamespace IN {OURS} AND (p.proconfig IS DISTINCT FROM '{FUNCTION_PATH}'
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
    ("organisation first in every index", "ALTER TABLE ar.customer ADD UNIQUE (external_id)"),
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

VIEWERS = "admin client member member_all platform service service_read"
FUNCTIONS = {  # function -> what it promises (s, v or i), who may run it
    f"ar.priority_score({'bigint,' * 9}bigint[])": ("i", "admin member member_all rollup"),
    "ar.shared_out(bigint[],bigint[],bigint[],bigint[])": (
        "i",
        "admin client member member_all rollup service service_read",
    ),
    "ar.refresh_statistics()": ("v", "admin service"),
    "guard.accept_invitation(text,bigint,text,text,text)": ("v", "door"),
    "guard.audit_end()": ("s", "admin"),
    "guard.audit_text(ar.audit_event)": ("s", ""),
    "guard.colleagues(bigint[])": ("s", "admin member member_all"),
    "guard.console_of(text)": ("s", "door"),
    "guard.match_payment(bigint,bigint,text,text)": ("v", "admin member member_all"),
    "guard.amend_payment(bigint,bigint,date,bigint[],bigint[],text,text)": (
        "v",
        "admin member member_all",
    ),
    "guard.announce_payment(bigint,text,bigint,text,text,date,bigint[],bigint[],text,text)": (
        "v",
        "admin client member member_all",
    ),
    "guard.answer_dispute(bigint,text,text)": ("v", "admin client member member_all"),
    "guard.attach_to_dispute(bigint,text,text,bigint,text,bytea)": (
        "v",
        "admin client member member_all",
    ),
    "guard.begin_dispute(bigint,bigint,bigint,date,bigint,text)": ("v", ""),
    "guard.business_due(timestamp with time zone,bigint,text,text)": ("s", ""),
    "guard.caller()": ("s", ""),
    "guard.close_dispute(bigint,text,text,text)": ("v", "admin client member member_all"),
    "guard.disputable(bigint,bigint,date)": ("s", ""),
    "guard.dispute_readers(bigint)": ("s", "admin"),
    "guard.hold_case(bigint)": ("v", ""),
    "guard.hold_payment(bigint)": ("v", ""),
    "guard.may_be_disputed(bigint)": ("s", "admin client member member_all"),
    "guard.may_dispute(bigint)": ("s", "admin client member member_all"),
    "guard.move_payment(bigint,text,date,text,text)": ("v", "admin client member member_all"),
    "guard.order_as_house(bigint,text,jsonb)": ("v", ""),
    "guard.other_side(bigint,bigint,boolean,bigint[])": ("s", ""),
    "guard.payment_is(bigint,bigint)": ("v", "admin"),
    "guard.payment_readers(bigint)": ("s", "admin"),
    "guard.raise_dispute(bigint,bigint,text[],text,text,text)": (
        "v",
        "admin client member member_all",
    ),
    "guard.reaches(bigint,bigint,text,bigint)": ("s", ""),
    "guard.reckon_disputes(bigint,bigint)": ("v", ""),
    "guard.reopen_dispute(bigint,text,text)": ("v", "admin client member member_all"),
    "guard.write_event(bigint,bigint,text,text)": ("v", ""),
    "guard.write_message(ar.dispute_case,text,text,text)": ("v", ""),
    "guard.write_parts(bigint,bigint,date,bigint[],bigint[])": ("v", ""),
    "guard.consoles()": ("s", "worker"),
    "guard.contacts(bigint)": ("s", "admin member member_all"),
    "guard.customers_like(text[],bigint)": ("s", "admin member member_all service service_read"),
    "guard.decline_invitation(text,text)": ("v", "door"),
    "guard.disputing_customers()": ("s", "client"),
    "guard.enqueue(text,jsonb)": ("v", "admin client member member_all"),
    "guard.enqueue_letter(bigint)": ("v", "door"),
    "guard.freshness(timestamp with time zone)": (
        "s",
        "admin client member member_all service service_read",
    ),
    "guard.hold_invitation(text)": ("v", "door"),
    "guard.identity_provider_of(text)": ("s", "door"),
    "guard.invitation_by(text)": ("s", "door"),
    "guard.invited(bigint[],timestamp with time zone)": (
        "s",
        "admin member member_all service service_read",
    ),
    "guard.job_viewer(bigint)": ("s", "worker"),
    "guard.keep_policies()": ("v", ""),
    "guard.kind_of(bigint,bigint)": ("s", ""),
    "guard.link_audit()": ("v", "owner"),  # who makes the trigger
    "guard.link_event(ar.audit_event)": ("v", ""),
    "guard.link_older()": ("v", ""),
    "guard.may_look_at(bigint,bigint,bigint)": ("s", ""),
    "guard.member_org()": ("s", "member"),
    "guard.mail_out(bigint,bigint)": ("v", ""),
    "guard.memberships_of(bigint)": ("s", "door"),
    "guard.monthly_time(text,bigint,time without time zone,timestamp with time zone)": (
        "s",
        "admin member member_all",
    ),
    "guard.order_mailings()": ("v", "worker"),
    "guard.order_polls()": ("v", "worker"),
    "guard.owns_platform(bigint)": ("s", "door"),
    "guard.record(text,jsonb,text,bigint)": ("v", VIEWERS),
    "guard.record_at_door(bigint,text,jsonb,text,bigint)": ("v", "door"),
    "guard.rename_person(bigint,text,text)": ("v", "door"),
    "guard.send_mailing(bigint)": ("v", "admin member member_all"),
    "guard.set_standing(bigint,boolean,boolean)": ("v", "platform"),
    "guard.share_view(bigint,boolean)": ("v", "admin member member_all"),
    "guard.standing()": ("s", "platform"),
    "guard.stated_viewer()": ("s", ""),
    "guard.tidy()": ("v", "worker"),
    "guard.token_viewer(text,text)": ("v", "door"),
    "guard.verified_viewer()": ("s", ""),
    "guard.viewer_accounts()": ("s", "member"),
    "guard.viewer_customers()": ("s", "client"),
    "guard.viewer_is_platform()": ("s", "platform"),
    "guard.viewer_organisation()": ("s", "rollup"),
    "guard.viewer_org(text)": ("s", "admin client member member_all service service_read"),
    "guard.viewer_person()": ("s", "admin client member member_all service service_read"),
    "guard.viewer_principals()": ("s", "member"),
    "rollup.add_up_months(bigint,date,bigint[])": ("v", ""),
    "rollup.age(bigint,date,bigint[])": ("v", ""),
    "rollup.ensure_months(date)": ("v", "admin member member_all service service_read"),
    "rollup.forget_months(bigint,date[])": ("v", ""),
    "rollup.keep_months(date[],bigint)": ("v", "admin member member_all service service_read"),
    "rollup.refresh_months(bigint,bigint[])": ("v", ""),
    "rollup.currencies(date)": ("s", "admin member member_all service service_read"),
    "rollup.ensure(date,boolean)": ("v", "admin member member_all service service_read"),
    "rollup.forget(bigint,date[])": ("v", ""),
    "rollup.keep(date[],bigint)": ("v", "admin member member_all service service_read"),
    "rollup.rebuild()": ("v", "admin"),
    "rollup.refresh(bigint[])": ("v", "admin client guard member member_all service"),
    "rollup.score(bigint,date)": ("v", ""),
    "rollup.take_turn()": ("v", ""),
    "rollup.today(bigint)": ("s", ""),
    "rollup.totals(date[])": ("s", "admin member_all service service_read"),
}
SCHEMAS = {
    "ar": f"backup guard rollup {VIEWERS}",
    "door": "backup door",
    "guard": f"backup door owner rollup worker {VIEWERS}",
    "queue": "backup guard worker",
    "rollup": "guard admin client member member_all service service_read",
}
DATABASE = {"CONNECT": "app backup door worker", "TEMPORARY": "worker", "CREATE": ""}
MAY_TAKE = {
    "duebook_app": VIEWERS,
    "duebook_worker": "admin client member member_all service service_read",
}


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


def test_every_table_of_an_organisation_is_in_the_law(own: Connection) -> None:
    there = column(own, f"SELECT c.relname FROM pg_class c WHERE {OF_AN_ORG}")
    assert sorted(there) == sorted(law.RIGHTS)


def test_each_role_has_the_rights_of_the_law_and_no_more(own: Connection) -> None:
    query = f"""
        SELECT c.relname || ' ' || a.grantee::regrole, string_agg(a.privilege_type, ' ' ORDER BY 1)
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
        WHERE {OF_AN_ORG} AND a.grantee <> c.relowner GROUP BY 1"""
    word = {"s": "SELECT", "i": "INSERT", "u": "UPDATE", "d": "DELETE"}
    roles = (*law.VIEWER_ROLES, "duebook_guard", "duebook_rollup", "duebook_backup")
    wanted = {
        f"{table} {role}": {word[letter] for letter in law.rights(table, role)}
        for table in law.RIGHTS
        for role in roles
        if law.rights(table, role)
    }
    there = {name: set(words.split()) for name, words in own.execute(query)}
    assert there == wanted


def test_each_policy_says_what_the_law_says(own: Connection) -> None:
    """The law's own words are made policies beside the real ones: the server then spells alike."""
    version = own.info.server_version
    with own.transaction(force_rollback=True):
        for table in law.RIGHTS:
            for role in (*law.VIEWER_ROLES, "duebook_guard", "duebook_rollup", "duebook_backup"):
                if law.rights(table, role):
                    using, check = law.policy(table, role, version=version)
                    what = f"USING ({using})" + (f" WITH CHECK ({check})" if check else "")
                    command = "ALL" if check else "SELECT"
                    place = f'"law of {role}" ON ar.{table} FOR {command} TO {role}'
                    own.execute(f"CREATE POLICY {place} {what}")
        query = """
            SELECT tablename || ' ' || roles[1], cmd || ': ' || COALESCE(qual, '') || ' / '
                || COALESCE(with_check, '') FROM pg_policies WHERE schemaname = 'ar'
                AND (policyname LIKE 'law%%') = %s"""
        wanted = dict(own.execute(query, [True]).fetchall())
        there = dict(own.execute(query, [False]).fetchall())
    assert there == wanted


def test_each_function_is_run_by_exactly_those_named(own: Connection) -> None:
    query = f"""
        SELECT p.oid::regprocedure::text, p.provolatile::text, ARRAY(
            SELECT a.grantee::regrole::text FROM aclexplode(p.proacl) a
            WHERE a.grantee <> p.proowner ORDER BY 1)
        FROM pg_proc p WHERE p.pronamespace IN {OURS}"""
    there = {
        name: (volatile, " ".join(role.removeprefix("duebook_") for role in roles))
        for name, volatile, roles in own.execute(query)
    }
    assert there == FUNCTIONS


@pytest.mark.parametrize("schema", SCHEMAS)
def test_each_schema_is_entered_by_exactly_those_named(own: Connection, schema: str) -> None:
    query = """
        SELECT a.privilege_type || ' ' || a.grantee::regrole FROM pg_namespace n
        CROSS JOIN aclexplode(n.nspacl) a WHERE n.nspname = %s AND a.grantee <> n.nspowner"""
    assert set(column(own, query, [schema])) == {
        f"USAGE duebook_{role}" for role in SCHEMAS[schema].split()
    }


@pytest.mark.parametrize("right", DATABASE)
def test_the_database_is_used_by_exactly_those_named(own: Connection, right: str) -> None:
    query = """
        SELECT rolname FROM pg_roles WHERE rolname LIKE 'duebook%%' AND NOT rolsuper
        AND has_database_privilege(oid, current_database(), %s)"""
    assert set(column(own, query, [right])) == {
        f"duebook_{role}" for role in DATABASE[right].split()
    }


def test_nobody_but_sign_in_has_a_right_at_the_door(own: Connection) -> None:
    query = """
        SELECT DISTINCT a.grantee::regrole::text FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
        WHERE c.relnamespace = 'door'::regnamespace AND a.grantee <> c.relowner"""
    assert set(column(own, query)) == {"duebook_door", "duebook_backup"}


def test_sequences_are_drawn_from_but_neither_read_nor_set(own: Connection) -> None:
    query = f"""
        SELECT DISTINCT a.privilege_type || ' ' || a.grantee::regrole
        FROM pg_class c CROSS JOIN aclexplode(c.relacl) a WHERE c.relnamespace IN {OURS}
        AND c.relkind = 'S' AND a.grantee <> c.relowner AND a.privilege_type <> 'USAGE'"""
    assert column(own, query) == ["SELECT duebook_backup"]


def test_each_login_may_take_exactly_the_roles_named(own: Connection) -> None:
    query = """
        SELECT member::regrole::text, roleid::regrole::text, to_jsonb(m)
        FROM pg_auth_members m WHERE roleid::regrole::text LIKE 'duebook%'
           OR member::regrole::text ~ '^duebook_(?!migrator)'"""
    there = own.execute(query).fetchall()
    assert {(login, role) for login, role, _ in there} == {
        (login, f"duebook_{role}") for login, roles in MAY_TAKE.items() for role in roles.split()
    }
    for login, role, how in there:
        assert not how["admin_option"], (login, role)
        assert how.get("inherit_option", False) is False, (login, role)
        assert how.get("set_option", True) is True, (login, role)
