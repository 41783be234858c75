"""A company whose accounts are in every state, and what its pages say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any

import pytest

from duebook.visibility import invitations
from duebook.visibility.seeing import seeing
from tests.people.conftest import Browser, customer, letters, signed_in
from tests.world import Company

__all__ = ["letters"]  # a fixture
TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
FOUR = {"quantity": "4", "unit_price": "7.5"}
HEADS = (
    "name type priority outstanding current past_due debit credit days ages d1_30 d31_60 d61_90"
    " d91_plus"
).split()


@dataclass(frozen=True)
class Sheet:
    """The list as a page shows it: its cells as plain text, its figures as numbers."""

    rows: list[dict[str, str]]
    html: str

    @property
    def numbers(self) -> list[str]:
        return [row["number"] for row in self.rows]

    def sum(self, column: str) -> Decimal:
        return sum((amount(row[column]) for row in self.rows), Decimal(0))


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    """C1 owes 100 (150 days late), 40 (not due) and 5 of a debit adjustment, has 30 on account
    and a credit note of 12, of which 2 is applied; C2 is inactive and owes 7; C3 owes 9 EUR;
    Österlund & <b> owes nothing; Pending has been invited.
    """
    company = Company("house", today=TODAY)
    company.loads(
        "accounts",
        [
            {"account_number": "C2", "name": "Second", "status": "inactive"},
            {"account_number": "Ö-4", "name": "Österlund & <b>", "account_type": "Cash"},
            {"account_number": "P-5", "name": "Pending", "contact_email": "p@five.example"},
        ],
    )
    company.owes("100.00", due="2026-01-31", number="1")
    company.owes("40.00", due="2026-07-31", number="2", disputed="yes")
    company.owes("50.00", due="2026-03-31", number="3")
    company.owes("8.00", due="2026-03-31", number="4", status="void")
    company.owes("7.00", due="2026-06-15", account="C2", number="5")
    company.owes("9.00", due="2026-06-29", account="C3", number="6", currency="EUR")
    company.loads(
        "invoice_lines",
        [
            {"invoice_number": "1", "line_number": n, "description": f"Item {n}", **more}
            for n, more in (
                ("1", {"amount": "60.00", "status": "accepted"}),
                (
                    "2",
                    {"amount": "30.00", "status": "accepted"} | FOUR,
                ),
                ("10", {"amount": "10.00", "status": "returned", "source_reference": "R-1"}),
            )
        ],
    )
    company.loads(
        "adjustments",
        [
            {"account_number": "C1", "adjustment_number": "D", "kind": "debit", "amount": "5.00"}
            | {"date": "2026-06-01", "reason": "Freight"},
        ],
    )
    company.loads(
        "invoices",
        [
            {"account_number": "C1", "invoice_number": "CN", "issue_date": "2026-06-02"}
            | {"amount": "-12.00"}
        ],
    )
    company.loads(
        "payments",
        [
            {"account_number": "C1", "payment_number": "R", "amount": "30.00"}
            | {"date": "2026-06-03", "method": "wire"},
            {
                "account_number": "C1",
                "payment_number": "P",
                "amount": "50.00",
                "date": "2026-04-02",
            },
        ],
    )
    company.loads(
        "allocations",
        [
            {"source_number": "CN", "invoice_number": "1", "amount": "2.00", "date": "2026-06-04"},
            {"source_number": "P", "invoice_number": "3", "amount": "50.00", "date": "2026-04-02"},
        ],
    )
    company.owes("3.00", due="2026-06-20", account="P-5", number="7", settled_date="2026-06-25")
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        invitations.invite(
            admin,
            "",
            at=datetime.now(UTC),
            role="client",
            customer_id=customer(company, "P-5"),
            language="en",
        )
    return company


@pytest.fixture
def admin(company: Company) -> Browser:
    return signed_in(company.admin_email)


def listed(browser: Browser, company: Company, query: str = "", **more: Any) -> Sheet:
    answer = browser.get(f"/o/{company.slug}/customers/{query}", **more)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    return sheet_of(answer.content.decode())


def sheet_of(html: str) -> Sheet:
    """The list of a page."""
    body = re.search(
        r'<table class="ledger sticky customers.*?<tbody[^>]*>(.*?)</tbody>', html, re.S
    )
    found = re.findall(r"<tr id=.*?</tr>", body[1], re.S) if body else []
    return Sheet([_row(each) for each in found], html)


def figures(browser: Browser, company: Company, query: str = "") -> dict[str, str]:
    """The panel, by the names above its figures."""
    answer = browser.get(f"/o/{company.slug}/customers/figures/{query}")
    assert answer.status_code == 200
    stats = re.findall(
        r'<span class="name">([^<]*)</span><span class="value">(.*?)</span><span class="note">',
        answer.content.decode(),
        re.S,
    )
    return {name: text(value) for name, value in stats}


def text(html: str) -> str:
    """Without tags, and without what is only read aloud or stands on phones alone."""
    html = re.sub(r'<span class="phone-only">[^<]*</span>', "", html)
    html = re.sub(r'<span class="sr">.*?</span>', "", html, flags=re.S)
    return (
        unescape(" ".join(re.sub(r"<[^>]+>", " ", html).split()))
        .replace(" .", ".")
        .replace(" ,", ",")
    )


def amount(said: str) -> Decimal:
    return Decimal(0) if said == "–" else Decimal(said.replace(",", "").replace("−", "-"))


def _row(html: str) -> dict[str, str]:
    html = re.sub(r'<span class="phone-only">.*?</td>', "</td>", html, flags=re.S)
    cells = re.findall(r"<t[hd][ >].*?</t[hd]>", html, re.S)
    row = dict(zip(HEADS, (text(each) for each in cells), strict=True))
    number = re.search(r'<span class="meta"><bdi>(.*?)</bdi>', html)
    assert number
    return {**row, "number": unescape(number[1])}
