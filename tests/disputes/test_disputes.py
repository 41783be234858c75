"""A dispute from being raised to its end, and what the aging says on the way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from duebook.console.upkeep import check
from duebook.ledger import disputes
from duebook.ledger.dispositions import Disposition, dispose
from duebook.ledger.disputes import raise_dispute
from duebook.reports.aging import portal_aging
from duebook.visibility.guarded import NotThere
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import seeing
from tests.disputes.conftest import House

TODAY = date(2026, 6, 30)


def raised(house: House, document: int, amount: str | None = None, **more: object) -> int:
    told = {"reason": "damaged", "words": "Two boxes were wet.", **more}
    with seeing(house.client_viewer):
        wanted = None if amount is None else Decimal(amount)
        return raise_dispute(house.client_viewer, document, amount=wanted, **told)  # type: ignore[arg-type]


def figures(house: House) -> tuple[Decimal, Decimal, Decimal]:
    """Disputed as the client sees it, as the operator does, and what is owed."""
    row = house.aging(on="2026-06-30")
    with seeing(house.client_viewer):
        (portal,) = portal_aging(as_of=TODAY, basis="due", edges=(30, 60, 90))
    assert row is not None
    assert portal.total == row.invoices
    buckets = (portal.days_0_30, portal.days_31_60, portal.days_61_90, portal.days_90_plus)
    assert sum(buckets) + portal.disputed == portal.total
    return portal.disputed, row.disputed, row.outstanding


def test_what_a_client_disputes_leaves_its_bucket_at_once_on_both_sides(house: House) -> None:
    case = raised(house, house.billed("100.00"), "40.00")
    assert figures(house) == (40, 40, 100)
    assert sorted(house.asks("SELECT disputed_amount FROM ar.customer_aging WHERE is_listed")) == [
        0,
        4000,
    ]
    with seeing(house.member_viewer):
        disputes.answer(case, "We look into it.")
        disputes.close(case, "stands", "Delivered as ordered.")
    assert figures(house) == (0, 0, 100)
    with seeing(house.client_viewer):
        disputes.reopen(case, "The photograph shows it.")
    assert figures(house) == (40, 40, 100)
    with seeing(house.client_viewer):
        disputes.close(case, "withdrawn", "")
    assert figures(house) == (0, 0, 100)


def test_lines_are_disputed_for_what_they_come_to(house: House) -> None:
    invoice = house.billed("100.00", number="L")
    line = {"invoice_number": "L", "description": "Goods"}
    lines = [{"line_number": str(n), "amount": f"{n}0.00"} for n in (2, 3, 5)]
    house.loads("invoice_lines", [{**line, **each} for each in lines])
    raised(house, invoice, lines=["2", "3"])
    assert figures(house)[0] == 50
    with pytest.raises(Refused, match="more than is open"):
        raised(house, invoice, "50.01")
    raised(house, invoice)  # the rest
    assert figures(house)[0] == 100
    with pytest.raises(Refused, match="disputed already"):
        raised(house, invoice, "0.01")


@pytest.mark.parametrize("wrong", ["0.00", "-1.00", "0.001", "NaN", "100.01", "1e30"])
def test_no_more_than_is_open_is_disputed(house: House, wrong: str) -> None:
    invoice = house.billed("100.00")
    with pytest.raises(Refused):
        raised(house, invoice, wrong)
    with pytest.raises(Refused, match="reasons"):
        raised(house, invoice, reason="because")


def test_a_dispute_of_the_whole_follows_the_balance_and_ends_with_it(house: House) -> None:
    invoice = house.billed("100.00", number="W")
    case = raised(house, invoice)
    house.payment("P", "60.00", date="2026-06-30")
    house.applies("P", "W", "60.00", date="2026-06-30")
    assert figures(house) == (40, 40, 40)
    house.payment("Q", "40.00", date="2026-06-30")
    house.applies("Q", "W", "40.00", date="2026-06-30")
    assert house.aging(on="2026-06-30") is None
    with seeing(house.client_viewer), pytest.raises(Refused):
        disputes.reopen(case, "again")


@pytest.mark.parametrize(
    ("outcome", "more", "outstanding"),
    [
        ("credited", {}, "60.00"),
        ("credited", {"amount": Decimal("10.00")}, "90.00"),
        ("voided", {}, None),
        ("reissued", {"amount": Decimal("75.00"), "number": "NEW"}, "75.00"),
    ],
)
def test_what_comes_of_it_is_posted_by_a_member(
    house: House, outcome: str, more: dict[str, object], outstanding: str | None
) -> None:
    invoice = house.billed("100.00")
    case = raised(house, invoice, "40.00")
    with seeing(house.member_viewer):
        said = Disposition(outcome, "You are right.", posts=True, **more)  # type: ignore[arg-type]
        dispose(house.member_viewer, case, said, today=TODAY)
    row = house.aging(on="2026-06-30")
    if outstanding is None:
        assert row is None
    else:
        assert row is not None
        assert (row.disputed, row.outstanding) == (0, Decimal(outstanding))
    assert rollups_check_of(house) == 0


def test_what_was_paid_passes_to_the_invoice_that_is_billed_anew(house: House) -> None:
    invoice = house.billed("100.00", number="OLD")
    house.payment("P", "30.00", date="2026-06-01")
    house.applies("P", "OLD", "30.00", date="2026-06-01")
    case = raised(house, invoice)
    with seeing(house.admin_viewer):
        said = Disposition("reissued", "New price.", True, Decimal("90.00"), "NEW")
        dispose(house.admin_viewer, case, said, today=TODAY)
    assert house.balance("NEW", on="2026-06-30") == 60
    assert house.balance("OLD", on="2026-06-29") == 70
    assert house.balance("OLD", on="2026-06-30") == 0
    (due,) = house.asks("SELECT due_date FROM ar.document WHERE number = 'NEW'")
    assert due == date(2026, 1, 31)


def test_without_an_amount_the_same_is_billed_anew(house: House) -> None:
    invoice = house.billed("100.00", number="OLD")
    house.payment("P", "30.00", date="2026-06-01")
    house.applies("P", "OLD", "30.00", date="2026-06-01")
    case = raised(house, invoice, "20.00")
    with seeing(house.member_viewer):
        dispose(house.member_viewer, case, Disposition("reissued", "Anew.", True), today=TODAY)
    assert house.balance("OLD-R", on="2026-06-30") == 70


def test_what_the_source_says_is_settled_passes_on_too(house: House) -> None:
    invoice = house.billed("100.00", number="OLD", outstanding_amount="70.00", as_at="2026-06-01")
    house.payment("P", "10.00", date="2026-06-02")
    house.applies("P", "OLD", "10.00", date="2026-06-02")
    assert house.outstanding(on="2026-06-30") == 70
    case = raised(house, invoice)
    with seeing(house.admin_viewer):
        said = Disposition("reissued", "New price.", True, Decimal("90.00"), "NEW")
        dispose(house.admin_viewer, case, said, today=TODAY)
    assert house.balance("NEW", on="2026-06-30") == 60
    assert house.outstanding(on="2026-06-30") == 60
    assert rollups_check_of(house) == 0


def test_nobody_acts_on_what_they_do_not_see(house: House) -> None:
    other = house.billed("50.00", account_number="B")
    for viewer in (house.client_viewer, house.member_viewer):
        for missing in (other, 987_654_321):
            with seeing(viewer), pytest.raises(NotThere):
                raise_dispute(viewer, missing, reason="damaged", words="mine")
    with seeing(house.admin_viewer):
        case = raise_dispute(house.admin_viewer, other, reason="damaged", words="They called.")
    for viewer in (house.client_viewer, house.member_viewer):
        for missing in (case, 987_654_321):
            with seeing(viewer), pytest.raises(NotThere):
                disputes.answer(missing, "hello")


def test_an_id_beyond_all_ids_is_nothing(house: House) -> None:
    for viewer in (house.client_viewer, house.member_viewer):
        with seeing(viewer):
            assert disputes.open_balance(10**20) is None
            assert not disputes.may_dispute(10**20)


def test_who_may_only_look_does_not_dispute(house: House) -> None:
    invoice = house.billed()
    with house.console():
        from duebook.visibility.models import ClientLink

        ClientLink.objects.filter(org_id=house.org_id).update(may_dispute=False)
    with pytest.raises(Refused, match="ask for the right"):
        raised(house, invoice)


def rollups_check_of(house: House) -> int:
    from argparse import Namespace

    return check(Namespace(slug=house.slug))
