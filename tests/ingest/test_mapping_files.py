"""A mapping is understood whole, or refused by the name of its file and key."""

from __future__ import annotations

from decimal import Decimal

import pytest

from duebook.ingest.csv_file import Unreadable
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import (
    BadMapping,
    guess_kind,
    load_mapping,
    parse_mapping,
    plain_mapping,
)

COLUMNS = """
kind = "invoices"
{above}
[columns]
account_number = "Cust"
invoice_number = "Doc"
issue_date = "Date"
amount = "Sum"
{below}
"""
HEADER = ["Cust", "Doc", "Date", "Sum", "Sum ", ""]


def mapping(above="", below=""):
    return parse_mapping(COLUMNS.format(above=above, below=below), name="acme.toml")


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("decimel = ','", "", '"decimel" is no key'),
        ("decimal = ';'", "", "decimal must be one of"),
        ("decimal = 1", "", "decimal must be one of"),
        ("decimal = ','\nthousands = ','", "", "thousands is the decimal mark too"),
        ("round = true", "", "round must be one of"),
        ("nulls = 'NULL'", "", "nulls must be a list"),
        ("date_formats = ['%Y']", "", "not a date format"),
        ("date_formats = [1]", "", "must be a list"),
        ("encoding = 'klingon'", "", "encoding"),
        ("encoding = 'unicode_escape'", "", "encoding"),
        ("columns = 1\n[x]", "", "acme.toml"),
        ("", "amonut = 'Sum'", "is no field of invoices: use one of account_number"),
        ("", "nulls = ['x']", "write it above [columns]"),
        ("", "due_date = 1", "columns.due_date must be"),
        ("", "due_date = {}", "must say one of column and columns"),
        ("", "due_date = {column = ''}", "names no column"),
        ("", "due_date = {column = 'a', columns = ['b']}", "must say one of"),
        ("", "due_date = {column = 'a', colour = 'b'}", '"colour" is no key'),
        ("", "due_date = {column = 'a', strip_decimal = true}", "is for text fields"),
        ("", "due_date = {column = 'a', formats = ['D']}", "not a date format"),
        ("", "order_number = {column = 'a', format = 'YYYYMMDD'}", "is for date fields"),
        ("", "order_number = {column = 'a', strip_decimal = 1}", "true or false"),
        ("", "order_number = {column = 'a', translate = ['b']}", "must be a table"),
        ("", "order_number = {column = 'a', translate = {b = []}}", "must be a text"),
        ("", "currency = {column = 'a', default = 'USD'}\n[defaults]\ncurrency = 'EUR'", "too"),
        ("", "[defaults]\ncurrency = 'DEM'", "Unknown currency"),
        ("", "[defaults]\nkind = 'bill'", "invoice, receipt_tax_invoice, credit_invoice"),
        ("", "[defaults]\ncolour = 'red'", "is no field of invoices"),
        ("", "[filter]\ncolumn = 'a'", "[[filter]]"),
        ("", "[[filter]]\ncolumn = 'a'", "must say column and one of"),
        ("", "[[filter]]\ncolumn = 'a'\nequals = 'b'\nin = ['c']", "one of"),
        ("", "[[filter]]\ncolumn = 'a'\nequals = 1", "equals must be a text"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(above, below, said):
    with pytest.raises(BadMapping) as refused:
        mapping(above, below)
    sentence = str(refused.value)
    assert sentence.startswith("acme.toml") and sentence.endswith(".")
    assert said in sentence


@pytest.mark.parametrize("text", ["kind = invoices", "[", "a = 1\na = 2", "x = " + "[" * 9999])
def test_what_is_not_toml(text):
    with pytest.raises(BadMapping, match=r"acme\.toml is not TOML"):
        parse_mapping(text, name="acme.toml")


def test_an_unknown_kind_lists_the_known():
    with pytest.raises(BadMapping, match='"accounts", "invoices"'):
        parse_mapping('kind = "bills"', name="acme.toml")


def test_files_that_are_no_mapping(tmp_path):
    (tmp_path / "latin.toml").write_bytes(b"kind = '\xe9'")
    (tmp_path / "huge.toml").write_bytes(b"#" * 2_000_000)
    for name in ("latin.toml", "huge.toml", "missing.toml", "."):
        with pytest.raises(BadMapping):
            load_mapping(tmp_path / name)


def test_a_mapping_is_read_as_written(tmp_path):
    path = tmp_path / "acme.toml"
    path.write_text(COLUMNS.format(above='thousands = ","\nround = "half_up"', below=""))
    read = load_mapping(path)
    assert (read.name, read.kind, read.thousands) == ("acme.toml", "invoices", ",")
    assert read.round_half_up and not mapping().round_half_up
    assert read.columns["amount"].sources == ("Sum",)


def test_defaults_may_be_any_plain_value():
    read = mapping(below="[defaults]\ndisputed = false\ndue_date = 2026-01-31\ncurrency='usd'")
    assert read.defaults == {"disputed": "false", "due_date": "2026-01-31", "currency": "usd"}
    read = mapping(below="discount_amount = {column = 'd', default = 1.10}")
    assert Decimal(read.defaults["discount_amount"]) == Decimal("1.10")


def test_a_column_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(BadMapping) as refused:
        mapping(below='due_date = "Due"').bind(["Cust", "Doc", "Date", "Sum"], file="may.csv")
    assert str(refused.value) == (
        'acme.toml uses the column "Due", but may.csv has no column named "Due": '
        "use one of Cust, Doc, Date, Sum."
    )


def test_a_column_that_is_there_twice_is_not_guessed_at():
    with pytest.raises(BadMapping, match='two columns named "Sum"'):
        mapping().bind(HEADER, kind="invoices")
    with pytest.raises(Unreadable, match="two columns"):
        plain_mapping("order_links").bind(["order_number", "invoice_number", "Order Number"])


def test_names_are_compared_without_case_when_they_do_not_fit_exactly():
    bound = mapping().bind([" CUST", "doc", "Date", "sum"])
    assert [feed.label for feed in bound.feeds] == ["CUST", "doc", "Date", "sum"]


def test_a_mapping_without_a_required_field_is_refused():
    text = 'kind = "accounts"\n[columns]\nname = "Name"'
    with pytest.raises(BadMapping, match="says nothing for account_number"):
        parse_mapping(text, name="acme.toml").bind(["Name"])


def test_a_foreign_header_is_refused_with_the_columns_it_has():
    with pytest.raises(Unreadable) as refused:
        plain_mapping("order_links").bind(["Bestellung", "Rechnung"], file="may.csv")
    assert "may.csv has no column order_number, invoice_number" in str(refused.value)
    assert "Bestellung, Rechnung" in str(refused.value)


def test_same_named_columns_need_no_mapping():
    header = ["Account Number", "INVOICE_NUMBER", " issue date ", "amount", "Colour"]
    expected = {"account_number", "invoice_number", "issue_date", "amount"}
    assert plain_mapping("invoices").fields_present(header) == expected
    only_dates = parse_mapping('date_formats = ["D.M.YYYY"]', name="dates.toml")
    assert only_dates.bind(header).kind is KINDS["invoices"]


def test_kinds_that_contradict_each_other():
    with pytest.raises(BadMapping, match="maps invoices, not payments"):
        mapping().bind(["Cust", "Doc", "Date", "Sum"], kind="payments")
    with pytest.raises(Unreadable, match="kind"):
        plain_mapping("bills").bind(["a"])
    with pytest.raises(Unreadable, match="--kind"):
        plain_mapping().bind(["a"])


def test_each_kind_is_guessed_from_its_own_columns():
    for kind in KINDS.values():
        assert guess_kind(kind.slots) == kind.name
        assert guess_kind(kind.required) == kind.name
    assert guess_kind(["a", "b"]) is None


def test_kinds_load_after_what_they_refer_to():
    order = sorted(KINDS, key=lambda name: KINDS[name].load_order)
    assert order == list(KINDS) and order[:2] == ["accounts", "invoices"]
    assert order[-4:] == ["order_links", "shipments", "inventory", "reminders"]
