"""The application's own login and password, and whatever SQL one likes: become somebody else."""

from __future__ import annotations

from argparse import Namespace

import psycopg
import pytest

from duebook.console.upkeep import database_url
from duebook.visibility.viewer import Viewer
from tests.isolation import law
from tests.isolation.attacker import (
    REFUSED,
    Connection,
    admin_of,
    being,
    claims,
    column,
    everybody,
    logged_in,
    sealed,
    tried,
    wearing,
)
from tests.world import World

SERVER_ROLES = (
    "pg_read_all_data",
    "pg_write_all_data",
    "pg_read_all_settings",
    "pg_read_all_stats",
    "pg_read_server_files",
    "pg_execute_server_program",
    "pg_signal_backend",
)


def test_the_attacker_holds_what_the_command_line_gives(
    cast: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert database_url(Namespace()) == 0
    url = capsys.readouterr().out.strip()
    with psycopg.connect(url) as given:
        assert given.execute("SELECT session_user").fetchone() == ("duebook_app",)


# A statement that is not one's own.


@pytest.mark.parametrize(
    ("part", "forged"),
    [
        (0, "org_id"),
        (1, "person_id"),
        (2, "admin"),
        (3, "2"),
        (3, ""),
        (4, "1"),
        (5, "9999999999"),
    ],
)
def test_a_claim_altered_after_signing_is_refused(
    cast: World, hands: Connection, part: int, forged: str
) -> None:
    client, other = cast.acme.viewer(cast.acme.client_email), admin_of(cast.zenith)
    *parts, signature = sealed(claims(client, hands)).split(".")
    parts[part] = str(getattr(other, forged, forged))
    assert _read(hands, parts[2], ".".join([*parts, signature])) == REFUSED


@pytest.mark.parametrize("alter", ["{0}0", "{0}.", ".{0}", "{0}.{0}", "a.b.c", ".......", "{1}"])
def test_a_malformed_statement_is_refused(cast: World, hands: Connection, alter: str) -> None:
    good = sealed(claims(admin_of(cast.acme), hands))
    assert _read(hands, "admin", good) == 4
    bad = alter.format(good, good[:-64] + good[-64:].upper())
    assert _read(hands, "admin", bad) == REFUSED


def test_a_statement_signed_with_another_secret_is_refused(
    cast: World, hands: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = hands.info.backend_pid
    monkeypatch.setenv("DUEBOOK_SECRET", "the secret of another house")
    foreign = admin_of(cast.acme).signed(pid)
    monkeypatch.undo()
    assert _read(hands, "admin", foreign) == REFUSED
    assert (
        _read(hands, "admin", sealed(claims(admin_of(cast.acme), hands), key=b"guessed")) == REFUSED
    )
    assert _read(hands, "admin", admin_of(cast.acme).signed(pid)) == 4


def test_an_expired_statement_is_refused(cast: World, hands: Connection) -> None:
    me = admin_of(cast.acme)
    assert _read(hands, "admin", sealed(claims(me, hands, seconds=-2))) == REFUSED
    assert _read(hands, "admin", sealed(claims(me, hands, seconds=60))) == 4


def test_a_statement_copied_from_another_session_is_refused(cast: World, hands: Connection) -> None:
    with logged_in() as victim, being(victim, admin_of(cast.zenith)):
        copied = column(victim, "SELECT current_setting('duebook.viewer')")[0]
        assert _read(hands, "admin", copied) == REFUSED
        assert column(victim, "SELECT count(*) FROM ar.customer") == [4]


@pytest.mark.parametrize("scope", ["true", "false"])
@pytest.mark.parametrize("nothing", ["''", "NULL"])
def test_no_statement_shows_no_rows(
    cast: World, hands: Connection, nothing: str, scope: str
) -> None:
    with being(hands, admin_of(cast.acme)):
        hands.execute(f"SELECT set_config('duebook.viewer', {nothing}, {scope})")
        for table in law.RIGHTS:
            nothing_there = 0 if "s" in law.rights(table, "duebook_admin") else REFUSED
            assert tried(hands, f"SELECT FROM ar.{table}") == nothing_there


# A role that is not one's own.


@pytest.mark.parametrize("role", [*law.OWNERS, *law.LOGINS[1:], "duebook_migrator", *SERVER_ROLES])
@pytest.mark.parametrize(
    "command",
    [
        "SET ROLE {role}",
        "SET LOCAL ROLE {role}",
        "SET SESSION AUTHORIZATION {role}",
        "SELECT set_config('role', '{role}', false)",
        "SELECT set_config('session_authorization', '{role}', false)",
        "GRANT {role} TO duebook_app",
    ],
)
def test_no_role_beyond_those_of_viewers_is_taken(
    hands: Connection, role: str, command: str
) -> None:
    assert tried(hands, command.format(role=role)) == REFUSED
    assert column(hands, "SELECT current_user") == ["duebook_app"]


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        (kind, role)
        for kind in ("client", "member", "admin")
        for role in (*law.KINDS, "platform")
        if role != kind
    ],
)
def test_ones_own_statement_serves_no_other_role(
    cast: World, own: Connection, hands: Connection, kind: str, role: str
) -> None:
    """Refused, but no rows where the guard keeps quiet, or PostgreSQL 15 finds a table empty."""
    me = cast.acme.viewer(getattr(cast.acme, f"{kind}_email"))
    has_rows = {table: tried(own, f"SELECT FROM ar.{table} LIMIT 1") for table in law.RIGHTS}
    assert sum(1 for rows in has_rows.values() if rows) > 12
    with being(hands, me, role=role):
        for table, rows in has_rows.items():
            is_quiet = not rows or (table, role) == ("customer_access", "member")
            fitting = {REFUSED, 0} if is_quiet else {REFUSED}
            assert tried(hands, f"SELECT FROM ar.{table}") in fitting, table
            assert tried(hands, f"DELETE FROM ar.{table}") in fitting, table


def test_a_statement_of_another_kind_serves_nobody(cast: World, hands: Connection) -> None:
    """Signed, but of a kind that the person is not: it is told from the membership."""
    me = admin_of(cast.acme)
    for kind in {*law.KINDS, "console", "platform"} - {"admin"}:
        other = Viewer(me.org_id, me.person_id, kind).signed(hands.info.backend_pid)
        assert _read(hands, "admin", other) == REFUSED
        if kind in law.KINDS:
            assert _read(hands, kind, other) == REFUSED


def test_row_security_is_not_switched_off(cast: World, hands: Connection) -> None:
    with being(hands, admin_of(cast.acme)):
        hands.execute("SET row_security = off")
        assert tried(hands, "SELECT FROM ar.customer") == REFUSED
        assert tried(hands, "SET session_replication_role = replica") == REFUSED


# The guard asked directly.


@pytest.mark.parametrize(
    "call",
    [
        "guard.verified_viewer()",
        "guard.stated_viewer()",
        "guard.kind_of(1, 1)",
        "guard.memberships_of(1)",
        "guard.console_of('acme-1')",
        "guard.job_viewer(1)",
        "guard.keep_policies()",
    ],
)
def test_only_the_viewers_own_questions_are_answered(
    cast: World, hands: Connection, call: str
) -> None:
    assert tried(hands, f"SELECT {call}") == REFUSED
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            assert tried(hands, f"SELECT {call}") == REFUSED


def test_the_guard_names_an_organisation_to_nobody_else(cast: World, hands: Connection) -> None:
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            own = f"SELECT guard.viewer_org('{viewer.kind}')"
            assert column(hands, own) == [cast.acme.org_id]
            for kind in {*law.KINDS, "console", "platform", ""} - {viewer.kind}:
                assert tried(hands, f"SELECT guard.viewer_org('{kind}')") == REFUSED
            assert tried(hands, "SELECT guard.viewer_org(NULL)") == REFUSED


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM guard.viewer_key",
        "INSERT INTO guard.viewer_key VALUES ('2', '', '')",
        "UPDATE guard.viewer_key SET inner_pad = ''",
        "DELETE FROM guard.viewer_key",
        "COPY guard.viewer_key TO STDOUT",
        "LOCK guard.viewer_key",
        "SELECT currval('guard.principal_id_seq')",
        "SELECT setval('guard.principal_id_seq', 1)",
        "SELECT setval('ar.document_id_seq', 1)",
        "SELECT * FROM ar.document_id_seq",
        "SELECT * FROM ar.platform_person",
        "INSERT INTO ar.platform_person VALUES (1)",
        "UPDATE ar.currency SET exponent = 0",
    ],
)
def test_keys_and_what_everybody_shares_are_out_of_reach(
    cast: World, hands: Connection, statement: str
) -> None:
    assert tried(hands, statement) == REFUSED
    for viewer in everybody(cast.acme):
        with being(hands, viewer):
            assert tried(hands, statement) in (REFUSED, "55000")  # 55000: never drawn from


def _stated(connection: Connection, viewer: Viewer) -> str:
    return viewer.signed(connection.info.backend_pid)


def _read(hands: Connection, role: str, statement: str) -> int | str:
    """How many customers a role sees with a statement, or the code of the refusal."""
    with wearing(hands, role, statement=statement):
        return tried(hands, "SELECT FROM ar.customer")
