"""The sample files: consistent in themselves, realistic in shape, the same on every run."""

from __future__ import annotations

import os
import subprocess
import sys
import unicodedata
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from duebook.demo.generator import PASSWORD, sample_organisations
from tests.model import AGEING, BUCKETS, CHARGES, SOURCES
from tests.sample_files import COLUMNS, TODAY, Sample, day, minor, read


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Sample]:
    folder = tmp_path_factory.mktemp("demo")
    found = sample_organisations(TODAY)
    return {one.slug: read(one, one.write(folder / one.slug)) for one in found}


# Files


def test_files_are_the_same_on_every_run(samples: dict[str, Sample], tmp_path: Path) -> None:
    script = (
        "import sys, datetime, pathlib; from duebook.demo.generator import *\n"
        "for one in sample_organisations(datetime.date.fromisoformat(sys.argv[1])):"
        " one.write(pathlib.Path(sys.argv[2]) / one.slug)"
    )
    environment = os.environ | {"PYTHONHASHSEED": "7", "LC_ALL": "C", "PYTHONUTF8": "0"}
    command = [sys.executable, "-c", script, TODAY.isoformat(), str(tmp_path)]
    subprocess.run(command, check=True, env=environment, cwd=Path(__file__).parent.parent)

    for slug, sample in samples.items():
        for path in sample.paths:
            assert (tmp_path / slug / path.name).read_bytes() == path.read_bytes()


def test_another_seed_gives_other_files(samples: dict[str, Sample], tmp_path: Path) -> None:
    other = next(one for one in sample_organisations(TODAY, seed=1) if one.slug == "talmor")
    invoices = next(path for path in samples["talmor"].paths if path.stem == "invoices")

    assert other.write(tmp_path)[1].read_bytes() != invoices.read_bytes()


def test_each_file_has_exactly_the_columns_of_an_import(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        assert [path.stem for path in sample.paths] == list(COLUMNS)
        for path in sample.paths:
            with path.open(encoding="utf-8") as file:
                assert file.readline() == COLUMNS[path.stem] + "\n"


# Consistency


def test_every_reference_exists(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        accounts = {None, "", *(cells["account_number"] for cells in sample.rows["accounts"])}
        orders = {None, "", *(cells["order_number"] for cells in sample.rows["orders"])}
        numbers = {None, "", *sample.docs}
        assert len(accounts) == len(sample.rows["accounts"]) + 2
        assert len(orders) == len(sample.rows["orders"]) + 2
        for rows in sample.rows.values():
            for cells in rows:
                assert {cells.get("account_number"), cells.get("parent_account_number")} <= accounts
                assert cells.get("invoice_number") in numbers
                assert cells.get("order_number") in orders


def test_no_allocation_is_squeezed_or_dated_before_its_documents(
    samples: dict[str, Sample],
) -> None:
    for sample in samples.values():
        given: Counter[tuple[str, str]] = Counter()
        pairs = Counter((alloc.source, alloc.charge, alloc.on) for alloc in sample.allocs)
        assert max(pairs.values()) == 1
        for alloc in sample.allocs:
            source, charge = sample.docs[alloc.source[1]], sample.docs[alloc.charge[1]]
            assert source.kind in SOURCES
            assert charge.kind in CHARGES
            assert alloc.on >= max(source.issue, charge.issue)
            assert not source.never_counted
            assert not charge.never_counted
            given[alloc.source] += alloc.amount
            given[alloc.charge] += alloc.amount
        assert all(given[doc.key] <= doc.amount for doc in sample.docs.values())


def test_lines_add_up_to_their_invoice(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        sums: Counter[str] = Counter()
        for cells in sample.rows["invoice_lines"]:
            currency = sample.docs[cells["invoice_number"]].currency
            amount = minor(cells["amount"], currency)
            assert amount == int(cells["quantity"]) * minor(cells["unit_price"], currency)
            sums[cells["invoice_number"]] += amount
        assert sums == {d.number: d.amount for d in sample.docs.values() if d.kind in AGEING}


def test_orders_cover_what_was_invoiced_on_them(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        orders = {cells["order_number"]: cells for cells in sample.rows["orders"]}
        invoiced: Counter[str] = Counter()
        for cells in sample.rows["order_links"]:
            order, invoice = orders[cells["order_number"]], sample.docs[cells["invoice_number"]]
            assert (order["account_number"], order["currency"]) == (
                invoice.account,
                invoice.currency,
            )
            assert day(order["order_date"]) <= invoice.issue
            invoiced[cells["order_number"]] += minor(cells["amount"], invoice.currency)
        for number, cells in orders.items():
            assert invoiced[number] <= minor(cells["amount"], cells["currency"])
            closed = cells["closed_date"]
            assert (cells["status"] == "open") == (closed == "")
            assert not closed or day(cells["order_date"]) <= day(closed) <= TODAY


def test_reminders_follow_the_due_date_while_something_is_left(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        paid: Counter[str] = Counter()
        last: dict[str, date] = {}
        for alloc in sample.allocs:
            number = alloc.charge[1]
            paid[number] += alloc.amount
            last[number] = max(alloc.on, last.get(number, alloc.on))
        reminders = sample.rows["reminders"]
        assert {cells["level"] for cells in reminders} == {"1", "2", "3"}
        assert len({(cells["invoice_number"], cells["date"]) for cells in reminders}) == len(
            reminders
        )
        for cells in reminders:
            doc, on = sample.docs[cells["invoice_number"]], day(cells["date"])
            assert doc.due is not None and doc.due < on <= TODAY
            assert paid[doc.number] < doc.amount or on < last[doc.number]


def test_history_is_24_months_up_to_today(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        days = [doc.issue for doc in sample.docs.values() if doc.kind in AGEING]
        assert TODAY - timedelta(days=735) <= min(days) <= TODAY - timedelta(days=715)
        assert TODAY - timedelta(days=4) <= max(days) <= TODAY


# Shape


def test_sizes_are_those_of_a_workshop_a_distributor_and_a_manufacturer(
    samples: dict[str, Sample],
) -> None:
    for slug, accounts, invoices in (
        ("talmor", 40, 600),
        ("marlowick", 400, 8_000),
        ("brevalt", 1_500, 25_000),
    ):
        sample = samples[slug]
        aged = [doc for doc in sample.docs.values() if doc.kind in AGEING]
        assert (len(sample.rows["accounts"]), len(aged)) == (accounts, invoices)
        mine = Counter(doc.account for doc in aged)
        assert sum(count for _, count in mine.most_common(accounts // 10)) > invoices * 0.35


def test_a_realistic_part_is_open_in_each_bucket(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        aged = [doc for doc in sample.docs.values() if doc.kind in AGEING]
        assert 0.05 <= len(sample.open) / len(aged) <= 0.12
        for column in (*BUCKETS, "disputed", "unapplied", "debit_adjustments"):
            assert sum(getattr(row, column) for row in sample.aging.values()) > 0, column
        assert 0.02 <= sum(bool(doc.disputes) for doc in sample.open) / len(sample.open) <= 0.2
        owed = sum(row.invoices for row in sample.aging.values())
        assert sum(row.unapplied for row in sample.aging.values()) < owed / 4
        assert sum(row.current for row in sample.aging.values()) > owed / 4


def test_two_organisations_have_two_currencies_and_accounts_with_both(
    samples: dict[str, Sample],
) -> None:
    for slug, currencies in (("marlowick", {"USD", "EUR"}), ("brevalt", {"EUR", "JPY"})):
        rows = samples[slug].aging
        assert {currency for _, currency in rows} == currencies
        assert max(Counter(account for account, _ in rows).values()) == 2
    assert {currency for _, currency in samples["talmor"].aging} == {"ILS"}


def test_every_sort_of_fact_occurs(samples: dict[str, Sample]) -> None:
    everything = [sample.rows for sample in samples.values()]

    def values(kind: str, column: str) -> set[str]:
        return {cells[column] for rows in everything for cells in rows[kind]}

    assert values("invoices", "kind") == {"invoice", "receipt_tax_invoice", "credit_invoice"}
    assert values("invoices", "status") == {"sent", "draft", "void", "cancelled"}
    assert values("payments", "kind") == {"receipt", "gi_ir"}
    assert values("payments", "status") == {"", "void"}
    assert values("adjustments", "kind") == {"debit", "credit"}
    assert values("orders", "status") == {"open", "closed", "cancelled"}
    assert {"Cash", "Credit", "System"} < values("accounts", "account_type")
    assert values("accounts", "status") == {"active", "inactive"}
    letters = set("".join(values("accounts", "name")))
    scripts = {unicodedata.name(letter).split()[0] for letter in letters}
    assert {"LATIN", "HEBREW", "ARABIC", "GREEK", "CYRILLIC", "CJK"} <= scripts
    assert set("öéłñåş") <= letters


def test_each_organisation_numbers_in_its_own_way(samples: dict[str, Sample]) -> None:
    for slug, number in (
        ("talmor", "0000001"),
        ("marlowick", "INV-2024-00001"),
        ("brevalt", "RE24/000001"),
    ):
        assert samples[slug].docs[number].kind in AGEING


def test_parts_discounts_overpayments_and_credits_on_account_occur(
    samples: dict[str, Sample],
) -> None:
    for sample in samples.values():
        left: Counter[tuple[str, str]] = Counter()
        for alloc in sample.allocs:
            left[alloc.charge] += alloc.amount
            left[alloc.source] += alloc.amount
        parts = [doc for doc in sample.open if left[doc.key] > 0]
        on_account = [
            doc.kind
            for doc in sample.docs.values()
            if doc.kind in SOURCES and left[doc.key] < doc.amount and not doc.never_counted
        ]
        assert parts
        assert {"receipt", "credit_invoice"} <= set(on_account)
    available = [
        cells
        for cells in samples["marlowick"].rows["invoices"]
        if cells["discount_date"] and day(cells["discount_date"]) >= TODAY
    ]
    assert available


# People


def test_people_cover_every_role_and_way_of_belonging(samples: dict[str, Sample]) -> None:
    found = [(slug, person) for slug, s in samples.items() for person in s.organisation.people]
    belongs = Counter(person.email for _, person in found)
    clients = [person for _, person in found if person.role == "client"]

    assert {person.role for _, person in found} == {"admin", "member", "client"}
    assert {len(person.accounts) for person in clients} == {1, 2}
    assert {email for email, times in belongs.items() if times == 2} == {
        "ines.duarte@calvera.example",
        "tamar@shlavim-books.example",
    }
    assert len(PASSWORD) >= 12
    for sample in samples.values():
        members = {p.email for p in sample.organisation.people if p.role == "member"}
        assert {c["owner_email"] for c in sample.rows["accounts"]} == members | {""}


def test_clients_have_something_to_see(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        contacts = {c["account_number"]: c["contact_email"] for c in sample.rows["accounts"]}
        for person in sample.organisation.people:
            rows = [row for (number, _), row in sample.aging.items() if number in person.accounts]
            assert {contacts[number] for number in person.accounts} <= {person.email}
            assert person.role != "client" or sum(row.invoices for row in rows) > 0


def test_nobody_real_can_be_written_to(samples: dict[str, Sample]) -> None:
    for sample in samples.values():
        written = {cells["contact_email"] for cells in sample.rows["accounts"]}
        addresses = written | {person.email for person in sample.organisation.people}
        assert all(email.endswith(".example") and email.isascii() for email in addresses - {""})
