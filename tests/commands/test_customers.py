"""duebook report customers: its 36 columns, its options, and that the file is the list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from tests.commands.terminal import Answer, Terminal, refused

COLUMNS = (
    "account_number account_name account_type account_status invitation_status contact_name"
    " contact_email currency credit_limit collection_priority collection_priority_band"
    " outstanding_amount net_ar_amount outstanding_invoice_amount outstanding_invoice_count"
    " current_amount current_count past_due_amount past_due_count d1_30_amount d1_30_count"
    " d31_60_amount d31_60_count d61_90_amount d61_90_count d91_plus_amount d91_plus_count"
    " weighted_avg_days_overdue oldest_due_date debit_adjustment_amount debit_adjustment_count"
    " credit_adjustment_amount credit_adjustment_count statement_amount discount_amount"
    " as_of_date"
).split()
HEAD = "account_number,name,account_type,status,currency,credit_limit,contact_name,contact_email"
ACCOUNTS = f"""{HEAD}
10,=cmd|' /C calc'!A0,Cash,active,USD,1000.00,+49 30,ap@ten.example
9,Nine Ärzte,Credit,inactive,USD,,@home,
A-1,Quiet,System,active,JPY,,,
"""
INVOICES = """account_number,invoice_number,issue_date,due_date,amount,discount_amount,discount_date
10,1,2026-01-01,2026-01-31,100.00,,
10,2,2026-06-01,2026-07-01,40.00,2.00,2026-06-30
9,3,2026-05-01,2026-05-31,25.50,,
"""
ADJUSTMENTS = """account_number,adjustment_number,kind,amount,date
10,D1,debit,5.00,2026-06-02
9,C1,credit,30.00,2026-06-03
"""


@pytest.fixture(scope="module")
def slug(terminal: Terminal) -> str:
    terminal.has("list", accounts=ACCOUNTS, invoices=INVOICES, adjustments=ADJUSTMENTS)
    return "list"


def report(terminal: Terminal, slug: str, *options: object, email: str = "admin") -> Answer:
    who = f"{email}@{slug}.example"
    return terminal.types("report", "customers", slug, "--as", who, *options)


def numbers(answer: Answer) -> list[str]:
    return [row["account_number"] for row in answer.rows()]


def test_one_row_each_with_36_columns(terminal: Terminal, slug: str) -> None:
    answer = report(terminal, slug)

    assert answer.columns() == COLUMNS
    ten, nine, quiet = answer.rows()
    assert list(ten.values())[11:] == (
        "145.00,145.00,140.00,2,40.00,1,100.00,1,0.00,0,0.00,0,0.00,0,100.00,1,107.1429,"
        "2026-01-31,5.00,1,0.00,0,100.00,2.00,2026-06-30"
    ).split(",")
    assert (ten["credit_limit"], ten["account_status"]) == ("1000.00", "Active")
    assert (nine["outstanding_amount"], nine["d1_30_amount"]) == ("-4.50", "25.50")
    assert (nine["account_status"], nine["collection_priority"]) == ("Inactive", "0.0")
    assert nine["collection_priority_band"] == "nothing to do"
    assert nine["invitation_status"] == "Not Invited"
    assert (quiet["currency"], quiet["outstanding_amount"], quiet["oldest_due_date"]) == (
        "JPY",
        "0",
        "",
    )


def test_text_is_never_a_formula_and_figures_stay_figures(terminal: Terminal, slug: str) -> None:
    ten, nine, _ = report(terminal, slug).rows()

    assert ten["account_name"] == "'=cmd|' /C calc'!A0"
    assert ten["contact_name"] == "'+49 30"
    assert nine["contact_name"] == "'@home"
    assert nine["outstanding_amount"] == "-4.50"


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["10", "9", "A-1"]),
        (("--sort", "-outstanding_amount"), ["A-1", "10", "9"]),
        (("--sort", "outstanding_amount", "--currency", "usd"), ["9", "10"]),
        (("--sort", "account_name"), ["10", "9", "A-1"]),
        (("--status", "inactive"), ["9"]),
        (("--status", "active,inactive", "--search", "arzte"), ["9"]),
        (("--invitation", "not-invited"), ["10", "9", "A-1"]),
        (("--invitation", "Pending", "--invitation", "Accepted"), []),
        (("--search", "-a-"), []),
        (("--search", "a-1"), ["A-1"]),
        (("--as-of", "2026-01-01"), ["10", "9", "A-1"]),
    ],
)
def test_options(terminal: Terminal, slug: str, options: Sequence[str], found: list[str]) -> None:
    assert numbers(report(terminal, slug, *options)) == found


def test_a_past_day(terminal: Terminal, slug: str) -> None:
    ten, nine, _ = report(terminal, slug, "--as-of", "2026-01-31").rows()

    assert (ten["current_amount"], ten["past_due_amount"]) == ("100.00", "0.00")
    assert (nine["outstanding_amount"], nine["as_of_date"]) == ("0.00", "2026-01-31")


def test_every_format_holds_the_same(terminal: Terminal, slug: str) -> None:
    rows = report(terminal, slug).rows()
    told = json.loads(report(terminal, slug, "--format", "json").text)
    book = CalamineWorkbook.from_filelike(
        BytesIO(report(terminal, slug, "--format", "xlsx", "--search", "10").out)
    )
    head, cells, total = book.get_sheet_by_index(0).to_python()

    assert [list(row) for row in told] == [COLUMNS] * 3
    assert told[0]["account_name"] == "=cmd|' /C calc'!A0"  # JSON and Excel have types
    assert [row["outstanding_amount"] for row in told] == [
        row["outstanding_amount"] for row in rows
    ]
    assert head == COLUMNS
    assert cells[:2] == ["10", "=cmd|' /C calc'!A0"]
    assert cells[COLUMNS.index("outstanding_amount")] == 145
    assert total[COLUMNS.index("outstanding_amount")] == 145
    about = book.get_sheet_by_name("About").to_python()
    assert ["Figures as of", "2026-06-30"] in about
    assert ["Search", "10"] in about


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sort", "shoe_size"), "shoe_size is not a column to sort by; choose one of account_"),
        (("--status", "asleep"), "--status asleep is not known; choose from Active, Inactive"),
        (("--invitation", "Lost"), "choose from Not Invited, Pending, Accepted, Declined"),
        (("--currency", "XXQ"), "XXQ is not a currency of ISO 4217"),
        (("--as-of", "2026-07-01"), "2026-07-01 is in the future"),
        (("--basis", "due"), "unrecognized arguments: --basis due"),
    ],
)
def test_what_cannot_be_asked(
    terminal: Terminal, slug: str, options: Sequence[str], said: str
) -> None:
    refused(report(terminal, slug, *options), saying=said)


def test_clients_have_no_such_list(terminal: Terminal, slug: str) -> None:
    terminal.adds(f"client@{slug}.example", slug, "client", "--account", "10")

    refused(report(terminal, slug, email="client"), saying="This report is for operators")
    assert numbers(report(terminal, slug, "--invitation", "accepted")) == ["10"]


def test_check_names_what_differs_and_rebuild_repairs_it(terminal: Terminal) -> None:
    terminal.has("bent", accounts=ACCOUNTS, invoices=INVOICES)
    report(terminal, "bent", "--as-of", "2026-05-31").rows()
    assert terminal.types("rollups", "check", "bent").code == 0
    terminal.asks(
        "UPDATE ar.customer_aging SET current_count = current_count + 1 WHERE sort_name = 'quiet'"
        " AND day = '2026-05-31' AND org_id = (SELECT org_id FROM ar.org WHERE slug = 'bent')"
        " RETURNING 1"
    )

    answer = terminal.types("rollups", "check", "bent")
    assert answer.code == 1
    assert answer.text.startswith("A-1 differs from its documents")
    assert terminal.types("rollups", "rebuild", "bent").code == 0
    assert terminal.types("rollups", "check", "bent").code == 0
