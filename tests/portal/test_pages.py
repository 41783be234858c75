"""The client's pages and files: what they show, to whom, and what of a client with nothing."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import date
from html import unescape
from typing import Any

import pytest

from duebook.visibility.organisations import add_person
from tests.people.conftest import customer, rows, signed_in
from tests.world import PASSWORD, Company

FORMS = {"csv": b"account_number", "xlsx": b"PK", "pdf": b"%PDF-1.", "json": b'{"operator_mode"'}


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    """C1: 100 (91 days late, lines), 40 disputed, 60 of which 35 is paid, a credit of 5, and a
    draft; C2 owes 777.77; C3 nothing. `client@` speaks for C1, `both@` for C1 and C3, `none@` C3.
    """
    company = Company("acme", today=date(2026, 6, 30))
    company.owes("100.00", due="2026-03-31", number="LATE", order_number="PO-1")
    company.owes("40.00", due="2026-07-31", number="DISPUTED", disputed="yes")
    company.owes("60.00", due="2026-06-20", number="PART")
    company.owes("999.99", due="2026-06-20", number="DRAFT", status="draft")
    company.owes("777.77", due="2026-03-31", account="C2", number="OTHER")
    company.loads_all(
        {
            "payments": [
                {
                    "account_number": "C1",
                    "payment_number": "P-1",
                    "amount": "35",
                    "date": "2026-05-02",
                }
            ],
            "allocations": [
                {
                    "source_number": "P-1",
                    "invoice_number": "PART",
                    "amount": "35",
                    "date": "2026-05-02",
                }
            ],
            "adjustments": [
                {
                    "account_number": "C1",
                    "adjustment_number": "CN",
                    "kind": "credit",
                    "amount": "5",
                    "date": "2026-05-03",
                }
            ],
            "invoice_lines": [
                {
                    "invoice_number": "LATE",
                    "line_number": "1",
                    "description": "=1+1 <b>#eval</b>",
                    "amount": "100",
                    "status": "accepted",
                    "source_reference": "SRC-9",
                }
            ],
            "reminders": [
                {"invoice_number": "LATE", "date": "2026-04-20", "level": "1", "method": "letter"},
                {"invoice_number": "LATE", "date": "2026-05-20", "level": "2", "method": ""},
            ],
            "orders": [
                {
                    "account_number": "C1",
                    "order_number": "PO-1",
                    "order_date": "2026-01-02",
                    "amount": "100",
                }
            ],
        }
    )
    for name, accounts in (("both", ["C1", "C3"]), ("none", ["C3"])):
        email = f"{name}@{company.slug}.example"
        add_person(email, slug=company.slug, role="client", accounts=accounts, password=PASSWORD)
    return company


def test_the_first_page_answers_what_is_owed(company: Company) -> None:
    html = _read(company, "client", "")
    assert "You owe 160.00 USD" in html  # 100 + 40 + 25 - 5
    assert "Paid this year 35.00" in html
    assert "1 payment, on 2 May 2026" in html
    assert "Disputed 1 invoice, 40.00 on hold" in html
    assert "Orders 1 open 0 closed" in html
    assert "DRAFT" not in html
    assert "777.77" not in html


def test_each_figure_leads_to_what_adds_up_to_it(company: Company) -> None:
    page = _get(company, "client", "").content.decode()
    ways = {
        re.search(r"figure=(\w+)", way)[1]: (unescape(way), _plain(shown))  # type: ignore[index]
        for way, shown in re.findall(r'<a href="([^"]*figure=[^"]*)">(.*?)</a>', page)
        if "figure=total" not in way or "<bdi" in shown
    }
    assert {*ways} == {
        "days_0_30",
        "days_90_plus",
        "disputed",
        "total",
        "unapplied_credits",
        "outstanding",
    }
    browser = signed_in(company.client_email)
    for figure, (way, shown) in ways.items():
        answer = browser.get(way).content.decode()
        part = re.findall(r'class="n sum part">(.*?)</td>', answer)
        assert [_plain(each).lstrip("−") for each in part] == [shown.lstrip("−")], figure


def test_an_invoice_with_its_lines_payments_and_disputes(company: Company) -> None:
    late = _read(company, "client", f"billing/{_document(company, 'LATE')}/")
    assert "=1+1 <b>#eval</b>" in unescape(late)
    assert "accepted SRC-9" in late
    assert "Reminders 20 Apr 2026 · level 1 · letter 20 May 2026 · level 2 Lines" in late
    before = _read(company, "client", f"billing/{_document(company, 'LATE')}/?as_of=2026-05-01")
    assert "Reminders 20 Apr 2026 · level 1 · letter Lines" in before
    part = _read(company, "client", f"billing/{_document(company, 'PART')}/")
    assert "Reminders" not in part
    assert "P-1 Receipt 2 May 2026 35.00" in part
    assert "10 days late" in part
    disputed = _read(company, "client", f"billing/{_document(company, 'DISPUTED')}/")
    assert "In dispute since 1 Jan 2026" in disputed


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["DISPUTED", "PART", "LATE"]),
        ("sort=amount", ["DISPUTED", "PART", "LATE"]),
        ("sort=-balance", ["LATE", "DISPUTED", "PART"]),
        ("state=overdue", ["PART", "LATE"]),
        ("state=disputed&state=paid", ["DISPUTED"]),
        ("least=50&most=60.00", ["PART"]),
        ("due_from=2026-06-20&due_to=2026-06-20", ["PART"]),
        ("issued_from=2026-02-01", []),
        ("number=art", ["PART"]),
        ("figure=days_90_plus", ["LATE"]),
        ("as_of=2026-02-28", ["DISPUTED", "PART", "LATE"]),
        ("currency=EUR", []),
    ],
)
def test_invoices_are_narrowed_down_and_sorted(
    company: Company, query: str, numbers: list[str]
) -> None:
    page = _get(company, "client", f"billing/?{query}").content.decode()
    assert re.findall(r'billing/\d+/[^"]*"><bdi>(\w+)</bdi>', page) == numbers
    file = _get(company, "client", f"billing/files/csv/?{query}").content.decode()
    assert [each["number"] for each in csv.DictReader(io.StringIO(file))] == numbers


@pytest.mark.parametrize(
    "query",
    [
        "sort=colour",
        "state=late",
        "figure=x",
        "least=NaN",
        "most=1e99",
        "after=x",
        "after=1~x",
        "after=2026-01-01~99999999999999999999",
        "due_from=20260101",
        "as_of=2027-01-01",
        "account=x",
        "sort=amount&after=2026-01-01~1",
        f"sort=amount&after={10**30}~1",
    ],
)
def test_what_is_unclear_is_said(company: Company, query: str) -> None:
    assert _get(company, "client", f"billing/?{query}").status_code == 400


@pytest.mark.parametrize("form", FORMS)
def test_the_page_as_a_file(company: Company, form: str) -> None:
    answer = _get(company, "client", f"report/{form}/")
    assert answer.status_code == 200
    assert answer.content.startswith(FORMS[form])
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"
    assert b"777.77" not in answer.content


def test_the_same_paper_is_the_same_bytes(company: Company) -> None:
    for place in ("report/pdf/", "statement/pdf/", "statement/pdf/?kind=activity"):
        first, second = (_get(company, "client", place).content for _again in range(2))
        assert first == second
        assert first.startswith(b"%PDF")
        hebrew = signed_in(company.client_email)
        hebrew.cookies["django_language"] = "he"
        assert hebrew.get(f"/o/{company.slug}/{place}").content != first


def test_a_statement_of_activity_opens_and_closes(company: Company) -> None:
    html = _read(company, "client", "statement/?kind=activity&since=2026-05-01&as_of=2026-05-31")
    assert "Owed before 200.00" in html
    assert "Changes −40.00" in html
    assert "Owed at the end 160.00" in html
    assert "3 May 2026 CN Credit adjustment −5.00 160.00" in html


def test_operator_mode_is_said_in_the_answer(company: Company) -> None:
    told = json.loads(_get(company, "client", "report/json/").content)
    assert told["operator_mode"] is False
    browser, first = signed_in(company.admin_email), customer(company, "C1")
    browser.get(f"/o/{company.slug}/customers/{first}/client-view/")
    seen = json.loads(browser.get(f"/o/{company.slug}/as-client/{first}/report/json/").content)
    assert seen == {**told, "operator_mode": True}


def test_a_client_with_nothing_open_sees_zeros(company: Company) -> None:
    html = _read(company, "none", "")
    assert "Nothing open. You owe 0.00." in html
    assert "Outstanding, USD 0.00" in html
    for place in ("billing/", "statement/", "statement/?kind=activity", "orders/", "report/pdf/"):
        assert _get(company, "none", place).status_code == 200


def test_one_of_several_accounts_is_chosen(company: Company) -> None:
    first, second = customer(company, "C1"), customer(company, "C2")
    html = _get(company, "both", "").content.decode()
    assert "All accounts" in html
    assert "You owe 160.00 USD" in _read(company, "both", f"?account={first}")
    third = customer(company, "C3")
    assert "Nothing open" in _read(company, "both", f"?account={third}")
    for place in ("", "billing/", "statement/", "report/csv/", "billing/files/csv/"):
        foreign, missing = (
            _get(company, "both", f"{place}?account={each}") for each in (second, 987_654_321)
        )
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content


def test_what_is_another_clients_is_not_there(company: Company) -> None:
    """A draft of one's own as well."""
    for number in ("OTHER", "DRAFT"):
        for place in ("billing/{}/", "billing/{}/pdf/"):
            foreign, missing = (
                _get(company, "client", place.format(each))
                for each in (_document(company, number), 987_654_321)
            )
            assert foreign.status_code == missing.status_code == 404
            assert foreign.content == missing.content


def _get(company: Company, who: str, place: str) -> Any:
    email = f"{who}@{company.slug}.example"
    return signed_in(email).get(f"/o/{company.slug}/{place}")


def _read(company: Company, who: str, place: str) -> str:
    """A page as it is read: words and figures, one space between."""
    answer = _get(company, who, place)
    assert answer.status_code == 200, answer.content
    return _plain(answer.content.decode())


def _plain(html: str) -> str:
    html = re.sub(r'<span class="sr">.*?</span>', "", html)
    html = re.sub(r"</?(?:bdi|strong|span|a|b)\b[^>]*>", "", html)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).strip()


def _document(company: Company, number: str) -> int:
    query = "SELECT id FROM ar.document WHERE org_id = %s AND number = %s"
    return int(rows(query, company.org_id, number)[0][0])


def test_files_are_to_be_kept_and_never_run(company: Company) -> None:
    browser = signed_in(company.client_email)
    (item,) = rows(
        "SELECT id FROM ar.document WHERE org_id = %s AND number = 'LATE'", company.org_id
    )[0]
    paths = [f"report/{form}/" for form in FORMS]
    paths += ["billing/files/csv/", f"billing/{item}/pdf/", "statement/pdf/"]
    for path in paths:
        answer = browser.get(f"/o/{company.slug}/{path}")
        assert answer.status_code == 200, path
        assert answer["Content-Disposition"].startswith("attachment; filename="), path
        assert answer["X-Content-Type-Options"] == "nosniff", path
        assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'", path
        assert answer["Cache-Control"] == "private, no-store", path
