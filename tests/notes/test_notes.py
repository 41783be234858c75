"""Notes on accounts: who may write and change them, whom they mention; clients see none."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from duebook.ledger import notes
from duebook.visibility.organisations import Refused, add_person
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer
from tests.people.conftest import customer
from tests.world import PASSWORD, Company

AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
TEXTS = "SELECT version, body FROM ar.note_text WHERE note_id = %s ORDER BY version"


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    """The member owns C1; Ann and Ann Lee work here, Ann sees all as an admin."""
    company = Company("notes", today=AT.date())
    for email, role, name in (
        ("ann", "admin", "Ann"),
        ("lee", "member", "Ann Lee"),
        ("clara", "client", "Clara"),
    ):
        add_person(
            f"{email}@{company.slug}.example",
            slug=company.slug,
            role=role,
            accounts=["C1"] if role == "client" else [],
            password=PASSWORD,
            name=name,
        )
    return company


@pytest.fixture
def admin(company: Company) -> Iterator[Viewer]:
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        yield viewer


def test_a_note_is_written_changed_removed_and_put_back(company: Company, admin: Viewer) -> None:
    first = customer_id(company, "C1")
    done = notes.write(admin, [first], "  Called, pays Friday. \r\nAgreed.\n", at=AT)
    assert (done.customers, done.body) == ([first], "Called, pays Friday.\nAgreed.")
    note = note_of(done)
    notes.edit(admin, note, "Pays Monday.", version=1, at=AT)
    notes.remove(admin, [note], at=AT)
    notes.restore(admin, note, at=AT)
    assert raw().execute(TEXTS, [note]).fetchall() == [
        (1, "Called, pays Friday.\nAgreed."),
        (2, "Pays Monday."),
        (3, None),
        (4, "Pays Monday."),
    ]


def test_an_older_text_does_not_overwrite_a_newer_one(company: Company, admin: Viewer) -> None:
    note = note_of(notes.write(admin, [customer_id(company, "C1")], "One", at=AT))
    notes.edit(admin, note, "Two", version=1, at=AT)
    with pytest.raises(Refused, match="changed meanwhile"):
        notes.edit(admin, note, "Three", version=1, at=AT)


def test_one_act_writes_on_many_and_takes_them_back_together(
    company: Company, admin: Viewer
) -> None:
    all_three = [customer_id(company, each) for each in ("C1", "C2", "C3")]
    done = notes.write(admin, [*all_three, 10**9], "Season's terms", at=AT)
    assert done.customers == sorted(all_three)
    assert notes.remove_act(admin, done.act_id, at=AT) == 3


@pytest.mark.parametrize("words", ["", " \n ", "x" * 4001])
def test_words_are_needed_and_not_too_many(company: Company, admin: Viewer, words: str) -> None:
    with pytest.raises(Refused):
        notes.write(admin, [customer_id(company, "C1")], words, at=AT)


def test_a_mention_is_the_whole_name_or_address_of_who_sees_the_account(
    company: Company, admin: Viewer
) -> None:
    first, second = customer_id(company, "C1"), customer_id(company, "C2")
    body = f"@ann lee and @{company.member_email}: see x@Ann, @Clara, @Annabel"
    done = notes.write(admin, [first, second], body, at=AT)
    # Ann Lee sees neither account, the member the first; clients are no colleagues.
    told = [(each.email, each.customers) for each in done.mentioned]
    assert told == [(company.member_email, [first])]
    both = notes.write(admin, [first, second], "Ask @Ann.", at=AT)
    assert [(each.name, sorted(each.customers)) for each in both.mentioned] == [
        ("Ann", sorted([first, second]))
    ]


def test_an_edit_tells_only_who_was_not_mentioned_before(company: Company, admin: Viewer) -> None:
    done = notes.write(admin, [customer_id(company, "C1")], "@Ann", at=AT)
    body = f"@Ann and @{company.member_email}"
    again = notes.edit(admin, note_of(done), body, version=1, at=AT)
    assert [each.email for each in again.mentioned] == [company.member_email]


def test_nobody_changes_a_colleagues_note(company: Company) -> None:
    owner, member = company.viewer(company.admin_email), company.viewer(company.member_email)
    first = customer(company, "C1")
    with seeing(owner):
        note = note_of(notes.write(owner, [first], "Mine", at=AT))
    with seeing(member):
        for act in (
            lambda: notes.edit(member, note, "Yours", version=1, at=AT),
            lambda: notes.remove(member, [note], at=AT),
            lambda: notes.restore(member, note, at=AT),
        ):
            with pytest.raises(Refused):
                act()
    forged = (
        "INSERT INTO ar.note_text (org_id, note_id, version, customer_id, person_id, body)"
        " SELECT org_id, id, 2, customer_id, {who}, 'Forged' FROM ar.note WHERE id = %s"
    )
    for who, code in (("person_id", "42501"), (str(member.person_id), "23503")):
        with pytest.raises(psycopg.Error) as refused, seeing(member):
            raw().execute(forged.format(who=who), [note])
        assert refused.value.sqlstate == code
    for statement in ("UPDATE ar.note_text SET body = 'x'", "DELETE FROM ar.note"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege), seeing(owner):
            raw().execute(statement)


def test_a_member_writes_on_own_accounts_alone(company: Company) -> None:
    member = company.viewer(company.member_email)
    both = [customer(company, "C1"), customer(company, "C2")]
    with seeing(member):
        assert notes.write(member, both, "Hello", at=AT).customers == both[:1]
        with pytest.raises(Refused):
            notes.write(member, both[1:], "Hello", at=AT)
        named = {each.email: each.customers for each in notes.colleagues(both)}
    assert named[company.admin_email] is None
    assert named[company.member_email] == both[:1]
    assert named[f"lee@{company.slug}.example"] == []
    assert company.client_email not in named


@pytest.mark.parametrize("table", ["note", "note_text", "note_mention", "note_seen"])
def test_a_client_may_not_even_ask_for_notes(company: Company, table: str) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        notes.write(admin, [customer_id(company, "C1")], "Slow payer @Ann", at=AT)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), company.client():
        raw().execute(f"SELECT count(*) FROM ar.{table}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), company.client():
        raw().execute("SELECT * FROM guard.colleagues('{}')")


def test_what_names_one_is_unread_until_read(company: Company) -> None:
    admin, member = company.viewer(company.admin_email), company.viewer(company.member_email)
    with seeing(admin):
        words = f"@{company.member_email}"
        note = note_of(notes.write(admin, [customer_id(company, "C1")], words, at=AT))
    with seeing(member):
        notes.read(member, [note], at=AT)
        notes.read(member, [note], at=AT)
        assert raw().execute("SELECT note_id FROM ar.note_seen").fetchall() == [(note,)]
    with seeing(admin):
        assert raw().execute("SELECT count(*) FROM ar.note_seen").fetchone() == (0,)


def customer_id(company: Company, number: str) -> int:
    row = raw().execute("SELECT id FROM ar.customer WHERE account_number = %s", [number]).fetchone()
    assert row
    return int(row[0])


def note_of(done: notes.Written) -> int:
    """The note of an act on one account."""
    query = "SELECT id FROM ar.note WHERE act_id = %s"
    ((note,),) = raw().execute(query, [done.act_id]).fetchall()
    return int(note)
