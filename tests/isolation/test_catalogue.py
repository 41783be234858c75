"""Who may enter, run, read and take what: exactly those named here and in the law."""

from __future__ import annotations

import pytest

from tests.isolation import law
from tests.isolation.attacker import Connection, column
from tests.isolation.catalogue import OF_AN_ORG, OURS

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
    "rollup.make_day(bigint,date,boolean)": ("v", ""),
    "rollup.keep(date[],bigint)": ("v", "admin member member_all service service_read"),
    "rollup.rebuild()": ("v", "admin"),
    "rollup.refresh(bigint[])": ("v", "admin client guard member member_all service"),
    "rollup.score(bigint,date)": ("v", ""),
    "rollup.take_turn()": ("v", ""),
    "rollup.today(bigint)": ("s", ""),
    "rollup.total(bigint)": ("i", ""),
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
