"""Several files imported at once."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from tests.commands.reports import HEADER, report
from tests.commands.terminal import Terminal, counts

BATCH = {
    "accounts": "account_number,name\nB1,Batch\n",
    "orders": "account_number,order_number,order_date,amount,currency\nB1,O1,2026-01-01,90,USD\n",
    "invoices": f"{HEADER}B1,I1,2026-01-10,2026-02-09,90,USD\n",
    "invoice_lines": "invoice_number,line_number,description,amount\nI1,1,Timber,90\n",
    "order_links": "order_number,invoice_number,amount\nO1,I1,90\n",
    "shipments": "account_number,shipment_number,shipped_date\nB1,S1,2026-01-12\n",
    "reminders": "invoice_number,date,level\nI1,2026-03-01,1\n",
    "inventory": "account_number,item,quantity,date\nB1,X,7.5,2026-01-12\n",
    "payments": "account_number,payment_number,amount,date,currency\nB1,P1,50,2026-01-20,USD\n",
    "adjustments": (
        "account_number,adjustment_number,kind,amount,date,currency\nB1,A1,debit,5,2026-01-20,USD\n"
    ),
    "allocations": "source_number,invoice_number,amount,date\nP1,I1,40,2026-01-20\n",
}


def orders() -> Iterator[list[str]]:
    kinds = list(BATCH)
    yield kinds
    yield kinds[::-1]
    for seed in (1, 2):
        yield Random(seed).sample(kinds, len(kinds))


@pytest.mark.parametrize("number,kinds", list(enumerate(orders())))
def test_several_files_in_any_order(terminal: Terminal, number: int, kinds: list[str]) -> None:
    """Their kinds are told from their columns; each is loaded after what it refers to."""
    slug = f"batch-{number}"
    terminal.has(slug)
    files: list[Path] = [terminal.writes(f"{slug}-{kind}.csv", BATCH[kind]) for kind in kinds]
    answer = terminal.types("import", slug, *files)
    assert (answer.code, answer.err) == (0, "")
    lines = answer.text.splitlines()
    assert [counts(line) for line in lines] == [{"new": 1}] * len(BATCH)
    places = {
        kind: next(i for i, line in enumerate(lines) if f" ({kind}): " in line) for kind in kinds
    }
    assert places["accounts"] == 0
    assert places["invoices"] < min(places["invoice_lines"], places["allocations"])
    assert places["payments"] < places["allocations"]
    assert max(places["orders"], places["invoices"]) < places["order_links"]
    (row,) = report(terminal, slug, "aging").rows()
    figures = [Decimal(row[name]) for name in ("days_91_plus", "unapplied_credits")]
    assert figures == [Decimal(50), Decimal(10)]
    assert (row["debit_adjustments"], row["outstanding"]) == ("5.00", "45.00")
    again = terminal.types("import", slug, *reversed(files))
    assert (again.code, again.text.splitlines()[-1]) == (0, "Nothing new.")
