"""Published ledgers through the command: every cell of answers that were worked out elsewhere."""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from tests.commands.ledgers import AGES, LEDGERS, ZERO, Account, Book, Figures, Published
from tests.commands.terminal import PASSWORD, ROOT, Answer, Terminal, counts

# A column of ours and the columns of the answers that it must equal the sum of.
COMMON = {"disputed": ["disputed"], "outstanding": ["total"]}
OPERATOR = COMMON | {"weighted_avg_days_overdue": ["wado_all_open_not_due_as_zero"]}
PORTAL = COMMON | {"total": ["total"]}
CELLS: dict[tuple[str, str], dict[str, list[str]]] = {
    ("operator", "due"): OPERATOR
    | {
        "current": ["pastdue_current"],
        "days_1_30": ["pastdue_1-30"],
        "days_31_60": ["pastdue_31-60"],
        "days_61_90": ["pastdue_61-90"],
        "days_91_plus": ["pastdue_91+"],
    },
    ("portal", "due"): PORTAL
    | {
        "days_0_30": ["pastdue_current", "pastdue_1-30"],
        "days_31_60": ["pastdue_31-60"],
        "days_61_90": ["pastdue_61-90"],
        "days_90_plus": ["pastdue_91+"],
    },
    ("portal", "invoice"): PORTAL
    | {
        "days_0_30": ["age_0-30"],
        "days_31_60": ["age_31-60"],
        "days_61_90": ["age_61-90"],
        "days_90_plus": ["age_90+"],
    },
    # Of its youngest two buckets only the sum is among the answers: see `read`.
    ("operator", "invoice"): OPERATOR
    | {
        "young": ["age_0-30"],
        "days_31_60": ["age_31-60"],
        "days_61_90": ["age_61-90"],
        "days_91_plus": ["age_90+"],
    },
}
LOADED = {
    "ibm": ({"new": 2466}, {"unchanged": 2466}, 100),
    "highradius": (
        {"new": 12429, "repeated": 211},
        {"unchanged": 12429, "repeated": 211},
        755,
    ),
}
DATES = 20


@dataclass
class Loaded:
    """A ledger in an organisation of its own, and somebody who may see all of it."""

    terminal: Terminal
    published: Published
    data: Path
    said: list[Answer]

    @cached_property
    def book(self) -> Book:
        return Book(self.published.items(self.data))

    @property
    def email(self) -> str:
        return f"clerk@{self.published.slug}.example"

    def report(self, kind: str, *options: object, as_of: date | None = None) -> Answer:
        who = (self.published.slug, "--as", self.email)
        return self.terminal.types(
            "report", kind, *who, "--as-of", as_of or self.published.as_of, *options
        )

    def aging(self, as_of: date, *options: str) -> dict[Account, dict[str, str]]:
        return {key(row): row for row in self.report("aging", *options, as_of=as_of).rows()}

    def table(self, kind: str) -> tuple[list[dict[str, str]], dict[str, dict[str, str]]]:
        """The answers of one kind: a line per account, and the totals by currency."""
        with self.published.expected(self.data, kind).open(newline="") as file:
            rows = list(csv.DictReader(file))
        totals = {row["currency"]: row for row in rows if row["customer"] == "TOTAL"}
        return [row for row in rows if row["customer"] != "TOTAL"], totals

    def answers(self, name: str) -> Any:
        return json.loads((self.data / "expected" / f"{name}.json").read_text())


@pytest.fixture(scope="module")
def made() -> dict[str, Loaded]:
    """Each ledger once, in whichever order the tests come."""
    return {}


@pytest.fixture(params=LEDGERS)
def ledger(
    request: pytest.FixtureRequest,
    made: dict[str, Loaded],
    terminal: Terminal,
    outside_data: Path,
) -> Loaded:
    if request.param not in made:
        made[request.param] = loaded(terminal, LEDGERS[request.param], outside_data)
    return made[request.param]


def loaded(terminal: Terminal, published: Published, data: Path) -> Loaded:
    """Made by the installed program; `said` is what each step answered."""
    found = Loaded(terminal, published, data, [])
    mapping = ROOT / "examples/mappings" / published.mapping
    load = ("import", published.slug, published.path(data), "--mapping", mapping)
    password = f"{PASSWORD}\n".encode()
    person = ("user", "create", found.email, "--org", published.slug, "--role", "admin")
    found.said = [
        terminal.runs("org", "create", published.slug, "--name", published.slug),
        terminal.runs(*person, "--password-stdin", stdin=password),
        terminal.runs(*load),
        terminal.runs(*load),
    ]
    return found


@pytest.fixture
def book(ledger: Loaded) -> Book:
    return ledger.book


def key(row: Mapping[str, str]) -> Account:
    return row["account_number"], row["currency"]


def test_every_row_lands_once(ledger: Loaded) -> None:
    new, again, accounts = LOADED[ledger.published.slug]
    assert [(answer.code, answer.err) for answer in ledger.said] == [(0, "")] * 4
    first, second = ledger.said[2].text, ledger.said[3].text
    assert counts(first.splitlines()[0]) == new
    assert f"; {accounts} new accounts." in first.splitlines()[0]
    assert "Nothing new." not in first
    assert counts(second.splitlines()[0]) == again
    assert second.endswith("\nNothing new.\n")
    assert "new accounts" not in second


@pytest.mark.parametrize("form", ["csv", "json", "xlsx"])
@pytest.mark.parametrize("layout,basis", CELLS)
def test_every_cell(ledger: Loaded, layout: str, basis: str, form: str) -> None:
    expected, totals = ledger.table("aging.csv")
    answer = ledger.report("aging", "--layout", layout, "--basis", basis, "--format", form)
    rows = read(answer, form)
    found = {(str(row["account_number"]), str(row["currency"])): row for row in rows}
    if form == "xlsx":
        for currency, total in totals.items():
            compare(found.pop(("Total", currency)), total, CELLS[layout, basis])
    assert [row["account_number"] for row in rows] == sorted(row["account_number"] for row in rows)
    assert found.keys() == {(row["customer"], row["currency"]) for row in expected}
    for line in expected:
        compare(found[line["customer"], line["currency"]], line, CELLS[layout, basis])
    for currency, total in totals.items():
        for column in CELLS[layout, basis].keys() - {"weighted_avg_days_overdue"}:
            added = sum(row[column] for (_, each), row in found.items() if each == currency)
            assert added == sum(Decimal(total[name]) for name in CELLS[layout, basis][column])


def read(answer: Answer, form: str) -> list[dict[str, Any]]:
    """The rows of a report in any form, amounts as Decimal, and `young`, the first two buckets."""
    assert (answer.code, answer.err) == (0, "")
    if form == "csv":
        rows: list[dict[str, Any]] = [dict(row) for row in answer.rows()]
    elif form == "json":
        rows = json.loads(answer.out)
    else:
        header, *lines = sheet(answer.out)
        rows = [dict(zip(header, line, strict=True)) for line in lines]
    for row in rows:
        assert form != "xlsx" or isinstance(row["outstanding"], float)
        for name in list(row)[3:]:
            row[name] = Decimal(str(row[name]))
        row["young"] = row.get("current", ZERO) + row.get("days_1_30", ZERO)
    return rows


def sheet(content: bytes) -> list[list[Any]]:
    from io import BytesIO

    book = CalamineWorkbook.from_filelike(BytesIO(content))
    assert len(book.sheet_names) == 1
    return book.get_sheet_by_index(0).to_python()


def compare(row: Mapping[str, Any], line: Mapping[str, str], cells: dict[str, list[str]]) -> None:
    assert row["unapplied_credits"] == row["debit_adjustments"] == 0
    for column, names in cells.items():
        assert row[column] == sum(Decimal(line[name]) for name in names), (line, column)


def test_the_installed_program_says_the_same(ledger: Loaded) -> None:
    who = (ledger.published.slug, "--as", ledger.email, "--as-of", ledger.published.as_of)
    installed = ledger.terminal.runs("report", "aging", *who)
    assert (installed.code, installed.err) == (0, "")
    assert installed == ledger.report("aging")


@pytest.mark.parametrize("basis", ["due", "invoice"])
def test_the_invoices_behind_each_figure_add_up_to_it(ledger: Loaded, basis: str) -> None:
    as_of = ledger.published.as_of
    operator = ledger.aging(as_of, "--basis", basis)
    portal = ledger.aging(as_of, "--basis", basis, "--layout", "portal")
    others = ("disputed", "outstanding", "unapplied_credits", "debit_adjustments")
    for cells, figures in (
        (operator, (*AGES, *(others if basis == "due" else ()))),
        (portal, ("days_0_30", "days_90_plus", *(["total"] if basis == "due" else []))),
    ):
        for figure in figures:
            rows = ledger.report("invoices", "--basis", basis, "--bucket", figure).rows()
            added: dict[Account, Decimal] = defaultdict(Decimal)
            for row in rows:
                assert Decimal(row["bucket_amount"]) != 0
                added[key(row)] += Decimal(row["bucket_amount"])
            nonzero = {
                account: Decimal(row[figure])
                for account, row in cells.items()
                if Decimal(row[figure])
            }
            assert added == nonzero, figure


def test_open_invoices_are_counted_as_in_the_answers(ledger: Loaded) -> None:
    expected, totals = ledger.table("aging.csv")
    rows = ledger.report("invoices").rows()
    found = Counter(key(row) for row in rows)
    assert found == {
        (line["customer"], line["currency"]): int(line["open_invoices"]) for line in expected
    }
    for currency, total in totals.items():
        mine = [row for row in rows if row["currency"] == currency]
        assert len(mine) == int(total["open_invoices"])
        assert sum(Decimal(row["balance"]) for row in mine) == Decimal(total["total"])
        assert sum(Decimal(row["disputed"]) for row in mine) == Decimal(total["disputed"])
        assert all(row["kind"] == "invoice" for row in mine)


@pytest.mark.parametrize("basis,group", [("due", "past_due_counts"), ("invoice", "age_counts")])
def test_each_bucket_holds_as_many_invoices(ledger: Loaded, basis: str, group: str) -> None:
    """Disputed ones are in no bucket."""
    published = ledger.published
    answers = json.loads(published.expected(ledger.data, "aging.json").read_text())
    buckets = dict(zip(("current", "1-30", "31-60", "61-90", "91+"), AGES, strict=True))
    buckets |= {"0-30": "days_0_30", "90+": "days_90_plus"}
    for name in answers["customers"][0][group]:
        options = ("--basis", basis, "--bucket", buckets[name])
        rows = ledger.report("invoices", *options).rows()
        assert Counter(key(row) for row in rows) == Counter(
            {
                (each["customer"], each["currency"]): each[group][name]
                for each in answers["customers"]
            }
        )


def test_one_account(ledger: Loaded) -> None:
    everything = ledger.report("invoices").rows()
    account = everything[len(everything) // 2]["account_number"]
    assert ledger.report("invoices", "--account", account).rows() == [
        row for row in everything if row["account_number"] == account
    ]


def test_month_ends(ledger: Loaded) -> None:
    """The balances of twelve months, and the opening one: the aging of those days."""
    expected, totals = ledger.table("matrix12.csv")
    columns = [name for name in expected[0] if name.startswith(("opening_", "balance_"))]
    assert len(columns) == 13
    folder = ledger.published.answers
    summary = ledger.answers(folder + "_summary")["dates"][str(ledger.published.as_of)]
    for column in columns:
        day = column.partition("_")[2]
        rows = ledger.aging(date.fromisoformat(day))
        balances = {account: Decimal(row["outstanding"]) for account, row in rows.items()}
        assert balances == {
            (line["customer"], line["currency"]): Decimal(line[column])
            for line in expected
            if Decimal(line[column])
        }
        for currency, total in totals.items():
            added = sum(each for (_, of), each in balances.items() if of == currency)
            assert added == Decimal(total[column])
            assert added == Decimal(summary[currency]["month_end_balances"][day])


@pytest.mark.parametrize("measure", ["net", "closing"])
def test_twelve_months(ledger: Loaded, measure: str) -> None:
    """Every cell of the matrix, and zeros for accounts that it does not name."""
    expected, _ = ledger.table("matrix12.csv")
    until = ledger.published.as_of
    wanted = {"net": "net_", "closing": "balance_"}[measure]
    columns = [name for name in expected[0] if name.startswith(wanted)]
    who = (ledger.published.slug, "--as", ledger.email, "--measure", measure)
    answer = ledger.terminal.types("report", "monthly", *who, "--through", f"{until:%Y-%m}")
    months = answer.columns()[3:]
    assert months == [name.removeprefix(wanted)[:7] for name in columns]
    found = {key(row): [Decimal(row[month]) for month in months] for row in answer.rows()}
    assert {account: cells for account, cells in found.items() if any(cells)} == {
        (line["customer"], line["currency"]): cells
        for line in expected
        if any(cells := [Decimal(line[name]) for name in columns])
    }


def test_northwinds_open_orders(terminal: Terminal, outside_data: Path) -> None:
    folder = outside_data / "northwind"
    files = (folder / "orders.csv", folder / "order_details.csv")
    mapping = ROOT / "examples/mappings/northwind.toml"
    made = [
        terminal.types("org", "create", "northwind", "--name", "Northwind"),
        terminal.types("user", "create", "n@n.example", "--org", "northwind", "--role", "admin"),
        terminal.types("import", "northwind", *files, "--mapping", mapping),
    ]
    assert [answer.code for answer in made] == [0, 0, 0], made
    with (outside_data / "expected/northwind/northwind_open_orders_1998-03-31.csv").open() as file:
        expected = {row["customer_id"]: row for row in csv.DictReader(file)}
    expected.pop("TOTAL", None)
    who = ("northwind", "--as", "n@n.example", "--data-type", "open_orders")
    for measure, column in (("count", "open_orders"), ("amount", "open_value")):
        answer = terminal.types(
            "report", "monthly", *who, "--through", "1998-03", "--measure", measure
        )
        found = {row["account_number"]: Decimal(row["1998-03"]) for row in answer.rows()}
        assert len(found) == 89  # of 91 customers two never ordered
        assert {number: each for number, each in found.items() if each} == {
            number: Decimal(row[column]) for number, row in expected.items()
        }


def random_dates(book: Book, slug: str) -> list[date]:
    """Seeded: the first and the last day, days on which something happens, and any others."""
    days = sorted(set(book.days()))
    chosen = Random(f"{slug} 1")
    eventful = chosen.sample(days, DATES // 2 - 1)
    span = (days[-1] - days[0]).days
    others = [days[0] + timedelta(chosen.randrange(span)) for _ in range(DATES // 2 - 1)]
    return [days[0], days[-1], *eventful, *others]


@pytest.mark.parametrize("basis", ["due", "invoice"])
def test_any_day_against_plain_python(ledger: Loaded, book: Book, basis: str) -> None:
    days = random_dates(book, ledger.published.slug)
    seen = 0
    for day in days:
        expected = book.aging(day, basis=basis)
        rows = ledger.aging(day, "--basis", basis)
        assert rows.keys() == expected.keys(), day
        for account, figures in expected.items():
            assert cells_of(rows[account]) == cells_expected(figures), (day, account)
            if ledger.published.slug == "highradius":
                assert rows[account]["account_name"] == book.names[account[0]]
        seen += len(rows)
    assert len(set(days)) == DATES
    assert seen > 10 * DATES


def cells_of(row: Mapping[str, str]) -> list[Decimal]:
    names = (*AGES, "disputed", "outstanding", "weighted_avg_days_overdue")
    return [Decimal(row[name]) for name in (*names, "unapplied_credits", "debit_adjustments")]


def cells_expected(figures: Figures) -> list[Decimal]:
    names = (*AGES, "disputed", "total", "average")
    return [*(figures[name] for name in names), ZERO, ZERO]


def test_every_spelling_of_a_customer_gives_one_name(ledger: Loaded, book: Book) -> None:
    """The file names it many times; every customer has one name on every row that is open."""
    if ledger.published.slug == "ibm":
        assert set(book.names) == {item.account for item in book.items}
    rows = ledger.report("invoices", as_of=max(item.issued for item in book.items)).rows()
    assert {(row["account_number"], row["account_name"]) for row in rows} == {
        (row["account_number"], book.names[row["account_number"]]) for row in rows
    }
