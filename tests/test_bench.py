"""The benchmark on the small ledger: it adds up and its tables are whole. No times are judged."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bench.aging import Agreement
from bench.ledgers import PEERS, ROOT, Ledger
from bench.members import first_pages
from bench.tables import Measured, markdown

COLUMNS = {
    "Import": 7,
    "Aging": 6,
    "The same": 6,
    "What the policies": 8,
    "The first page": 7,
    "Agreement": 6,
}
LEDGER = Ledger("S", Path())
AGREED = Agreement(LEDGER, date(2026, 3, 31), "due", 1000, 0, Decimal("685252.45"))
Tables = dict[str, list[list[str]]]


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What one run wrote, by the first words of the headings."""
    if not (PEERS / "generate.py").is_file():
        pytest.skip("needs the ledger generator in shared/peers beside the checkout")
    out = tmp_path_factory.mktemp("bench")
    command = [sys.executable, "-m", "bench", "--size", "S", "--no-peers", "--out", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return _tables((out / "bench-S.md").read_text())


def test_every_row_has_the_columns_of_its_table(tables: Tables) -> None:
    assert list(tables) == list(COLUMNS)
    for heading, rows in tables.items():
        assert {len(row) for row in rows} == {COLUMNS[heading]}


def test_every_file_is_imported_and_the_invoices_again(tables: Tables) -> None:
    assert [row[1:3] for row in tables["Import"]] == [
        ["customers", "1,000"],
        ["invoices", "10,000"],
        ["payments", "6,733"],
        ["credit notes", "287"],
        ["allocations", "10,309"],
        ["invoices again", "10,000"],
    ]


def test_every_customer_equals_the_reference(tables: Tables) -> None:
    assert [row[1:] for row in tables["Agreement"]] == [
        ["2026-11-21", "due", "1,000", "0", "743,461.29"],
        ["2026-11-21", "invoice", "1,000", "0", "743,461.29"],
        ["2026-03-31", "due", "1,000", "0", "685,252.45"],
        ["2026-03-31", "invoice", "1,000", "0", "685,252.45"],
    ]


def test_each_viewer_sees_their_own_customers(tables: Tables) -> None:
    assert [row[1:4] for row in tables["What the policies"]] == [
        [day, kind, seen]
        for kind, seen in (("admin", "1,000"), ("member", "125"), ("client", "1"))
        for day in ("2026-11-21", "2026-03-31")
    ]


def test_a_member_sees_what_the_teams_see(server: None) -> None:
    pages = first_pages(160, pairs=1)
    assert [(page.what, page.customers, page.seen) for page in pages] == [
        ("rows in Python", 160, 20),
        ("whole page", 160, 20),
    ]


def test_a_row_that_differs_spoils_the_run() -> None:
    agreeing = Measured(agreements=[AGREED])
    differing = Measured(agreements=[AGREED, replace(AGREED, differing=1)])

    assert agreeing.agrees
    assert "Every customer's row equals the reference." in markdown(agreeing)
    assert not differing.agrees
    assert "ROWS DIFFER FROM THE REFERENCE" in markdown(differing)
    assert not Measured().agrees  # Nothing compared is not agreement.


def test_without_the_generator_it_says_what_is_missing(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, bench.ledgers as ledgers, bench.__main__ as bench;"
        "ledgers.PEERS = pathlib.Path(sys.argv[1]); sys.exit(bench.main(['--size', 'S']))"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "nothing")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr == (
        f"bench: The benchmark needs generate.py in {tmp_path}/nothing:"
        " put the folder shared/peers beside the checkout.\n"
    )


def _tables(text: str) -> Tables:
    """The cells below each heading, without the header."""
    found: Tables = {}
    for section in text.split("\n## ")[1:]:
        heading, _, body = section.partition("\n")
        lines = [line for line in body.splitlines() if line.startswith("|")]
        name = next(each for each in COLUMNS if heading.startswith(each))
        found[name] = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines[2:]]
    return found
