"""A row is accepted with exact values, skipped with a reason, or rejected by cell."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.ingest.check import Rejected, Skipped, checker
from duebook.ingest.csv_file import SourceRow
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import parse_mapping, plain_mapping

INVOICE = {
    "account_number": "007",
    "invoice_number": "0001",
    "issue_date": "2026-01-31",
    "amount": "100.00",
}
REQUIRED = {
    "accounts": {"account_number": "1", "name": "Acme"},
    "invoices": INVOICE,
    "invoice_lines": {
        "invoice_number": "1",
        "line_number": "10",
        "description": "x",
        "amount": "5",
    },
    "adjustments": {
        "account_number": "1",
        "adjustment_number": "A1",
        "kind": "debit",
        "amount": "5",
        "date": "2026-01-31",
    },
    "payments": {
        "account_number": "1",
        "payment_number": "P1",
        "amount": "5",
        "date": "2026-01-31",
    },
    "allocations": {
        "source_number": "P1",
        "invoice_number": "1",
        "amount": "5",
        "date": "2026-01-31",
    },
    "orders": {
        "account_number": "1",
        "order_number": "O1",
        "order_date": "2026-01-31",
        "amount": "5",
    },
    "order_links": {"order_number": "O1", "invoice_number": "1"},
    "shipments": {"account_number": "1", "shipment_number": "S1", "shipped_date": "2026-01-31"},
    "reminders": {"invoice_number": "1", "date": "2026-01-31"},
    "inventory": {"account_number": "1", "item": "X", "quantity": "5", "date": "2026-01-31"},
}


def checked(kind="invoices", warnings=None, /, **cells):
    row = {**REQUIRED[kind], **cells}
    check = checker(plain_mapping(kind).bind(list(row)), warnings=warnings)
    return check(SourceRow(2, list(row.values())))


def values(accepted, kind="invoices"):
    assert isinstance(accepted, tuple), accepted
    names = [field.name for field in KINDS[kind].fields]
    given_ = dict(zip(names, accepted[2:], strict=True))
    return {name: value for name, value in given_.items() if value is not None}


def mapped(text, header, *rows):
    check = checker(parse_mapping(text, name="acme.toml").bind(header))
    return [check(SourceRow(line, list(row))) for line, row in enumerate(rows, 2)]


def test_an_accepted_row_is_line_fingerprint_and_the_fields_in_order():
    accepted = checked(due_date="2026-03-02", currency="usd", disputed="Yes", kind="Invoice")
    line, fingerprint, *_ = accepted
    assert (line, len(fingerprint), len(accepted)) == (2, 16, 2 + len(KINDS["invoices"].fields))
    assert values(accepted) == {
        "account_number": "007",
        "invoice_number": "0001",
        "issue_date": date(2026, 1, 31),
        "amount": Decimal("100"),
        "kind": "invoice",
        "due_date": date(2026, 3, 2),
        "currency": "USD",
        "disputed": True,
    }


def test_the_fingerprint_is_of_what_the_row_means():
    same = [
        checked(),
        checked(amount=" 100.0 ", issue_date="2026-01-31 10:00", due_date=""),
        checked(colour="red"),
    ]
    assert len({row[1] for row in same}) == 1
    assert checked(amount="100.01")[1] != same[0][1]
    # Written down, because a fingerprint must be the same tomorrow.
    assert same[0][1].hex() == "99e5a7ff64e9e7c57d764600f13ab395"


@pytest.mark.parametrize("kind", list(KINDS))
def test_each_kind_takes_its_required_fields_and_refuses_without_one(kind):
    assert isinstance(checked(kind), tuple)
    for name in REQUIRED[kind]:
        refused = checked(kind, **{name: " \u00a0"})
        reason = f"The {name.replace('_', ' ')} is missing: fill it in."
        assert refused == Rejected(2, name, "", reason)


@pytest.mark.parametrize(
    ("kind", "column", "value", "said"),
    [
        ("invoices", "amount", "12,50", "not a number"),
        ("invoices", "amount", "NaN", "not a number"),
        ("invoices", "amount", "1e400", "Scientific notation"),
        ("invoices", "issue_date", "2026-02-31", "no such day"),
        ("invoices", "due_date", "31/12/2026", "YYYY-MM-DD"),
        ("invoices", "currency", "EURO", "Unknown currency"),
        ("invoices", "currency", "XXX", "Unknown currency"),
        ("invoices", "kind", "bill", "invoice, receipt_tax_invoice, credit_invoice"),
        ("invoices", "status", "lost", "sent, draft, paid, partially_paid, void, cancelled"),
        ("invoices", "disputed", "maybe", "neither yes nor no"),
        ("invoices", "invoice_number", "9" * 201, "longer than 200"),
        ("invoices", "account_name", "n" * 501, "longer than 500"),
        ("invoices", "dispute_reason", "r" * 2001, "longer than 2,000"),
        ("invoices", "invoice_number", "a\0b", "NUL"),
        ("invoices", "account_name", "M\udcfcller", "damaged"),
        ("invoices", "outstanding_amount", "100.01", "between zero and the amount"),
        ("invoices", "outstanding_amount", "-1", "between zero and the amount"),
        ("adjustments", "kind", "rebate", "debit, credit"),
        ("payments", "kind", "cheque", "receipt, gi_ir"),
        ("payments", "status", "lost", "settled"),
        ("orders", "kind", "blanket", "detail_orders, purchase_orders"),
        ("orders", "status", "lost", "open, closed, cancelled"),
        ("allocations", "source_kind", "cash", "receipt"),
        ("accounts", "status", "gone", "active, inactive"),
        ("accounts", "net_terms_days", "-30", "number of days"),
        ("accounts", "net_terms_days", "30.5", "number of days"),
        ("accounts", "credit_limit", "-5", "negative"),
    ],
)
def test_a_bad_cell_is_named_with_the_remedy(kind, column, value, said):
    refused = checked(kind, **{column: value})
    assert isinstance(refused, Rejected), refused
    assert (refused.line, refused.column) == (2, column)
    assert said in refused.reason and refused.reason.endswith(".") and "\n" not in refused.reason
    # An error list is stored and shown as it is.
    refused.value.encode()
    assert "\0" not in refused.value and len(refused.value) <= 201


@pytest.mark.parametrize(
    ("kind", "column", "spelled", "code"),
    [
        ("invoices", "kind", "Receipt-Tax Invoice", "receipt_tax_invoice"),
        ("invoices", "kind", "credit note", "credit_invoice"),
        ("invoices", "status", "Open", "sent"),
        ("invoices", "status", "Partially  Paid", "partially_paid"),
        ("invoices", "status", "CANCELED", "cancelled"),
        ("payments", "kind", "GI/IR", "gi_ir"),
        ("payments", "status", "Bounced", "void"),
        ("orders", "kind", "Purchase Orders", "purchase_orders"),
        ("accounts", "status", "Active", "active"),
    ],
)
def test_codes_are_known_by_their_usual_spellings(kind, column, spelled, code):
    assert values(checked(kind, **{column: spelled}), kind)[column] == code


@pytest.mark.parametrize("kind", ["invoices", "adjustments", "payments", "allocations", "orders"])
def test_an_amount_of_zero_is_skipped_not_invalid(kind):
    assert checked(kind, amount="-0.00") == Skipped(2, "amount is zero")
    assert isinstance(checked("invoice_lines", amount="0"), tuple)


def test_nothing_outstanding_may_hide_behind_an_amount_of_zero():
    assert isinstance(checked(amount="0", outstanding_amount="5"), Rejected)
    assert isinstance(checked(amount="0", outstanding_amount="0"), Skipped)


def test_negative_amounts_pass_for_the_ledger_to_say_what_they_are():
    assert values(checked(amount="-100", outstanding_amount="-40"))["amount"] == -100


def test_a_due_date_before_the_issue_date_is_kept_and_counted():
    warnings: Counter[str] = Counter()
    assert isinstance(checked("invoices", warnings, due_date="2026-01-30"), tuple)
    assert isinstance(checked("orders", warnings, due_date="2026-01-30"), tuple)
    assert warnings == {"due date before the issue date": 2}


def test_text_is_trimmed_outside_and_kept_inside():
    name = "\u00a0 Acme\u00a0 \u200bLtd\x07 "
    assert values(checked(account_name=name))["account_name"] == "Acme\u00a0 \u200bLtd\x07"
    assert values(checked(account_name="C:\\temp"))["account_name"] == "C:\\temp"


def test_a_row_must_have_the_cells_of_the_header():
    bound = plain_mapping("order_links").bind(["order_number", "invoice_number", "amount", "", " "])
    check = checker(bound)
    accepted = check(SourceRow(2, ["O1", "1", "5", "", ""]))
    for cells in (["O1", "1", "5"], ["O1", "1", "5", ""], ["O1", "1", "5", "", "", " ", ""]):
        assert check(SourceRow(2, cells)) == accepted
    for cells in (["O1", "1"], ["O1", "1", "5", "", "", "x"]):
        refused = check(SourceRow(2, cells))
        assert isinstance(refused, Rejected) and "cells" in refused.reason
    assert check(SourceRow(9, [], "A mark is open.")) == Rejected(9, "", "", "A mark is open.")


FULL = """
kind = "invoices"
date_formats = ["DD.MM.YYYY"]
decimal = ","
thousands = "."
nulls = ["NULL", "n/a"]

[columns]
account_number = { columns = ["Company", "Customer"], join = "-" }
invoice_number = { column = "Doc", strip_decimal = true, prefix = "CA02/" }
issue_date = "Date"
due_date = { column = "Due", formats = ["YYYYMMDD", "D MMM YYYY"], default = 2026-12-31 }
amount = "Sum"
disputed = { column = "Blocked", translate = { "Ja" = true, "-" = "no", "" = false } }
kind = { column = "Type", translate = { "RV" = "invoice", "G2" = "credit_invoice" } }

[defaults]
currency = "eur"

[[filter]]
column = "Type"
not_in = ["DZ", "ZP"]

[[filter]]
column = "Customer"
not_equals = ""
"""
HEADER = ["Company", "Customer", "Doc", "Date", "Due", "Sum", "Blocked", "Type"]


def test_a_mapping_reads_what_somebody_else_wrote():
    first, second, payment, nobody = mapped(
        FULL,
        HEADER,
        ["CA02", "0042", "930.0", "31.01.2026", "20260302.0", "1.234,50", "ja", "RV"],
        ["null", "0042", "A7", "31.01.2026", "N/A", "7,00-", "", "G2"],
        ["CA02", "0042", "931.0", "rubbish", "", "", "", "DZ"],
        ["CA02", "", "", "", "", "", "", ""],
    )
    assert values(first) == {
        "account_number": "CA02-0042",
        "invoice_number": "CA02/930",
        "issue_date": date(2026, 1, 31),
        "due_date": date(2026, 3, 2),
        "amount": Decimal("1234.5"),
        "currency": "EUR",
        "disputed": True,
        "kind": "invoice",
    }
    assert values(second) | {"issue_date": None} == {
        "account_number": "0042",
        "invoice_number": "CA02/A7",
        "issue_date": None,
        "due_date": date(2026, 12, 31),
        "amount": Decimal("-7"),
        "currency": "EUR",
        "disputed": False,
        "kind": "credit_invoice",
    }
    assert payment == Skipped(4, 'left out by the filter on "Type"')
    assert nobody == Skipped(5, 'left out by the filter on "Customer"')


def test_a_rejected_cell_is_named_as_the_file_names_it():
    row = ["", "", "930.0", "31.01.2026", "", "1", "", "RV"]
    refused = mapped(FULL.partition("[[filter]]")[0], HEADER, row)[0]
    assert (refused.column, refused.value) == ("Company + Customer", "")
    row = ["C", "1", "9.3e+09", "31.01.2026", "", "1", "", "RV"]
    refused = mapped(FULL, HEADER, row)[0]
    assert (refused.column, refused.value) == ("Doc", "9.3e+09")


def test_filters_by_equality():
    text = 'kind = "order_links"\n[[filter]]\ncolumn = "amount"\n'
    header = ["order_number", "invoice_number", "amount"]
    rows = [["O1", "1", "5"], ["O1", "1", " 6 "]]
    for test, kept in (("equals = '6'", 1), ("in = ['5', '6']", 2), ("not_equals = '6'", 1)):
        results = mapped(text + test, header, *rows)
        assert sum(isinstance(result, tuple) for result in results) == kept


@given(st.sampled_from(list(KINDS)), st.data())
def test_no_cell_whatsoever_breaks_a_check(kind, data):
    row = REQUIRED[kind] | {field.name: "" for field in KINDS[kind].fields if not field.required}
    name = data.draw(st.sampled_from(sorted(row)))
    anything = st.characters() | st.sampled_from("0123456789.,-()eE:/TZ\0\\")
    result = checked(kind, **row | {name: data.draw(st.text(anything))})
    if isinstance(result, tuple):
        assert not any("\0" in value for value in result[2:] if isinstance(value, str))
        repr(result).encode()
    else:
        assert result.reason
