"""What an account's page shows beside its documents of debt: notes, history, orders, payments."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from duebook.ledger import notes
from duebook.reports.activity import Event, activity
from duebook.reports.notes import unread
from duebook.visibility import sharing
from duebook.visibility.seeing import seeing
from tests.customers.conftest import TODAY, text
from tests.people.conftest import Browser, customer, signed_in
from tests.world import Company

TAB = re.compile(r'<div id="account-tabs".*?</main>', re.S)


@pytest.fixture
def first(company: Company) -> int:
    return customer(company, "C1")


@pytest.fixture
def ben(company: Company) -> Browser:
    """The member who owns C1."""
    return signed_in(company.member_email)


def tab(browser: Browser, company: Company, account: int, query: str) -> str:
    answer = browser.get(f"/o/{company.slug}/customers/{account}/{query}")
    assert answer.status_code == 200
    found = TAB.search(answer.content.decode())
    assert found
    return found[0]


def address(company: Company, account: int, rest: str) -> str:
    return f"/o/{company.slug}/customers/{account}/notes/{rest}"


def test_a_note_tells_who_is_mentioned(
    admin: Browser,
    ben: Browser,
    company: Company,
    first: int,
    letters: list[EmailMessage],
) -> None:
    words = f"Pays <b>Friday</b>, says @{company.member_email}."
    answer = admin.post(address(company, first, ""), {"body": words}, follow=True)
    assert answer.redirect_chain[0][0].endswith("?tab=notes")
    (letter,) = letters
    assert letter.to == [company.member_email]  # type: ignore[attr-defined]
    assert "Pays <b>Friday</b>" in letter.body  # type: ignore[attr-defined]
    assert f"/customers/{first}/?tab=notes" in letter.body  # type: ignore[attr-defined]

    html = ben.get(f"/o/{company.slug}/customers/{first}/?tab=notes").content.decode()
    assert "Mentions you" in text(html) and "1 mention" in text(html)
    assert "Pays &lt;b&gt;Friday" in html
    listed = ben.get(f"/o/{company.slug}/customers/mentions/").content.decode()
    read = re.search(r'action="([^"]*/mentions/\d+/read/)"', listed)
    assert read
    assert ben.post(read[1]).status_code == 302
    with seeing(viewer := company.viewer(company.member_email)):
        assert unread(viewer) == 0
    assert "1 mention" not in text(tab(ben, company, first, "?tab=notes"))


def test_only_the_author_changes_a_note_and_may_take_it_back(
    admin: Browser, ben: Browser, company: Company, first: int
) -> None:
    ben.post(address(company, first, ""), {"body": "Mine alone"})
    html = tab(ben, company, first, "?tab=notes")
    note = re.search(r'id="note-(\d+)"(?:(?!id="note-).)*Mine alone', html, re.S)
    assert note
    assert f"edit={note[1]}" in html
    assert f"edit={note[1]}" not in tab(admin, company, first, "?tab=notes")
    admin.post(address(company, first, f"{note[1]}/remove/"))
    assert "Mine alone" in tab(admin, company, first, "?tab=notes")
    refused = admin.post(address(company, first, f"{note[1]}/"), {"body": "Ours", "version": "1"})
    assert refused.status_code == 400 and "Ours" in refused.content.decode()

    gone = ben.post(address(company, first, f"{note[1]}/remove/"), follow=True).content.decode()
    assert "Mine alone" not in gone
    back = re.search(r'action="([^"]*/restore/[^"]*)"', gone)
    assert back
    ben.post(back[1].replace("&amp;", "&"))
    assert "Mine alone" in tab(admin, company, first, "?tab=notes")


def test_notes_and_history_are_not_the_clients(company: Company, first: int) -> None:
    client = signed_in(company.client_email)
    for path in ("?tab=notes", "?tab=activity", "notes/", "priority/"):
        assert client.get(f"/o/{company.slug}/customers/{first}/{path}").status_code == 404
    assert client.post(address(company, first, ""), {"body": "x"}).status_code == 404


def history(company: Company, account: int, limit: int = 500) -> list[Event]:
    with seeing(company.viewer(company.admin_email)):
        found: list[Event] = []
        more = True
        while more:
            before = found[-1].key if found else ""
            page, more = activity(
                account, as_of=TODAY, zone="Asia/Tokyo", before=before, limit=limit
            )
            found += page
        return found


def test_the_history_holds_each_kind_of_event_once(company: Company) -> None:
    account = customer(company, "P-5")
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        at = datetime(2026, 6, 30, 1, tzinfo=UTC)
        notes.write(viewer, [account], "Rang twice", at=at)
        sharing.assign(viewer, [account], viewer.person_id, at=at)
        sharing.assign(viewer, [account], None, at=at)
    # What was done today is later than the company's day, which stands still.
    found = [(each.what, each.number) for each in history(company, account)]
    assert found == [
        ("note", None),
        ("reported", "7"),
        ("document", "7"),
    ]


def test_pages_of_the_history_follow_one_another(company: Company, first: int) -> None:
    whole = history(company, first)
    assert history(company, first, limit=2) == whole
    kinds = {each.what for each in whole}
    assert {"document", "void", "applied", "disputed", "dispute over"} & kinds >= {
        "document",
        "applied",
        "disputed",
    }
    assert [each.at for each in whole] == sorted((each.at for each in whole), reverse=True)


def test_who_sees_it_is_changed_on_the_page(admin: Browser, company: Company) -> None:
    account = customer(company, "C3")
    html = tab(admin, company, account, "?tab=people")
    assert "Nobody owns this customer." in text(html)
    me = company.viewer(company.admin_email).person_id
    form = {"customer": account, "one": account, "from": "account", "act": "assign"}
    done = admin.post(f"/o/{company.slug}/people/access/change/", {**form, "who": me}, follow=True)
    assert f"/customers/{account}/?tab=people" in done.redirect_chain[0][0]
    undo = re.search(r'action="([^"]*/access/undo/\d+/)"', done.content.decode())
    assert undo
    back = admin.post(undo[1], {"one": account, "from": "account"}, follow=True)
    assert "Nobody owns this customer." in text(back.content.decode())


def test_a_member_sees_owner_and_shares_without_the_form(
    ben: Browser, company: Company, first: int
) -> None:
    html = tab(ben, company, first, "?tab=people")
    assert "Owner" in text(html) and "access/change" not in html


def test_open_orders_say_what_is_not_invoiced_and_not_paid(
    admin: Browser, company: Company
) -> None:
    account = customer(company, "C2")
    order = {"account_number": "C2", "order_date": "2026-05-01"}
    company.loads_all(
        {
            "orders": [
                {**order, "order_number": "SO-1", "amount": "20.00"},
                {**order, "order_number": "SO-2", "amount": "4.00", "closed_date": "2026-05-02"},
            ],
            "order_links": [{"order_number": "SO-1", "invoice_number": "5", "amount": "7.00"}],
        }
    )
    html = tab(admin, company, account, "?tab=orders")
    table = re.findall(r"<tr>.*?</tr>", html, re.S)
    assert text(table[1]) == "SO-1 1 May 2026 20.00 Open 13.00 7.00"
    assert text(table[-1]) == "1 document 20.00 13.00 7.00"
    closed = re.findall(
        r"<tr>.*?</tr>", tab(admin, company, account, "?tab=orders&state=closed"), re.S
    )
    assert text(closed[1]) == "SO-2 1 May 2026 4.00 Closed"


@pytest.mark.parametrize("query", ["?tab=invoices", "?tab=notes", "?tab=activity", "?tab=payments"])
def test_an_account_with_nothing_has_all_tabs(admin: Browser, company: Company, query: str) -> None:
    account = customer(company, "Ö-4")
    for day in ("", "&as_of=2026-02-01", "&currency=EUR"):
        assert tab(admin, company, account, query + day)


def test_no_id_stands_twice_on_the_page(admin: Browser, company: Company, first: int) -> None:
    for name in ("invoices", "credits", "payments", "orders", "notes", "people", "activity"):
        html = admin.get(f"/o/{company.slug}/customers/{first}/?tab={name}").content.decode()
        ids = re.findall(r'\sid="([^"]+)"', html)
        assert len(ids) == len(set(ids)), name


def test_loads_are_told_and_their_files_to_admins_alone(
    admin: Browser, company: Company, first: int
) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)

    def loads(email: str) -> list[Event]:
        with seeing(company.viewer(email)):
            found, _ = activity(first, as_of=tomorrow, zone="UTC", limit=500)
            halves, _ = activity(first, as_of=tomorrow, zone="UTC", before=found[0].key)
            assert halves == found[1 : 1 + len(halves)]
        return [each for each in found if each.what == "import"]

    found = loads(company.admin_email)
    # Each invoice came in a file of its own, the two receipts in one.
    assert sorted(each.documents or 0 for each in found) == [1, 1, 1, 1, 1, 1, 2]
    assert all(each.words for each in found)
    assert [each.id for each in loads(company.member_email)] == [each.id for each in found]
    assert {each.words for each in loads(company.member_email)} == {None}
    run = admin.get(f"/o/{company.slug}/imports/history/{found[0].id}/")
    assert run.status_code == 200 and str(found[0].words) in run.content.decode()
