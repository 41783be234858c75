"""What the screen promises: its panel is the sum of its rows over all pages, its files are the
screen, and changes are against the days they name. Of many accounts, for many a question.
"""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import parse_qsl

import pytest

from duebook.jobs.worker import work
from duebook.web.customers import views
from tests.customers.conftest import TODAY, Sheet, amount, figures, listed, text
from tests.jobs.pages import Desk
from tests.people.conftest import Browser, signed_in
from tests.world import Company

ACCOUNTS = 40
COLUMNS = {
    "outstanding": "Net AR Amount",
    "current": "Current Invoices",
    "past_due": "Past Due Invoices",
    "debit": "Debit Adjustments",
    "credit": "Credit Adjustments",
}
IN_FILE = {
    "outstanding": "outstanding_amount",
    "current": "current_amount",
    "past_due": "past_due_amount",
    "debit": "debit_adjustment_amount",
    "credit": "credit_adjustment_amount",
    "d1_30": "d1_30_amount",
    "d31_60": "d31_60_amount",
    "d61_90": "d61_90_amount",
    "d91_plus": "d91_plus_amount",
}
QUESTIONS = [
    "currency=USD",
    "currency=EUR&sort=account_name",
    "currency=USD&q=trading&sort=-past_due_amount",
    "currency=USD&status=Inactive&sort=d91_plus_amount",
    "currency=USD&status=Active&invitation=Not+Invited&sort=-weighted_avg_days_overdue",
    "currency=USD&as_of=2026-03-31&sort=credit_adjustment_amount",
    "currency=EUR&as_of=2026-05-15&q=ltd&sort=-account_type",
]


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    """Accounts of two currencies with whatever one can owe; the same on each run."""
    chance = random.Random(20260630)  # no secret
    company = Company("crowd", today=TODAY)
    places, forms = ("Ost", "Bay", "Ère"), ("Trading", "Ltd")
    numbers = [f"A-{n:03}" for n in range(ACCOUNTS)]
    company.loads(
        "accounts",
        [
            {
                "account_number": number,
                "name": f"{chance.choice(places)} {chance.choice(forms)}",
                "status": chance.choice(("active", "active", "inactive")),
                "account_type": chance.choice(("Cash", "Credit", "System")),
                "currency": chance.choice(("USD", "USD", "EUR")),
            }
            for number in numbers
        ],
    )
    company.loads("invoices", [_invoice(chance, numbers, n) for n in range(260)])
    company.loads("adjustments", [_adjustment(chance, numbers, n) for n in range(40)])
    company.loads("payments", [_payment(chance, numbers, n) for n in range(40)])
    return company


def _cents(chance: random.Random, most: int) -> str:
    return str(Decimal(chance.randint(1, most)) / 100)


def _invoice(chance: random.Random, numbers: list[str], n: int) -> dict[str, object]:
    issue = TODAY - timedelta(chance.randint(0, 250))
    whole = chance.randint(100, 900_000)
    left = chance.choice((whole, whole, 0, chance.randint(1, whole)))
    settled = issue + timedelta(chance.randint(0, 90))
    paid = {"outstanding_amount": str(Decimal(left) / 100)}
    if left < whole and settled <= TODAY:
        paid["settled_date"] = str(settled)
    return {
        "account_number": chance.choice(numbers),
        "invoice_number": f"I-{n}",
        "issue_date": str(issue),
        "due_date": str(issue + timedelta(chance.choice((0, 30, 30, 60)))),
        "amount": str(Decimal(whole) / 100),
        **paid,
    }


def _adjustment(chance: random.Random, numbers: list[str], n: int) -> dict[str, object]:
    return {
        "account_number": chance.choice(numbers),
        "adjustment_number": f"J-{n}",
        "kind": chance.choice(("debit", "credit")),
        "amount": _cents(chance, 50_000),
        "date": str(TODAY - timedelta(chance.randint(0, 200))),
    }


def _payment(chance: random.Random, numbers: list[str], n: int) -> dict[str, object]:
    return {
        "account_number": chance.choice(numbers),
        "payment_number": f"P-{n}",
        "amount": _cents(chance, 300_000),
        "date": str(TODAY - timedelta(chance.randint(0, 200))),
    }


@pytest.fixture(scope="module")
def nora(company: Company) -> Browser:
    return signed_in(company.admin_email)


@pytest.fixture(scope="module")
def sheets(nora: Browser, company: Company) -> Iterator[dict[str, Sheet]]:
    """What the screen answers to each question, page by page."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(views, "ROWS", 7)
        yield {each: _whole(nora, company, each) for each in QUESTIONS}


def _whole(nora: Browser, company: Company, question: str) -> Sheet:
    rows, query = [], f"?{question}"
    while query:
        sheet = listed(nora, company, query)
        rows += sheet.rows
        more = re.search(r'rel="next" href="(\?[^"]*)"', sheet.html)
        query = more[1].replace("&amp;", "&") if more else ""
    return Sheet(rows, "")


def test_the_questions_ask_something(sheets: dict[str, Sheet]) -> None:
    assert all(len(sheet.rows) > 1 for sheet in sheets.values())
    first = sheets[QUESTIONS[0]]
    assert len(first.rows) > 20
    for column in IN_FILE:
        assert first.sum(column) > 0


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_panel_is_the_sum_of_all_pages(
    nora: Browser, company: Company, sheets: dict[str, Sheet], question: str
) -> None:
    sheet, panel = sheets[question], figures(nora, company, f"?{question}")
    for column, name in COLUMNS.items():
        assert amount(panel[name]) == sheet.sum(column), name
    late = sum(sheet.sum(each) for each in ("d1_30", "d31_60", "d61_90", "d91_plus"))
    assert late == amount(panel["Past Due Invoices"])
    invoices = sheet.sum("current") + sheet.sum("past_due")
    assert invoices == amount(panel["Outstanding Invoices"])
    owing = [row for row in sheet.rows if amount(row["current"]) + amount(row["past_due"])]
    assert amount(panel["Invoicing Account Count"]) == len(owing)


@pytest.mark.parametrize("question", [QUESTIONS[0], QUESTIONS[1], QUESTIONS[5]])
def test_each_figure_is_the_sum_of_what_it_leads_to(
    nora: Browser, company: Company, question: str
) -> None:
    sheet = listed(nora, company, f"?{question}")
    rows = re.findall(r'<tr id="row-.*?</tr>', sheet.html, re.S)
    most = sorted(rows, key=lambda row: row.count("tab="), reverse=True)[:4]
    drilled = set()
    for row in most:
        for address, figure in re.findall(r'<a href="([^"#]*tab=[^"#]*)#[^>]*>(.*?)</a>', row):
            page = nora.get(address.replace("&amp;", "&")).content.decode()
            tab = page.partition('id="account-tabs"')[2]
            total = re.search(r"<tfoot[^>]*>.*?</tfoot>", tab, re.S)
            assert total, address
            said = re.findall(r"[\d,]+\.\d\d", text(total[0]))
            assert amount(said[-1]) == amount(text(figure)), address
            drilled.add(address.partition("tab=")[2].partition("&amp;currency")[0])
    assert len(drilled) >= 7, drilled


@pytest.mark.parametrize("question", QUESTIONS[1:])
def test_the_file_is_the_screen(company: Company, sheets: dict[str, Sheet], question: str) -> None:
    desk = Desk(company, company.admin_email)
    for address in desk.files():
        desk.client.post(address.replace("/file/", "/delete/"))
    asked = dict(parse_qsl(question))
    desk.client.post(f"/o/{company.slug}/customers/files/", {**asked, "format": "csv"})
    work(wait=False)
    rows = list(csv.DictReader(io.StringIO(desk.fetched().decode())))
    sheet = sheets[question]
    assert [row["account_number"] for row in rows] == sheet.numbers
    for row, shown in zip(rows, sheet.rows, strict=True):
        for column, name in IN_FILE.items():
            assert Decimal(row[name]) == amount(shown[column]), (row["account_number"], name)
        assert row["collection_priority"] == shown["priority"].split()[0]


@pytest.mark.parametrize(
    ("question", "week", "month"),
    [
        ("currency=USD&q=trading", "2026-06-23", "2026-05-30"),
        ("currency=USD&as_of=2026-03-31", "2026-03-24", "2026-02-28"),
    ],
)
def test_changes_are_against_a_week_and_a_month_before(
    nora: Browser, company: Company, question: str, week: str, month: str
) -> None:
    plain = question.partition("&as_of")[0]
    now = figures(nora, company, f"?{question}")
    before = [figures(nora, company, f"?{plain}&as_of={day}") for day in (week, month)]
    path = f"/o/{company.slug}/customers/figures/"
    page = nora.get(f"{path}?{question}&compared=1").content.decode()
    for name in ("Net AR Amount", "Current Invoices", "Past Due Invoices"):
        stat = text(page.split(f'<span class="name">{name}</span>')[1].partition('"name"')[0])
        said = [Decimal(each.replace("−", "-")) for each in re.findall(r"([+−][\d.]+)%", stat)]
        wanted = [
            (100 * (amount(now[name]) - amount(then[name])) / amount(then[name])).quantize(
                Decimal("0.1"), ROUND_HALF_UP
            )
            for then in before
        ]
        assert said == wanted, name
