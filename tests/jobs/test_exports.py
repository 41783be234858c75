"""Files made in the background: for whoever ordered them, as they see things then and now."""

from __future__ import annotations

import csv
import io
from argparse import Namespace
from datetime import date
from pathlib import Path

import pytest

from duebook.console import reporting
from duebook.export import shelf
from duebook.jobs.worker import work
from duebook.visibility.models import Login
from duebook.visibility.seeing import raw
from tests.isolation.attacker import REFUSED, Connection, being, column, logged_in, tried
from tests.jobs.pages import Desk
from tests.world import Company, World

ENDED = "UPDATE ar.membership SET active = false WHERE person_id = %s"
BEGUN = "UPDATE ar.membership SET active = true WHERE person_id = %s"
UNSHARED = "DELETE FROM ar.customer_access WHERE principal_id = %s"
UNLINKED = "DELETE FROM ar.client_link WHERE person_id = %s"
NOW_ADMIN = "UPDATE ar.membership SET role = 'admin' WHERE person_id = %s"


def by_admin(company: Company, statement: str, about: str) -> None:
    person = Login.objects.get(email=about).pk
    with company.admin():
        raw().execute(statement, [person])


def outstanding(content: bytes) -> list[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(content.decode()))
    return [(row["account_number"], row["outstanding"]) for row in rows]


def entries(company: Company, of: str = "export") -> list[str]:
    with company.admin():
        return column(
            raw(),
            "SELECT action FROM ar.audit_event WHERE org_id = %s AND action LIKE %s ORDER BY id",
            [company.org_id, f"{of}%"],
        )


def test_a_file_waits_is_made_and_fetched(acme: Company) -> None:
    desk = Desk(acme, acme.admin_email)
    assert "No file yet" in desk.reads()
    assert desk.orders() == 302
    assert "Waiting" in desk.reads()
    assert desk.files() == []
    work(wait=False)
    said = desk.reads()
    assert "Ready" in said
    assert f"aging-{acme.slug}-2026-06-30.csv" in said
    (address,) = desk.files()
    answer = desk.fetches(address)
    content = answer.getvalue()
    assert outstanding(content) == [("C1", "100.00"), ("C2", "23.45")]
    assert dict(answer.headers) | {
        "Content-Type": "text/csv; charset=utf-8",
        "Content-Disposition": f'attachment; filename="aging-{acme.slug}-2026-06-30.csv"',
        "Content-Length": str(len(content)),
        "Cache-Control": "private, no-store",
    } == dict(answer.headers)
    assert entries(acme) == ["export ordered", "export downloaded"]


@pytest.fixture(scope="module")
def lasting(server: None) -> Company:
    """One for tests that leave nothing behind but files."""
    company = Company("lasting", today=date(2026, 6, 30))
    company.owes("100.00", due="2026-03-31", number="A-1")
    company.owes("23.45", due="2026-06-30", account="C2", number="A-2")
    return company


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
@pytest.mark.parametrize(
    ("who", "report", "asked"),
    [
        ("admin", "aging", {}),
        ("admin", "aging", {"basis": "invoice", "as_of": "2026-06-01"}),
        ("member", "aging", {}),
        ("admin", "invoices", {"bucket": "days_91_plus"}),
        ("admin", "invoices", {"account": "C2"}),
        ("client", "portal", {}),
    ],
)
def test_the_file_is_the_command_lines_byte_for_byte(
    lasting: Company, tmp_path: Path, who: str, report: str, asked: dict[str, str], form: str
) -> None:
    email = f"{who}@{lasting.slug}.example"
    desk = Desk(lasting, email)
    before = set(desk.files())
    assert desk.orders(report=report, format=form, **asked) == 302
    work(wait=False)
    typed: dict[str, object] = {"as_of": None, "basis": None, "account": "", "bucket": ""}
    typed |= {"layout": "portal" if report == "portal" else "operator", **asked}
    if "as_of" in asked:
        typed["as_of"] = date.fromisoformat(asked["as_of"])
    command = reporting.invoices if report == "invoices" else reporting.aging
    file = tmp_path / "file"
    line = Namespace(slug=lasting.slug, email=email, format=form, output=file, **typed)
    assert command(line) == 0
    (address,) = set(desk.files()) - before
    assert desk.fetches(address).getvalue() == file.read_bytes()


def test_the_file_holds_what_the_page_shows_filters_included(acme: Company) -> None:
    acme.owes("7.00", due="2026-06-30", account="C3", currency="EUR")
    desk = Desk(acme, acme.admin_email)
    assert desk.orders(q="sec") == 302
    work(wait=False)
    assert outstanding(desk.fetched()) == [("C2", "23.45")]
    other = Desk(acme, acme.member_email)
    assert other.orders(currency="EUR") == 302
    work(wait=False)
    assert outstanding(other.fetched()) == []


def test_a_file_is_nobody_elses(acme: Company, world: World) -> None:
    desk = Desk(acme, acme.member_email)
    desk.orders()
    work(wait=False)
    (address,) = desk.files()
    for other in (
        Desk(acme, acme.admin_email),
        Desk(acme, acme.client_email),
        Desk(world.zenith, world.zenith.admin_email),
    ):
        assert other.files() == []
        for path in (address, address.replace(acme.slug, world.zenith.slug)):
            assert other.fetches(path).status_code == 404
            assert other.client.post(path.replace("/file/", "/delete/")).status_code == 404
    assert desk.fetches(address).status_code == 200
    assert desk.fetches(address.replace(acme.slug, world.zenith.slug)).status_code == 404


def test_a_file_is_sent_in_pieces_as_long_as_one_may_have_it(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(acme, acme.admin_email)
    desk.orders()
    work(wait=False)
    whole = desk.fetched()
    monkeypatch.setattr(shelf, "PIECE", 40)
    assert desk.fetched() == whole
    (address,) = desk.files()
    pieces = iter(desk.fetches(address).streaming_content)
    assert next(pieces) == whole[:40]
    desk.client.post(address.replace("/file/", "/delete/"))
    assert b"".join(pieces) == b""


def test_what_was_unshared_meanwhile_is_not_handed_out(acme: Company) -> None:
    desk = Desk(acme, acme.member_email)
    desk.orders()
    work(wait=False)
    (address,) = desk.files()
    by_admin(acme, UNSHARED, acme.member_email)
    answer = desk.fetches(address)
    assert (answer.status_code, answer["Location"]) == (302, desk.address)
    assert b"100.00" not in answer.content
    assert "What you may see has changed. Order it again." in desk.reads()
    assert desk.files() == []
    assert entries(acme) == ["export ordered"]


def test_what_is_shared_since_does_not_spoil_a_file(acme: Company) -> None:
    desk = Desk(acme, acme.member_email)
    desk.orders()
    work(wait=False)
    shared = (
        "INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)"
        " SELECT org_id, %s, id, 'share' FROM ar.customer WHERE account_number = 'C2'"
    )
    by_admin(acme, shared, acme.member_email)
    assert outstanding(desk.fetched()) == [("C1", "100.00")]


def test_a_client_who_lost_an_account_does_not_get_its_file(acme: Company) -> None:
    desk = Desk(acme, acme.client_email)
    assert desk.orders(report="portal") == 302
    work(wait=False)
    (address,) = desk.files()
    by_admin(acme, UNLINKED, acme.client_email)
    assert desk.fetches(address).status_code == 302
    assert desk.files() == []


def test_a_person_who_left_gets_nothing_made_and_nothing_handed_out(
    acme: Company, own: Connection
) -> None:
    desk = Desk(acme, acme.member_email)
    desk.orders()
    work(wait=False)
    (address,) = desk.files()
    desk.orders()
    by_admin(acme, ENDED, acme.member_email)
    work(wait=False)
    assert desk.fetches(address).status_code == 404
    assert desk.client.get(desk.address).status_code == 404
    made = "SELECT count(*) FROM ar.export WHERE org_id = %s AND started_at IS NOT NULL"
    assert column(own, made, [acme.org_id]) == [1]
    by_admin(acme, BEGUN, acme.member_email)
    assert desk.fetches(address).status_code == 200


def test_a_person_of_another_kind_has_another_shelf(acme: Company, own: Connection) -> None:
    desk = Desk(acme, acme.member_email)
    desk.orders()
    work(wait=False)
    (address,) = desk.files()
    desk.orders()
    by_admin(acme, NOW_ADMIN, acme.member_email)
    work(wait=False)
    assert desk.fetches(address).status_code == 404
    assert "No file yet" in desk.reads()
    made = "SELECT count(*) FROM ar.export WHERE org_id = %s AND started_at IS NOT NULL"
    assert column(own, made, [acme.org_id]) == [1]


@pytest.mark.parametrize(
    ("who", "asked", "status"),
    [
        ("client", {"report": "aging"}, 404),
        ("client", {"report": "invoices"}, 404),
        ("admin", {"report": "portal"}, 404),
        ("admin", {"report": "everything"}, 400),
        ("admin", {"format": "pdf"}, 400),
        ("admin", {"as_of": "2026-07-01"}, 400),
        ("admin", {"as_of": "yesterday"}, 400),
        ("admin", {"basis": "moon"}, 400),
        ("admin", {"bucket": "days_7"}, 400),
        ("admin", {"currency": "usd"}, 400),
    ],
)
def test_what_cannot_be_ordered(
    lasting: Company, who: str, asked: dict[str, str], status: int
) -> None:
    desk = Desk(lasting, f"{who}@{lasting.slug}.example")
    before = desk.reads()
    assert desk.orders(**asked) == status
    assert desk.reads() == before


def test_a_file_is_thrown_away_by_a_post_alone(acme: Company) -> None:
    desk = Desk(acme, acme.admin_email)
    desk.orders()
    work(wait=False)
    (address,) = desk.files()
    delete = address.replace("/file/", "/delete/")
    assert desk.client.get(delete).status_code == 405
    assert desk.client.post(delete).status_code == 302
    assert desk.fetches(address).status_code == 404
    assert entries(acme) == ["export ordered", "export deleted"]


def test_a_file_thrown_away_before_it_was_made_is_not_made(
    acme: Company, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(acme, acme.admin_email)
    desk.orders()
    with acme.admin():
        raw().execute("DELETE FROM ar.export WHERE org_id = %s", [acme.org_id])
    work(wait=False)
    assert "No file yet" in desk.reads()
    assert capfd.readouterr().err == ""


def test_a_file_is_kept_for_a_week(acme: Company, own: Connection) -> None:
    desk = Desk(acme, acme.admin_email)
    desk.orders()
    desk.orders(format="json")
    work(wait=False)
    aged = "UPDATE ar.export SET ordered_at = now() - interval '8 days' WHERE org_id = %s"
    own.execute(f"{aged} AND file_name LIKE '%%json'", [acme.org_id])
    with logged_in("duebook_worker") as worker:
        worker.execute("SELECT guard.tidy()")
    assert len(desk.files()) == 1


def test_a_file_that_nobody_made_for_an_hour_has_failed(acme: Company, own: Connection) -> None:
    desk = Desk(acme, acme.admin_email)
    desk.orders()
    aged = "UPDATE ar.export SET ordered_at = now() - interval '61 minutes' WHERE org_id = %s"
    own.execute(aged, [acme.org_id])
    assert "It could not be made. Order it again." in desk.reads()


def test_more_rows_than_a_sheet_holds_is_said(
    acme: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duebook.export.tables.SHEET_ROWS_MAX", 2)
    desk = Desk(acme, acme.admin_email)
    desk.orders(format="xlsx")
    work(wait=False)
    assert "An Excel sheet does not hold so many rows. Order it as CSV." in desk.reads()


def test_any_sql_orders_nothing_for_somebody_else(acme: Company, own: Connection) -> None:
    """A client writes an operators' report onto the shelf, and orders the making of others'."""
    boss = Desk(acme, acme.admin_email)
    boss.orders()
    own.execute("DELETE FROM queue.procrastinate_jobs")
    theirs = column(own, "SELECT id FROM ar.export WHERE org_id = %s", [acme.org_id])[0]
    client = acme.viewer(acme.client_email)
    put = (
        "INSERT INTO ar.export (org_id, person_id, kind, report, asked)"
        " VALUES (%s, %s, %s, 'aging', %s) RETURNING id"
    )
    question = '{"format": "csv", "as_of": "2026-06-30", "basis": "due", "edges": [30, 60, 90]}'
    with logged_in() as hands, being(hands, client, keep=True):
        row = [client.org_id, client.person_id, "admin", question]
        assert tried(hands, put, row) == REFUSED
        mine = column(hands, put, [client.org_id, client.person_id, "client", question])[0]
        hands.execute("SELECT guard.enqueue('export', %s)", [f'{{"export": {mine}}}'])
        hands.execute("SELECT guard.enqueue('export', %s)", [f'{{"export": {theirs}}}'])
        hands.execute("SELECT guard.enqueue('export', '[1]')")
        hands.execute("SELECT guard.enqueue('no such task', '{}')")
    work(wait=False)
    made = "SELECT count(*) FROM ar.export WHERE org_id = %s AND content IS NOT NULL"
    assert column(own, made, [acme.org_id]) == [0]
