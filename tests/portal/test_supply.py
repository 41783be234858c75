"""Orders, deliveries and stock on the client's pages: there when sources tell of them."""

from __future__ import annotations

from datetime import date

import pytest

from duebook.reports import client_supply
from duebook.reports.rows import records
from tests.people.conftest import customer
from tests.portal.test_pages import _get, _read
from tests.world import Company

JUNE = date(2026, 6, 30)


def order(number: str, amount: str, **more: str) -> dict[str, str]:
    row = {"account_number": "C1", "order_number": number, "order_date": "2026-05-01"}
    return {**row, "amount": amount, **more}


def sent(number: str, shipped: str, **more: str) -> dict[str, str]:
    return {"account_number": "C1", "shipment_number": number, "shipped_date": shipped, **more}


def kept(item: str, quantity: str, day: str, **more: str) -> dict[str, str]:
    return {"account_number": "C1", "item": item, "quantity": quantity, "date": day, **more}


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    company = Company("supplied", today=JUNE)
    company.owes("100.00", due="2026-06-20", number="PAID", settled_date="2026-06-01")
    company.owes("40.00", due="2026-06-20", number="UNPAID")
    company.loads_all(
        {
            "orders": [
                order("PAID-FOR", "100"),
                order("PART", "100"),
                order("NOT-PAID", "40", status="closed", closed_date="2026-05-20"),
                order("DONE", "7", status="closed", closed_date="2026-06-10"),
                order("GONE", "9", status="cancelled"),
            ],
            "order_links": [
                {"order_number": "PAID-FOR", "invoice_number": "PAID", "amount": "100"},
                {"order_number": "NOT-PAID", "invoice_number": "UNPAID", "amount": "40"},
            ],
            "shipments": [
                sent("DN-1", "2026-05-02", delivered_date="2026-05-05", carrier="Nordfracht"),
                sent("DN-2", "2026-06-02", expected_date="2026-06-09", order_number="PART"),
                sent("DN-3", "2026-06-29", expected_date="2026-07-02", tracking_number="T<3"),
                sent("DN-4", "2026-06-29", status="cancelled"),
                {**sent("DN-5", "2026-06-29"), "account_number": "C2"},
            ],
            "inventory": [
                kept("BOARD", "12.5", "2026-05-31", unit="m", description="Board"),
                kept("BOARD", "8", "2026-06-30", unit="m", description="Board"),
                kept("NAIL", "3", "2026-05-31"),
                kept("NAIL", "0", "2026-06-15"),
                {**kept("SECRET", "99", "2026-06-30"), "account_number": "C2"},
            ],
        },
        as_at=JUNE,
    )
    return company


def test_the_first_page_counts_what_there_is(company: Company) -> None:
    html = _read(company, "client", "")
    assert "Orders 2 open 2 closed" in html
    assert "Deliveries 2 on the way 1 late · 1 delivered, the last on 5 May 2026" in html
    assert "Stock 1 item counted on 30 Jun 2026" in html
    html = _read(company, "client", "?as_of=2026-05-31")
    assert "Orders 4 open 0 closed" in html
    assert "Deliveries 0 on the way 1 delivered" in html
    assert "Stock 2 items counted on 31 May 2026" in html
    assert "Deliveries" not in _read(company, "client", "?as_of=2026-05-01")


def test_what_no_source_tells_of_is_not_there(server: None) -> None:
    company = Company("silent", today=JUNE)
    company.owes("1.00", due="2026-06-20")
    html = _read(company, "client", "")
    assert not any(name in html for name in ("Orders", "Deliveries", "Stock"))
    assert "There is no delivery." in _read(company, "client", "deliveries/")
    assert "Nothing is in stock." in _read(company, "client", "stock/")


@pytest.mark.parametrize("day", ["2026-05-04", "2026-05-31", "2026-06-05", "2026-06-30"])
def test_an_order_is_open_as_in_the_reports_of_the_staff(company: Company, day: str) -> None:
    at = date.fromisoformat(day)
    mine = [customer(company, "C1")]
    with company.client():
        rows, sums, _more = client_supply.orders(mine, as_of=at)
        only, _sums, _more = client_supply.orders(mine, as_of=at, state="open")
    with company.admin():
        named = {"days": [at], "customers": None, "currency": "USD"}
        theirs = {each[1] for each in records("monthly_orders_open.sql", **named)}
    assert {each.number for each in rows if each.state == "open"} == theirs
    assert {each.number for each in only} == theirs
    assert sum(each.orders for each in sums) == len(rows) == 4
    assert at < JUNE or theirs == {"PART", "NOT-PAID"}


def test_deliveries_and_stock_are_listed_as_of_a_day(company: Company) -> None:
    html = _read(company, "client", "deliveries/")
    assert "DN-3 Sent 29 Jun 2026 T&lt;3 On the way expected on 2 Jul 2026" in html
    assert "DN-1 Sent 2 May 2026 Nordfracht Delivered 5 May 2026" in html
    assert "DN-4" not in html and "DN-5" not in html
    assert "DN-3" not in _read(company, "client", "deliveries/?which=delivered")
    assert "On the way" in _read(company, "client", "deliveries/?as_of=2026-05-04&which=shipped")
    html = _read(company, "client", "stock/")
    assert "BOARD Board Counted on 30 Jun 2026 8 m" in html
    assert "NAIL" not in html and "SECRET" not in html
    assert "NAIL Counted on 31 May 2026 3" in _read(company, "client", "stock/?as_of=2026-06-14")


def test_lists_are_read_page_by_page(company: Company) -> None:
    mine = [customer(company, "C1")]
    with company.client():
        whole, _more = client_supply.shipments(mine, as_of=JUNE)
        first, more = client_supply.shipments(mine, as_of=JUNE, size=2)
        rest, no_more = client_supply.shipments(mine, as_of=JUNE, size=2, after=first[-1].key)
        items, _more = client_supply.stock(mine, as_of=JUNE, after="0~AARDVARK")
        none, _more = client_supply.stock(mine, as_of=JUNE, after=items[-1].key)
    assert ([*first, *rest], more, no_more) == (whole, True, False)
    assert ([each.item for each in items], none) == (["BOARD"], [])
    for place in ("deliveries/?after=x", "deliveries/?which=late", "stock/?after=x~y"):
        assert _get(company, "client", place).status_code == 400
    assert _get(company, "client", "stock/?after=1~a%26b").status_code == 200


def test_another_accounts_supply_is_not_there(company: Company) -> None:
    with company.client():
        other = [customer(company, "C2")]
        assert client_supply.shipments(other, as_of=JUNE) == ([], False)
        assert client_supply.stock(other, as_of=JUNE) == ([], False)
        seen = client_supply.supply(other, as_of=JUNE)
    assert (seen.on_the_way, seen.delivered, seen.items) == (0, 0, 0)
