"""The monthly report for programs: the figures of the file, in parts, and what cannot be asked."""

from __future__ import annotations

import json
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from duebook.console import reporting
from tests.api.conftest import Service, token_of
from tests.ledger.books import Books
from tests.world import World


@pytest.mark.parametrize(
    ("data_type", "measure"),
    [("debt", "net"), ("debt", "closing"), ("open_orders", "count"), ("open_orders", "amount")],
)
@pytest.mark.parametrize("through", ["", "2026-05"])
def test_the_figures_are_those_of_the_file(
    cast: World, service: Service, tmp_path: Path, data_type: str, measure: str, through: str
) -> None:
    file = tmp_path / "months.json"
    asked = Namespace(
        slug=cast.acme.slug,
        email=cast.acme.admin_email,
        data_type=data_type,
        measure=measure,
        through=date.fromisoformat(f"{through}-01") if through else None,
        lang="",
        format="json",
        output=file,
    )
    assert reporting.monthly(asked) == 0
    answer = service.asks("monthly", data_type=data_type, measure=measure, through=through)
    months = [each["month"] for each in answer["months"]]
    written = json.loads(file.read_text())
    assert months == [*written[0]][3:]
    assert [
        {
            "account_number": row["account_number"],
            "account_name": row["account_name"],
            "currency": row["currency"],
            **dict(zip(months, row["cells"], strict=True)),
        }
        for row in answer["rows"]
    ] == [{name: str(cell) for name, cell in row.items()} for row in written]
    assert answer["as_of"] == ("2026-05-31" if through else "2026-06-30")


def test_rows_come_in_parts_and_totals_are_of_all(service: Service) -> None:
    whole = service.asks("monthly", measure="closing", lang="es")
    assert whole["months"][-1] == {"month": "2026-06", "name": "jun 2026"}
    assert [total["cells"][-1] for total in whole["totals"]] == ["3.25", "127.50"]
    assert whole["next"] is None
    rows: list[Any] = []
    after = ""
    while True:
        part = service.asks("monthly", measure="closing", size=1, after=after)
        assert len(part["rows"]) == 1
        assert part["totals"] == whole["totals"]
        rows += part["rows"]
        if not (after := part["next"]):
            break
    assert rows == whole["rows"]
    (found,) = service.asks("monthly", search="C2", currency="USD")["rows"]
    assert (found["account_number"], found["owing_since"] is not None) == ("C2", True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"data_type": "credit"}, "Choose one of: debt, open_orders."),
        ({"measure": "count"}, "Choose one of: net, closing."),
        ({"data_type": "open_orders", "measure": "net"}, "Choose one of: count, amount."),
        ({"through": "2026-07"}, "Write a month from 1970-01 to 2026-06."),
        ({"through": "2026-13"}, "Write a month from 1970-01 to 2026-06."),
        ({"through": "0001-01"}, "Write a month from 1970-01 to 2026-06."),
        ({"through": "9999-12"}, "Write a month from 1970-01 to 2026-06."),
        ({"through": "2026-02-30"}, "Write a month from 1970-01 to 2026-06."),
        ({"through": "٢٠٢٦-٠١"}, "Write a month from 1970-01 to 2026-06."),
        ({"data_type": "DEBT"}, "Choose one of: debt, open_orders."),
        ({"measure": "9" * 3000}, "Choose one of: net, closing."),
        ({"lang": "root"}, "choose one of "),
        ({"lang": "klingon"}, "choose one of "),
        ({"currency": "dollars"}, "Write its three letters"),
        ({"hide_idle": "yes"}, "Choose one of: true, false."),
        ({"as_of": "2026-01-01"}, "Choose among: after, currency, data_type"),
    ],
)
def test_what_cannot_be_asked(service: Service, wrong: dict[str, str], said: str) -> None:
    answer = service.get("monthly", **wrong)
    assert answer.status_code == 400
    assert said in answer.json()["detail"]


def test_it_says_what_stands_beside_the_five_kinds(server: None) -> None:
    books = Books(accounts=["A"])
    books.invoice("1", "100.00", kind="receipt_tax_invoice")
    books.adjustment("D", "15.00", kind="debit")
    service = Service(token_of(books, "read"))
    answer = service.asks("monthly")
    assert answer["adjustments"] == [{"currency": "USD", "amount": "15.00"}]
    assert answer["unsettled"] == [{"currency": "USD", "amount": "100.00"}]
    orders = service.asks("monthly", data_type="open_orders")
    assert (orders["adjustments"], orders["unsettled"]) == ([], [])
