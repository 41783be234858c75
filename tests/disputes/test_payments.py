"""An announced payment: what counts, from when, and only once."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from duebook.ledger import by_hand
from duebook.ledger.portal_payments import Announced, amend, announce, match, move
from duebook.reports.portal_payments import candidates, events, portal_payment
from duebook.visibility.guarded import NotThere
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from tests.disputes.conftest import House
from tests.disputes.test_disputes import rollups_check_of
from tests.people.conftest import signed_in

TODAY = date(2026, 6, 30)


def announced(house: House, amount: str, *parts: tuple[int, str], reference: str = "") -> int:
    (customer,) = house.asks("SELECT id FROM ar.customer WHERE account_number = 'A'")
    said = Announced(Decimal(amount), TODAY, [(i, Decimal(part)) for i, part in parts])
    told = {"currency": "USD", "method": "bank_transfer", "reference": reference}
    with seeing(house.client_viewer):
        return announce(house.client_viewer, customer, said, **told)


def moved(house: House, payment: int, state: str, *, on: date = TODAY) -> None:
    with seeing(house.member_viewer):
        move(house.member_viewer, payment, state, on=on, today=TODAY)


def test_only_a_settled_payment_counts_and_from_its_day(house: House) -> None:
    first, second = house.billed("100.00"), house.billed("50.00")
    payment = announced(house, "120.00", (first, "100.00"), (second, "10.00"), reference="TX1")
    assert house.outstanding(on="2026-06-30") == 150
    moved(house, payment, "frozen")
    moved(house, payment, "pending")
    assert house.outstanding(on="2026-06-30") == 150
    moved(house, payment, "settled", on=date(2026, 6, 20))
    moved(house, payment, "settled", on=date(2026, 6, 20))  # twice is once
    assert house.outstanding(on="2026-06-19") == 150
    assert house.outstanding(on="2026-06-20") == 30
    assert house.balance("TX1", on="2026-06-20") == 10  # on account
    assert rollups_check_of(house) == 0
    moved(house, payment, "disputed", on=date(2026, 6, 25))
    assert [house.outstanding(on=f"2026-06-{day}") for day in (24, 25)] == [30, 150]
    moved(house, payment, "settled", on=date(2026, 6, 28))  # the bank paid after all
    assert [house.outstanding(on=f"2026-06-{day}") for day in (27, 28)] == [150, 30]
    moved(house, payment, "terminated", on=date(2026, 6, 29))
    assert house.outstanding(on="2026-06-30") == 150
    with pytest.raises(Refused):
        moved(house, payment, "settled")
    assert rollups_check_of(house) == 0


def test_the_books_report_the_same_receipt_later_and_it_counts_once(house: House) -> None:
    invoice = house.billed("100.00", number="I")
    payment = announced(house, "60.00", (invoice, "60.00"), reference="BANK-7")
    moved(house, payment, "settled")
    house.payment("BANK-7", "60.00", date="2026-06-30")
    house.applies("BANK-7", "I", "60.00", date="2026-06-30")
    assert house.outstanding(on="2026-06-30") == 40
    assert house.asks("SELECT count(*) FROM ar.document WHERE class = 'receipt'") == [1]
    assert rollups_check_of(house) == 0


def test_the_books_were_first_and_it_counts_once(house: House) -> None:
    invoice = house.billed("100.00", number="I")
    payment = announced(house, "60.00", (invoice, "60.00"), reference="BANK-8")
    house.payment("BANK-8", "60.00", date="2026-06-29")
    moved(house, payment, "settled")
    assert house.outstanding(on="2026-06-30") == 40
    assert house.asks("SELECT count(*) FROM ar.document WHERE class = 'receipt'") == [1]
    with seeing(house.client_viewer):
        seen = portal_payment(payment)
    assert seen is not None
    assert (seen.state, seen.receipt_number) == ("settled", "BANK-8")


def test_a_reported_settlement_gives_way_to_the_payment(house: House) -> None:
    invoice = house.billed("100.00", number="R")
    payment = announced(house, "60.00", (invoice, "60.00"))
    moved(house, payment, "settled")
    house.invoice("R", "100.00", outstanding_amount="40.00", as_at="2026-06-30")
    assert house.outstanding(on="2026-06-30") == 40


def test_an_operator_amends_what_was_announced(house: House) -> None:
    first, second = house.billed("100.00"), house.billed("50.00")
    payment = announced(house, "100.00", (first, "100.00"))
    said = Announced(Decimal("50.00"), TODAY, [(second, Decimal("50.00"))])
    with seeing(house.member_viewer):
        amend(house.member_viewer, payment, said, words="You sent half.")
    moved(house, payment, "settled")
    assert house.outstanding(on="2026-06-30") == 100
    with seeing(house.client_viewer):
        seen = portal_payment(payment)
        assert seen is not None
        assert [(part.document_id, part.amount) for part in seen.parts] == [(second, 50)]


@pytest.mark.parametrize(
    ("amount", "part"), [("10.00", "10.01"), ("200.00", "100.01"), ("0.00", "0.00")]
)
def test_what_cannot_be_paid_is_not_announced(house: House, amount: str, part: str) -> None:
    invoice = house.billed("100.00")
    with pytest.raises(Refused):
        announced(house, amount, (invoice, part))


def test_an_invoice_of_another_account_is_not_there(house: House) -> None:
    other = house.billed("100.00", account_number="B")
    for missing in (other, 987_654_321):
        with pytest.raises(NotThere):
            announced(house, "10.00", (missing, "10.00"))


def test_the_number_of_another_receipt_is_not_taken_for_this_payment(house: House) -> None:
    """Clients write what they like as the reference: the same one again, or another account's."""
    invoice = house.billed("500.00")
    house.payment("THEIRS", "5.00", account_number="B", date="2026-06-01")
    first = announced(house, "100.00", (invoice, "100.00"), reference="ACME")
    moved(house, first, "settled")
    second = announced(house, "200.00", (invoice, "200.00"), reference="ACME")
    moved(house, second, "settled")
    assert house.outstanding(on="2026-06-30") == 200
    moved(house, second, "terminated")
    assert house.outstanding(on="2026-06-30") == 400
    moved(house, first, "terminated")
    third = announced(house, "50.00", (invoice, "50.00"), reference="ACME")
    moved(house, third, "settled")  # the receipt ACME is void
    assert house.outstanding(on="2026-06-30") == 450
    other = announced(house, "30.00", (invoice, "30.00"), reference="THEIRS")
    moved(house, other, "settled")
    assert house.outstanding(on="2026-06-30") == 420
    assert rollups_check_of(house) == 0


def test_a_form_that_is_sent_twice_announces_one_payment(house: House) -> None:
    first, second = house.billed("100.00"), house.billed("100.00")
    announced(house, "60.00", (first, "60.00"))
    with pytest.raises(Refused, match="announced and waits"):
        announced(house, "60.00", (first, "60.00"))
    announced(house, "60.00", (second, "60.00"))
    payment = announced(house, "60.00", (first, "60.00"), reference="Another")
    moved(house, payment, "settled")
    announced(house, "30.00", (first, "30.00"), reference="Another")


def test_a_client_who_takes_back_what_has_settled_meanwhile_is_told_so(house: House) -> None:
    payment = announced(house, "60.00")
    moved(house, payment, "settled")
    with seeing(house.client_viewer), pytest.raises(Refused, match="meanwhile"):
        move(house.client_viewer, payment, "terminated", on=TODAY, today=TODAY)


def test_what_is_settled_is_what_stands_when_nobody_else_acts(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else settles it while one waits to end it: then there is a receipt to void."""
    invoice = house.billed("100.00")
    payment = announced(house, "60.00", (invoice, "60.00"))
    held = by_hand.hold

    def late(viewer: Viewer) -> None:
        monkeypatch.setattr(by_hand, "hold", held)
        move(viewer, payment, "settled", on=TODAY, today=TODAY)
        held(viewer)

    monkeypatch.setattr(by_hand, "hold", late)
    moved(house, payment, "terminated")
    assert house.outstanding(on="2026-06-30") == 100
    assert rollups_check_of(house) == 0


@pytest.mark.parametrize("amount", ["sNaN", "1e999999", "-1e999999", "Infinity"])
def test_what_is_no_amount_of_money_is_refused(house: House, amount: str) -> None:
    with pytest.raises(Refused):
        announced(house, amount)


def matched(house: House, payment: int, receipt: int) -> None:
    with seeing(house.member_viewer):
        match(house.member_viewer, payment, receipt)


def test_a_receipt_of_another_amount_is_another_receipt(house: House) -> None:
    """Also when its number is the payment's reference: ending the payment leaves it alone."""
    invoice = house.billed("100.00")
    house.payment("BANK-9", "25.00", date="2026-06-20")
    payment = announced(house, "60.00", (invoice, "60.00"), reference="BANK-9")
    moved(house, payment, "settled")
    assert house.outstanding(on="2026-06-30") == 15  # 100 - 25 - 60
    moved(house, payment, "terminated")
    assert house.outstanding(on="2026-06-30") == 75
    assert house.balance("BANK-9", on="2026-06-30") == 25
    assert rollups_check_of(house) == 0


def test_a_settled_payment_is_matched_with_the_books_receipt(house: House) -> None:
    """It came under another number and amount: the books' one counts, and once."""
    invoice = house.billed("100.00", number="M")
    payment = announced(house, "60.00", (invoice, "60.00"))
    moved(house, payment, "settled", on=date(2026, 6, 25))
    house.payment("ERP-1", "59.00", date="2026-06-28")
    assert house.outstanding(on="2026-06-30") == -19
    matched(house, payment, house.document("ERP-1"))
    assert [house.outstanding(on=f"2026-06-{day}") for day in (27, 30)] == [100, 41]
    assert house.balance("ERP-1", on="2026-06-30") == 0
    with seeing(house.client_viewer):
        seen = portal_payment(payment)
        assert seen is not None
        assert (seen.state, seen.receipt_number, seen.settled_on) == (
            *("settled", "ERP-1", date(2026, 6, 28)),
        )
        assert [each.act for each in events(payment)] == ["announced", "settled", "matched"]
    assert rollups_check_of(house) == 0
    moved(house, payment, "disputed", on=date(2026, 6, 29))  # the bank called it back
    assert house.outstanding(on="2026-06-30") == 100
    moved(house, payment, "settled", on=date(2026, 6, 30))
    assert house.outstanding(on="2026-06-30") == 40
    assert rollups_check_of(house) == 0


def test_a_waiting_payment_is_matched_and_then_settled(house: House) -> None:
    first, second = house.billed("100.00", number="F"), house.billed("50.00", number="S")
    payment = announced(house, "60.00", (first, "10.00"), (second, "50.00"))
    house.payment("ERP-2", "60.00", date="2026-06-28")
    house.applies("ERP-2", "F", "60.00", date="2026-06-28")
    matched(house, payment, house.document("ERP-2"))
    assert house.outstanding(on="2026-06-30") == 90
    assert house.balance("F", on="2026-06-30") == 40  # as the books applied it
    with pytest.raises(Refused, match="meanwhile"):
        matched(house, payment, house.document("ERP-2"))
    assert rollups_check_of(house) == 0


def test_only_a_receipt_of_the_account_that_is_nobodys_is_matched(house: House) -> None:
    house.billed("100.00", number="N")
    house.payment("OF-B", "60.00", account_number="B", date="2026-06-28")
    house.payment("EURO", "60.00", currency="EUR", date="2026-06-28")
    house.payment("GONE", "60.00", date="2026-06-28", status="void")
    house.payment("TAKEN", "60.00", date="2026-06-28")
    taker = announced(house, "60.00", reference="TAKEN")
    moved(house, taker, "settled")
    house.payment("FREE", "60.00", date="2026-06-28")
    payment = announced(house, "60.00", reference="1")
    for number in ("OF-B", "EURO", "GONE", "TAKEN", "N"):
        with pytest.raises(Refused, match="receipt"):
            matched(house, payment, house.document(number))
    with seeing(house.member_viewer):
        assert [each.number for each in candidates(payment)] == ["FREE"]
    free = house.document("FREE")
    with seeing(house.client_viewer), pytest.raises(psycopg.errors.InsufficientPrivilege):
        match(house.client_viewer, payment, free)
    moved(house, payment, "terminated")
    with pytest.raises(Refused, match="meanwhile"):
        matched(house, payment, house.document("FREE"))


def test_likely_receipts_come_first(house: House) -> None:
    house.payment("FAR", "60.00", date="2026-05-01")
    house.payment("NEAR", "59.50", date="2026-06-29")
    house.payment("SAME", "60.00", date="2026-06-20")
    house.payment("LONG-AGO", "60.00", date="2026-01-01")
    payment = announced(house, "60.00")
    with seeing(house.member_viewer):
        assert [each.number for each in candidates(payment)] == ["SAME", "FAR", "NEAR"]


def test_the_page_offers_the_likely_receipt_and_takes_it(house: House) -> None:
    invoice = house.billed("100.00")
    payment = announced(house, "60.00", (invoice, "60.00"))
    house.payment("ERP-3", "60.00", date="2026-06-28")
    house.payment("ERP-4", "61.00", date="2026-06-30")
    place = f"/o/{house.slug}/payments/{payment}/"
    browser = signed_in(house.member_email)
    page = browser.get(place).content.decode()
    (chosen,) = re.findall(r'name="receipt" value="(\d+)"[^>]* checked', page)
    assert int(chosen) == house.document("ERP-3")
    assert browser.post(f"{place}match/", {"receipt": "1"}).status_code == 400
    assert browser.post(f"{place}match/", {"receipt": chosen}).status_code == 302
    assert house.outstanding(on="2026-06-30") == -21  # 100 - 60 - 61
    read = signed_in(house.client_email)
    page = read.get(place).content.decode()
    assert "ERP-3" in page and "ERP-4" not in page
    assert "match/" not in page
    assert read.post(f"{place}match/", {"receipt": chosen}).status_code == 404
