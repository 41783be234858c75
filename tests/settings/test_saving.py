"""Saving settings: what differs is written, with both sides; nothing else is."""

from __future__ import annotations

import threading
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connections

from duebook.ingest.load import IMPORTS
from duebook.reports import customers
from duebook.reports.aging import aging
from duebook.rollups import days
from duebook.visibility.organisations import add_person, console_of
from duebook.visibility.seeing import raw, seeing
from duebook.web.settings import saving
from tests.settings.conftest import Browser, filled_in, of, readable, trail
from tests.world import Company


def test_what_differs_is_saved_and_told_with_both_sides(company: Company, nora: Browser) -> None:
    answer = nora.saves(name="Halden & Roe", net_terms_days="14", timezone="Asia/Jerusalem")
    assert answer.status_code == 302
    assert (of(company, "name"), of(company, "net_terms_days")) == ("Halden & Roe", 14)
    assert trail(company, "settings changed") == [
        {
            "before": {"name": "House", "timezone": "UTC", "net_terms_days": 30},
            "after": {"name": "Halden & Roe", "timezone": "Asia/Jerusalem", "net_terms_days": 14},
        }
    ]
    assert "Saved: Name, Time zone, Days until an invoice is due." in nora.sees("settings/")


def test_nothing_different_is_nothing_written(company: Company, nora: Browser) -> None:
    nora.saves()
    assert trail(company, "settings changed") == []
    assert "Nothing was different" in nora.sees("settings/")


def test_every_setting_can_be_changed(company: Company, nora: Browser) -> None:
    told = {
        "name": "Other",
        "currency": "EUR",
        "timezone": "Europe/Berlin",
        "language": "he",
        "net_terms_days": 0,
        "aging_basis": "invoice",
        "invitation_days": 365,
        "file_days": 0,
    }
    nora.saves(**told, edge_1="1", edge_2="2", edge_3="3650")
    assert {name: of(company, name) for name in told} == told
    assert of(company, "aging_edges") == (1, 2, 3650)
    (entry,) = trail(company, "settings changed")
    assert entry["after"]["aging_edges"] == [1, 2, 3650]


WRONG = [
    ({"name": " "}, "This field is required"),
    ({"name": "a\nb"}, "one line of text"),
    ({"name": "x" * 201}, "at most 200"),
    ({"timezone": "Mars/Olympus"}, "There is no such time zone"),
    ({"timezone": "America"}, "Did you mean America/Adak"),
    ({"timezone": "Europe/Berlim"}, "Did you mean Europe/Berlin"),
    ({"timezone": "../etc/passwd"}, "There is no such time zone"),
    ({"currency": "ABC"}, "no currency of ISO 4217"),
    ({"currency": "dollars"}, "no currency of ISO 4217"),
    ({"language": "tlh"}, "Select a valid choice"),
    ({"net_terms_days": "-1"}, "greater than or equal to 0"),
    ({"net_terms_days": "1.5"}, "whole number"),
    ({"invitation_days": "0"}, "greater than or equal to 1"),
    ({"file_days": "4001"}, "less than or equal to 4000"),
    ({"invitation_days": "366"}, "less than or equal to 365"),
    ({"edge_1": "30", "edge_2": "30"}, "It must be more than 30"),
    ({"edge_1": "60", "edge_2": "30"}, "It must be more than 60"),
    ({"edge_3": "3651"}, "less than or equal to 3650"),
    ({"edge_1": "0"}, "greater than or equal to 1"),
    ({"edge_2": ""}, "This field is required"),
    ({"aging_basis": "paid"}, "Select a valid choice"),
    ({"member_scope": "none"}, "Select a valid choice"),
    ({"was": ""}, "not sent as a whole"),
    ({"was": "[]"}, "not sent as a whole"),
    ({"was": '{"name": 1}'}, "not sent as a whole"),
]


@pytest.mark.parametrize(("changed", "says"), WRONG, ids=[says for _, says in WRONG])
def test_what_cannot_be_is_refused_where_it_stands(
    company: Company, nora: Browser, changed: dict[str, str], says: str
) -> None:
    answer = nora.saves(**changed)
    assert answer.status_code == 400
    assert says in readable(answer)
    assert trail(company, "settings changed") == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("berlin", "Europe/Berlin"), ("new york", "America/New_York"), ("UTC", "UTC")],
)
def test_a_part_of_a_time_zone_that_means_one_is_enough(
    company: Company, nora: Browser, written: str, meant: str
) -> None:
    nora.saves(timezone=written)
    assert of(company, "timezone") == meant


def test_others_find_no_settings(company: Company) -> None:
    for email in (company.member_email, company.client_email):
        browser = Browser(company, email)
        for path in ("", "preview/", "tokens/", "audit/", "audit/file/", "audit/verification/"):
            assert browser.get(f"{browser.root}settings/{path}").status_code == 404, path
        assert browser.sends("settings/", name="x").status_code == 404
        assert browser.sends("settings/tokens/1/revoke/").status_code == 404


def test_the_second_to_save_hears_what_changed_meanwhile(company: Company, nora: Browser) -> None:
    add_person(
        "omar@house.example", slug=company.slug, role="admin", accounts=[], name="Omar Reyes"
    )
    opened = nora.page()
    Browser(company, "omar@house.example").saves(name="Omar's", net_terms_days="10")

    answer = nora.sends("settings/", **{**opened, "name": "Nora's", "invitation_days": "7"})
    said = readable(answer)
    assert answer.status_code == 409
    assert "Omar Reyes has changed this while you were here" in said
    assert "Name: House became Omar's. You wrote Nora's." in said
    assert "Days until an invoice is due: 30 became 10." in said
    assert of(company, "name") == "Omar's"
    page = answer.content.decode()
    assert 'value="Nora&#x27;s"' in page  # what one wrote stays
    assert 'name="net_terms_days" value="10"' in page  # what one left alone is as it is now

    assert nora.sends("settings/", **filled_in(answer)).status_code == 302
    assert of(company, "name") == "Nora's"
    assert (of(company, "net_terms_days"), of(company, "invitation_days")) == (10, 7)


def test_of_two_at_the_same_moment_one_is_told(company: Company, nora: Browser) -> None:
    opened, together, answers = nora.page(), threading.Barrier(2, timeout=30), []

    def save(name: str) -> None:
        browser = Browser(company, company.admin_email)
        together.wait()
        answers.append(browser.sends("settings/", **{**opened, "name": name}).status_code)
        connections.close_all()

    threads = [threading.Thread(target=save, args=[name]) for name in ("One", "Two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    assert len(trail(company, "settings changed")) == 1


def test_another_usual_currency_changes_no_document(company: Company, nora: Browser) -> None:
    company.owes("100.00", due="2026-06-01")
    nora.saves(currency="JPY")
    with company.admin():
        assert [(row.currency, row.outstanding) for row in aging(as_of=company.today)] == [
            ("USD", Decimal("100.00"))
        ]


@pytest.mark.parametrize("more", [{}, {"self_settling": "on"}])
def test_idle_accounts_stand_in_the_new_usual_currency(
    company: Company, nora: Browser, more: dict[str, str]
) -> None:
    console = console_of(company.slug)
    days.ready(console, company.today)
    answer = nora.saves(currency="JPY", **more)
    if answer.status_code == 200:  # asked whether this is meant
        nora.sends("settings/", **filled_in(answer))
    assert of(company, "currency") == "JPY"
    days.ready(console, company.today)
    with company.admin():
        assert customers.currencies(as_of=company.today) == ["JPY"]


def test_a_second_factor_is_required_of_others_only_by_who_has_one(
    company: Company, nora: Browser
) -> None:
    answer = nora.saves(second_factor="on")
    assert answer.status_code == 400
    assert "would lock you out" in readable(answer)

    session = nora.session
    session["second_factor_added"] = True
    session.save()
    assert nora.saves(second_factor="on").status_code == 302
    assert of(company, "second_factor") is True
    assert nora.get(f"{nora.root}settings/").status_code == 200
    other = Browser(company, company.member_email)
    assert "second-factor-needed" in other.get(f"{other.root}aging/")["Location"]

    assert nora.saves(second_factor=None).status_code == 302
    assert of(company, "second_factor") is False


def test_letting_members_see_everything_is_asked_about(company: Company, nora: Browser) -> None:
    """Of the three accounts the member owns one."""
    answer = nora.saves(member_scope="all", name="Open house")
    said = readable(answer)
    assert answer.status_code == 200
    assert "1 member sees more from the next request on" in said
    assert f"{company.member_email}: 2 customers more, 3 in all" in said
    assert (of(company, "member_scope"), of(company, "name")) == ("assigned", "House")

    assert nora.sends("settings/", **filled_in(answer)).status_code == 302
    assert (of(company, "member_scope"), of(company, "name")) == ("all", "Open house")
    with seeing(company.viewer(company.member_email)):
        assert raw().execute("SELECT count(*) FROM ar.customer").fetchone() == (3,)
    assert nora.saves(member_scope="assigned").status_code == 302  # less is not asked about
    with seeing(company.viewer(company.member_email)):
        assert raw().execute("SELECT count(*) FROM ar.customer").fetchone() == (1,)


def receipts(company: Company) -> None:
    """An invoice that is a receipt as well, one that is none, and a payment of nothing."""
    company.owes("70.00", due="2026-06-01", account="C1", kind="receipt_tax_invoice", number="R1")
    company.owes("30.00", due="2026-06-01", account="C1", number="I1")
    company.owes("5.00", due="2026-06-01", account="C2", number="I2")


def outstanding(company: Company, day: date) -> dict[str, Decimal]:
    with company.admin():
        return {row.account_number: row.outstanding for row in aging(as_of=day)}


def test_self_settling_is_asked_about_and_worked_out_at_once(
    company: Company, nora: Browser
) -> None:
    receipts(company)
    before = {day: outstanding(company, day) for day in (date(2026, 3, 1), company.today)}
    assert before[company.today] == {"C1": Decimal("100.00"), "C2": Decimal("5.00")}

    answer = nora.saves(self_settling="on")
    assert "for 1 account with 2 documents" in readable(answer)
    assert of(company, "self_settling") is False
    assert nora.sends("settings/", **filled_in(answer)).status_code == 302
    for day in before:
        assert outstanding(company, day) == {"C1": Decimal("30.00"), "C2": Decimal("5.00")}

    answer = nora.saves(self_settling=None)
    assert nora.sends("settings/", **filled_in(answer)).status_code == 302
    assert {day: outstanding(company, day) for day in before} == before


def test_it_is_refused_when_it_would_take_too_long(
    company: Company, nora: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipts(company)
    monkeypatch.setattr(saving, "AT_ONCE", 1)
    monkeypatch.setattr(saving.save, "__kwdefaults__", {"by": "ledger", "at_most": 1})
    answer = nora.saves(self_settling="on", sure="self_settling")
    assert answer.status_code == 400
    assert "duebook org self-settling" in readable(answer)
    assert trail(company, "settings changed") == []

    from argparse import Namespace

    from duebook.console.settling import self_settling

    assert self_settling(Namespace(slug=company.slug, switch="on")) == 0
    assert outstanding(company, company.today)["C1"] == Decimal("30.00")
    assert self_settling(Namespace(slug=company.slug, switch="off")) == 0
    assert outstanding(company, company.today)["C1"] == Decimal("100.00")


def test_it_waits_for_nobodys_import(company: Company, nora: Browser) -> None:
    receipts(company)
    with seeing(company.viewer(company.admin_email), by="worker"):
        raw("worker").execute(
            "SELECT pg_advisory_xact_lock(%s, %s::int)", [IMPORTS, company.org_id]
        )
        answer = nora.saves(self_settling="on", sure="self_settling")
        assert nora.saves(name="Meanwhile").status_code == 302
    assert answer.status_code == 400
    assert "Files are being loaded just now" in readable(answer)
    assert of(company, "self_settling") is False


def test_a_stopped_clock_is_shown_and_cannot_be_set(company: Company, nora: Browser) -> None:
    assert "Today 30 Jun 2026 The clock of this organisation stands still." in nora.sees(
        "settings/"
    )
    nora.saves(today_fixed="2027-01-01")
    with company.admin():
        assert raw().execute("SELECT today_fixed FROM ar.org").fetchone() == (company.today,)


def preview(browser: Browser, **changed: Any) -> Any:
    return browser.sends("settings/preview/", **{**browser.page(), **changed})


def test_a_preview_shows_both_sides_and_saves_nothing(company: Company, nora: Browser) -> None:
    for late, amount in ((0, "1.00"), (10, "2.00"), (20, "4.00"), (50, "8.00"), (100, "16.00")):
        due = date.fromordinal(company.today.toordinal() - late)
        company.owes(amount, due=due.isoformat())
    company.owes("7.00", due="2026-06-20", currency="EUR")

    answer = preview(nora, edge_1="15", edge_2="45")
    said = readable(answer)
    assert answer.status_code == 200
    assert "1–30 6.00 1–15 2.00" in said
    assert "31–60 8.00 16–45 4.00" in said
    assert "61–90 – 46–90 8.00" in said
    assert "91+ 16.00 91+ 16.00" in said
    assert "0–30 7.00 0–15 3.00" in said
    assert said.count("Ties out to the cent") == 2
    assert "The totals are the same" in said
    assert "EUR, as of 30 Jun 2026" in said
    assert of(company, "aging_edges") == (30, 60, 90)
    assert trail(company, "settings changed") == []
    assert "Invoices 31.00 31.00" in said


def test_a_preview_of_the_other_basis(company: Company, nora: Browser) -> None:
    company.owes("2.00", due="2026-06-20", issued="2026-01-01")
    said = readable(preview(nora, aging_basis="invoice"))
    assert "1–30 2.00 1–30 –" in said
    assert "91+ – 91+ 2.00" in said
    assert "Now days past the due date Amount After saving days since the invoice date" in said


def test_a_preview_of_what_cannot_be_says_so_in_its_place(company: Company, nora: Browser) -> None:
    answer = preview(nora, edge_2="20", name="")
    assert answer.status_code == 400
    part = answer.content.decode().split('id="preview"')[1].split("</div>")[0]
    assert "It must be more than 30" in part
    assert "Nothing is open today" in readable(preview(nora, name=""))


def test_edges_reach_pages_files_and_words(company: Company, nora: Browser) -> None:
    for late, amount in ((10, "2.00"), (20, "4.00")):
        due = date.fromordinal(company.today.toordinal() - late)
        company.owes(amount, due=due.isoformat())
    nora.saves(edge_1="15", edge_2="45", edge_3="46")

    page = nora.sees("aging/")
    assert "Current 1–15 16–45 46 47+ Disputed" in page
    assert "The ages end after 15, 45 and 46 days." in page
    drilled = nora.sees("invoices/", account="C1", currency="USD", bucket="days_31_60")
    assert "16–45 days" in drilled
    assert "1 document, USD" in drilled
    client = Browser(company, company.client_email)
    assert "0–15 days 16–45 days 46 days 46+ days" in client.sees("")


def test_the_address_of_a_preview_leads_back_to_the_settings(nora: Browser) -> None:
    answer = nora.get(f"{nora.root}settings/preview/")
    assert (answer.status_code, answer["Location"]) == (302, f"{nora.root}settings/")
