"""A company whose accounts owe in twelve months, and what its monthly report says of them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from html import unescape

import pytest

from tests.customers.conftest import amount, text
from tests.people.conftest import Browser, signed_in
from tests.world import Company

TODAY = date(2026, 6, 30)
MONTHS = [
    *(f"2025-{month:02}" for month in range(7, 13)),
    *(f"2026-{month:02}" for month in range(1, 7)),
]


@dataclass(frozen=True)
class Sheet:
    """The report as a page shows it: twelve figures by the name of the account."""

    cells: dict[str, list[Decimal]]
    links: dict[str, list[str]]
    flags: dict[str, str]
    html: str

    @property
    def names(self) -> list[str]:
        return list(self.cells)


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    """First owed 100 since December 2024, was billed 40 in March, 50 in April and 60 in May and
    paid 30 in June; its order O is of January. Second was billed 500 in February, half of it paid
    in March. Third is idle; Fourth owes 9 EUR since June. First is the member's.
    """
    company = Company("months", today=TODAY)
    company.loads("accounts", [{"account_number": "C4", "name": "Fourth", "currency": "EUR"}])
    for number, amount_, day in (
        ("1", "100.00", "2024-12-10"),
        ("2", "40.00", "2026-03-05"),
        ("3", "50.00", "2026-04-05"),
        ("4", "60.00", "2026-05-05"),
    ):
        company.owes(amount_, due="2026-12-31", issued=day, number=number)
    company.owes("500.00", due="2026-12-31", issued="2026-02-10", account="C2", number="5")
    company.owes(
        "9.00", due="2026-12-31", issued="2026-06-10", account="C4", number="6", currency="EUR"
    )
    pay = {"account_number": "C1", "payment_number": "P1", "amount": "30.00", "date": "2026-06-09"}
    part = {"account_number": "C2", "payment_number": "P2", "amount": "250.00"}
    company.loads("payments", [pay, part | {"date": "2026-03-20"}])
    order = {"account_number": "C1", "order_number": "O", "amount": "77.00"}
    company.loads("orders", [order | {"order_date": "2026-01-15"}])
    return company


@pytest.fixture
def admin(company: Company) -> Browser:
    return signed_in(company.admin_email)


@pytest.fixture
def member(company: Company) -> Browser:
    return signed_in(company.member_email)


def page(browser: Browser, company: Company, query: str = "", *, status: int = 200) -> Sheet:
    answer = browser.get(f"/o/{company.slug}/monthly/{query}")
    assert answer.status_code == status, answer.content.decode()[:3000]
    html = answer.content.decode()
    rows = re.findall(r'<tr id="row-.*?</tr>', html, re.S)
    names = [
        unescape(each) for each in re.findall(r'<th class="who" scope="row">.*?>([^<]+)</a>', html)
    ]
    found = [
        re.findall(r'<td class="n cell[^"]*"><a href="([^"]*)">(.*?)</a>', row) for row in rows
    ]
    return Sheet(
        cells={n: [amount(text(s)) for _, s in row] for n, row in zip(names, found, strict=True)},
        links={n: [unescape(h) for h, _ in row] for n, row in zip(names, found, strict=True)},
        flags={
            n: text(row.split('<td class="flag">')[1].split("</td>")[0])
            for n, row in zip(names, rows, strict=True)
        },
        html=html,
    )


def sums(browser: Browser, company: Company, query: str = "") -> str:
    """What all rows add up to, as plain text."""
    answer = browser.get(f"/o/{company.slug}/monthly/sums/{query}")
    assert answer.status_code == 200
    return text(answer.content.decode().partition("<main")[2])
