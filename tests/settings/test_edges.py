"""Ages that end elsewhere than after 30, 60 and 90 days: buckets move, nothing else does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from duebook.export import answers
from duebook.reports.aging import AgingRow, Edges, aging, aging_page
from tests.ledger.books import Books, invoice
from tests.ledger.test_against_model import (
    Plan,
    check_drills,
    check_invoices,
    check_rows,
    plans,
    told,
)
from tests.strategies import TODAY, as_of_days
from tests.world import World

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
BUCKETS = ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus")


def edges() -> st.SearchStrategy[Edges]:
    """Mostly close together, sometimes years apart: three days, ascending."""
    day = st.integers(1, 9) | st.integers(1, 130) | st.sampled_from((1, 29, 30, 31, 3649, 3650))
    return st.lists(day, min_size=3, max_size=3, unique=True).map(
        lambda found: (min(found), sorted(found)[1], max(found))
    )


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(plan=plans(), cut=edges(), day=as_of_days(), basis=st.sampled_from(("due", "invoice")))
def test_with_any_edges_rows_invoices_and_drills_equal_the_models(
    server: None, plan: Plan, cut: Edges, day: date, basis: str
) -> None:
    books = told(plan)
    note(f"as of {day} by {basis}, ages end after {cut}")

    with books.admin():
        check_rows(plan.ledger, day, basis, edges=cut)
        check_invoices(plan.ledger, day, basis, edges=cut)
        seen = {row.account_number for row in aging(as_of=day)}
        check_drills(day, basis, seen, edges=cut)
        usual, cut_anew = aging(as_of=day, basis=basis), aging(as_of=day, basis=basis, edges=cut)
    assert [unbucketed(row) for row in usual] == [unbucketed(row) for row in cut_anew]
    with books.client():
        check_rows(plan.ledger, day, basis, only=plan.spoken_for, edges=cut)
        check_drills(day, basis, plan.spoken_for, edges=cut)


def unbucketed(row: AgingRow) -> AgingRow:
    """A row without what alone may depend on edges: the buckets of what is late."""
    return replace(row, **dict.fromkeys(BUCKETS[1:], 0))  # type: ignore[arg-type]


def test_each_edge_belongs_to_the_younger_bucket(server: None) -> None:
    """One invoice per age, worth as many dollars as it is old: 16 + 45 stand in 16-45."""
    books = Books(accounts=["A"])
    ages = (0, 1, 15, 16, 45, 46, 100, 101)
    rows = [
        invoice(f"{age}", f"{age or 1000}", due_date=date(2026, 6, 30) - timedelta(days=age))
        for age in ages
    ]
    books.loads("invoices", rows)

    with books.admin():
        (row,) = aging(as_of=date(2026, 6, 30), edges=(15, 45, 100))
    amounts = [int(getattr(row, name)) for name in BUCKETS]
    assert amounts == [1000, 1 + 15, 16 + 45, 46 + 100, 101]


def test_a_page_of_size_0_has_the_totals_alone(world: World) -> None:
    world.acme.owes("100.00", due="2026-06-10")
    world.acme.owes("30.00", due="2026-05-01", account="C2")

    with world.acme.admin():
        page = aging_page(as_of=TODAY.replace(day=30, month=6), edges=(10, 20, 30), size=0)
    assert page.rows == []
    assert (page.count, page.pages) == (2, 1)
    assert [int(getattr(page.totals[0], name)) for name in BUCKETS] == [0, 0, 100, 0, 30]


def test_files_name_the_edges_and_the_basis(world: World) -> None:
    world.acme.owes("100.00", due="2026-06-10", number="A-1")
    asked = {"as_of": date(2026, 6, 30), "basis": "invoice"}

    with world.acme.admin():
        cut = answers.aging(**asked, edges=(15, 45, 46))  # type: ignore[arg-type]
        clients = answers.portal(**asked, edges=(15, 45, 46))  # type: ignore[arg-type]
        listed = answers.invoices(**asked, edges=(15, 300, 301))  # type: ignore[arg-type]
        usual = answers.aging(**asked)  # type: ignore[arg-type]
    assert cut.title == "Aging 2026-06-30, invoice date"
    assert cut.heads[3:8] == ["current", "days_1_15", "days_16_45", "days_46_46", "days_47_plus"]
    assert clients.heads[3:7] == ["days_0_15", "days_16_45", "days_46_46", "days_46_plus"]
    assert usual.heads == list(usual.columns)
    lines = [line.split(",") for line in listed.content("csv").decode().splitlines()]
    assert dict(zip(*lines, strict=True))["bucket"] == "days_16_300"
    head, row = (line.split(",") for line in cut.content("csv").decode().splitlines())
    assert dict(zip(head, row, strict=True))["days_47_plus"] == "100.00"
