"""The API's answers are those of pages and files: the same rows, as strings of exact amounts."""

from __future__ import annotations

import csv
import io
import json
from argparse import Namespace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from duebook.console import reporting
from duebook.reports.invoices import FIGURES
from duebook.visibility.seeing import raw, seeing
from tests.api.conftest import Service
from tests.world import World


def test_the_organisation(cast: World, service: Service) -> None:
    assert service.asks("organisation") == {
        "slug": cast.acme.slug,
        "name": "Acme",
        "currency": "USD",
        "timezone": "UTC",
        "language": "en",
        "net_terms_days": 30,
        "aging_basis": "due",
        "aging_edges": [30, 60, 90],
        "today": "2026-06-30",
    }


def test_the_aging(service: Service) -> None:
    answer = service.asks("aging")
    assert (answer["as_of"], answer["basis"], answer["edges"]) == (
        "2026-06-30",
        "due",
        [30, 60, 90],
    )
    assert (answer["layout"], answer["count"], answer["page"], answer["pages"]) == (
        *("operator", 3, 1, 1),
    )
    first = answer["rows"][0]
    assert first == {
        "account_number": "C1",
        "account_name": "First",
        "currency": "USD",
        "current": "100.00",
        "days_1_30": "20.00",
        "days_31_60": "0.00",
        "days_61_90": "0.00",
        "days_91_plus": "0.00",
        "disputed": "0.00",
        "debit_adjustments": "0.00",
        "unapplied_credits": "0.00",
        "invoices": "120.00",
        "outstanding": "120.00",
        "weighted_avg_days_overdue": "1.6667",
    }
    totals = {each["currency"]: each["outstanding"] for each in answer["totals"]}
    assert totals == {"EUR": "3.25", "USD": "127.50"}


REPORTS = ("aging operator", "aging portal", "invoices")


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("as_of", ["2026-06-30", "2026-05-20"])
@pytest.mark.parametrize("basis", ["due", "invoice"])
def test_the_answers_are_those_of_the_files(
    cast: World, service: Service, tmp_path: Path, report: str, as_of: str, basis: str
) -> None:
    command, _, layout = report.partition(" ")
    file = tmp_path / "report.json"
    asked = Namespace(
        slug=cast.acme.slug,
        email=cast.acme.admin_email,
        as_of=date.fromisoformat(as_of),
        basis=basis,
        layout=layout,
        format="json",
        output=file,
        account="",
        bucket="",
    )
    assert getattr(reporting, command)(asked) == 0
    more = {"layout": layout} if layout else {}
    rows = service.asks(command, as_of=as_of, basis=basis, **more)["rows"]
    written = json.loads(file.read_text())
    assert [
        {name: row[name] for name in each} for row, each in zip(rows, written, strict=True)
    ] == (written)


def test_what_makes_up_a_figure_adds_up_to_it(service: Service) -> None:
    aging = service.asks("aging", currency="USD")
    for figure in set(FIGURES) & set(aging["totals"][0]):
        answer = service.asks("invoices", bucket=figure, currency="USD")
        (total,) = answer["totals"] or [{"bucket_amount": "0.00"}]
        assert total["bucket_amount"] == aging["totals"][0][figure], figure


def test_edges_move_the_ages_and_are_named(cast: World, service: Service) -> None:
    _set_edges(cast, [5, 59, 60])
    try:
        answer, portal = service.asks("aging"), service.asks("aging", layout="portal")
        listed = service.asks("invoices", bucket="days_61_90")
    finally:
        _set_edges(cast, [30, 60, 90])
    assert answer["columns"] == [
        {"code": "current", "first_day": None, "last_day": 0},
        {"code": "days_1_30", "first_day": 1, "last_day": 5},
        {"code": "days_31_60", "first_day": 6, "last_day": 59},
        {"code": "days_61_90", "first_day": 60, "last_day": 60},
        {"code": "days_91_plus", "first_day": 61, "last_day": None},
    ]
    assert portal["columns"][0] == {"code": "days_0_30", "first_day": None, "last_day": 5}
    assert portal["columns"][-1] == {"code": "days_90_plus", "first_day": 61, "last_day": None}
    assert answer["rows"][0]["days_31_60"] == "20.00"
    assert answer["rows"][1]["days_61_90"] == "7.50"
    assert [row["invoice_number"] for row in listed["rows"]] == ["LATE-60"]


def _set_edges(cast: World, edges: list[int]) -> None:
    with seeing(cast.acme.viewer(cast.acme.admin_email)):
        raw().execute("UPDATE ar.org SET aging_edges = %s::integer[]", [edges])


@pytest.mark.parametrize("question", ["aging", "invoices"])
def test_pages_are_the_whole_in_order(service: Service, question: str) -> None:
    whole = service.asks(question)
    pages = [service.asks(question, size=1, page=n + 1) for n in range(whole["count"])]
    assert [row for page in pages for row in page["rows"]] == whole["rows"]
    assert all(page["totals"] == whole["totals"] for page in pages)
    assert service.asks(question, size=1, page=99)["rows"] == whole["rows"][-1:]


def test_searching_and_choosing_a_currency(service: Service) -> None:
    assert [row["account_number"] for row in service.asks("aging", search="sec")["rows"]] == ["C2"]
    assert [row["currency"] for row in service.asks("aging", currency="EUR")["rows"]] == ["EUR"]
    assert service.asks("aging", search="\0")["count"] == 3
    assert service.asks("aging", search="%")["rows"] == []


def test_a_neighbour_has_its_own(service: Service, neighbour: Service) -> None:
    ours, theirs = service.asks("aging"), neighbour.asks("aging")
    assert {row["currency"] for row in theirs["totals"]} == {"EUR", "USD"}
    assert [each["outstanding"] for each in ours["totals"]] == ["3.25", "127.50"]
    assert [each["outstanding"] for each in theirs["totals"]] == ["3.25", "128.50"]


def test_amounts_are_never_numbers(service: Service) -> None:
    def numbers(answer: Any) -> list[Any]:
        if isinstance(answer, dict):
            return [found for value in answer.values() for found in numbers(value)]
        if isinstance(answer, list):
            return [found for value in answer for found in numbers(value)]
        return [answer] if isinstance(answer, float) else []

    for question in ("aging", "invoices"):
        assert numbers(service.asks(question)) == []


def test_an_answer_survives_a_spreadsheet(service: Service) -> None:
    """Exact text through CSV and back: nothing of an amount depends on a reader's rounding."""
    rows = service.asks("aging")["rows"]
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    writer.writerows(rows)
    assert [*csv.DictReader(io.StringIO(text.getvalue()))] == rows
