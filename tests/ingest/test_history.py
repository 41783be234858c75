"""The history of imports at the command line: what came when, and what was wrong with it."""

from __future__ import annotations

import csv
import io
from argparse import Namespace
from collections.abc import Iterator

import pytest

from duebook.cli import _parser
from duebook.console.runs import runs
from duebook.ledger.runs import history
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import seeing
from tests.world import Company, World


@pytest.fixture(scope="module")
def houses(server: None) -> Iterator[World]:
    world = World()
    row = {"account_number": "C1", "invoice_number": "N-1", "issue_date": "2026-06-01"}
    wrong = {**row, "invoice_number": "N-2", "issue_date": "2026-06-31"}
    world.acme.loads("invoices", [{**row, "amount": "7.00"}, {**wrong, "amount": "8.00"}])
    yield world


def listed(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    assert runs(Namespace(words=list(words), dry_run=False)) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def latest(company: Company) -> int:
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        return history(viewer)[0].id


def test_runs_say_what_came_and_how_it_went(
    houses: World, capsys: pytest.CaptureFixture[str]
) -> None:
    run, first = listed(capsys, houses.acme.slug)
    assert (run["file"], run["kind"], run["source"]) == ("invoices.csv", "invoices", "file")
    assert (run["new"], run["invalid"], run["errors"], run["state"]) == ("1", "1", "1", "loaded")
    assert len(run["sha256"]) == 64
    assert float(run["seconds"]) > 0
    assert first["kind"] == "accounts"


def test_the_invalid_rows_of_a_run_are_listed(
    houses: World, capsys: pytest.CaptureFixture[str]
) -> None:
    [error] = listed(capsys, "errors", houses.acme.slug, str(latest(houses.acme)))
    assert (error["line"], error["column"], error["value"]) == ("3", "issue_date", "2026-06-31")
    assert "no such day" in error["reason"]


def test_what_a_file_says_is_no_formula_in_the_list(
    houses: World, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"account_number": "C1", "invoice_number": "N-1", "issue_date": "2026-06-01"}
    houses.zenith.loads("invoices", [{**row, "amount": "7.00"}, {**row, "amount": "=1+1"}])
    [error] = listed(capsys, "errors", houses.zenith.slug, str(latest(houses.zenith)))
    assert error["value"] == "'=1+1"


def test_the_run_of_another_organisation_is_not_there(houses: World) -> None:
    for number in (latest(houses.acme), 10**9):
        with pytest.raises(Refused, match=f"There is no run {number}; see the history"):
            runs(Namespace(words=["errors", houses.zenith.slug, str(number)], dry_run=False))


def test_pages_go_back_in_the_history(houses: World) -> None:
    viewer = houses.acme.viewer(houses.acme.admin_email)
    with seeing(viewer):
        second, first = history(viewer)
        assert history(viewer, limit=1) == [second]
        assert history(viewer, limit=1, before=second.id) == [first]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("acme", ""),
        ("errors acme 7", ""),
        ("errors acme x", "'x' is not the number of a run"),
        ("errors acme 7 --dry-run", "--dry-run is for undo"),
        ("acme 7", "give SLUG for its runs"),
    ],
)
def test_what_may_be_asked(words: str, wrong: str) -> None:
    asked = _parser().parse_args(["runs", *words.split()])
    assert asked.wrong(asked).startswith(wrong)
