"""What a mapping can say beyond names: signs, terms, totals, headings, sheets, separators."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.ingest.check import Rejected, Skipped, checker
from duebook.ingest.csv_file import read
from duebook.ingest.feeds import BadMapping, Column, Filter, Mapping, Sign
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.opening import open_files
from duebook.ingest.rows import SourceRow

SLOTS = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}
BASE = """
kind = "invoices"
{above}
[columns]
account_number = "Cust"
invoice_number = "Doc"
issue_date = "Date"
{below}
"""
HEADER = ["Cust", "Doc", "Date", "Sum", "SH", "Paid", "D1", "D2", "Terms"]


def checked(below, *rows, above="", header=HEADER):
    mapping = parse_mapping(BASE.format(above=above, below=below), name="acme.toml")
    check = checker(mapping.bind(header))
    full = [[*row, *[""] * (len(header) - len(row))] for row in rows]
    return [check(SourceRow(line, cells)) for line, cells in enumerate(full, 2)]


def amounts(results):
    return [
        str(each[SLOTS["amount"]]) if isinstance(each, tuple) else each.reason for each in results
    ]


SIGN = 'amount = { column = "Sum", sign = { column = "SH", negative = ["H"], positive = ["S"] } }'


def test_a_column_of_its_own_says_the_sign():
    row = ["C1", "1", "2026-01-31"]
    results = checked(SIGN, [*row, "5", "S"], [*row, "5", " h "], [*row, "-5", "H"])
    assert amounts(results) == ["5", "-5", "-5"]
    unknown, contradicts, empty = checked(SIGN, [*row, "5", "X"], [*row, "-5", "S"], [*row, "5"])
    assert (unknown.column, unknown.value) == ("SH", "X")
    assert "owed or credited" in unknown.reason and "correct either" in contradicts.reason
    assert isinstance(empty, Rejected)


def test_the_beginning_of_a_number_says_the_sign():
    below = 'amount = { column = "Sum", sign = { column = "Doc", negative_prefix = ["RINV"] } }'
    results = checked(
        below,
        ["C1", "INV/1", "2026-01-31", "5"],
        ["C1", "RINV/1", "2026-01-31", "5"],
        ["C1", "MISC/1", "2026-01-31", "-5"],
    )
    assert amounts(results) == ["5", "-5", "-5"]


def test_what_is_open_is_the_amount_less_what_is_paid():
    below = 'amount = "Sum"\noutstanding_amount = { column = "Sum", less = ["Paid", "D1"] }'
    whole, part, wrong = checked(
        below,
        ["C1", "1", "2026-01-31", "100.10", "", ""],
        ["C1", "2", "2026-01-31", "100.10", "", "60.05", "0.05"],
        ["C1", "3", "2026-01-31", "100", "", "much"],
    )
    assert whole[SLOTS["outstanding_amount"]] == Decimal("100.10")
    assert part[SLOTS["outstanding_amount"]] == Decimal("40")
    assert (wrong.column, wrong.value) == ("Paid", "much")


def test_days_are_added_and_the_first_that_tells_counts():
    below = 'amount = "Sum"\ndue_date = { column = "Date", add_days = ["D2", "D1"] }'
    row = ["C1", "1", "2026-01-31", "5", "", ""]
    results = checked(below, [*row, "14", "30"], [*row, "14.0", "0"], [*row, "", ""])
    dues = [each[SLOTS["due_date"]] for each in results]
    assert dues == [date(2026, 3, 2), date(2026, 2, 14), date(2026, 1, 31)]
    [wrong] = checked(below, [*row, "-5", ""])
    assert (wrong.column, wrong.value) == ("D1", "-5")


TERMS = 'amount = "Sum"\ndue_date = { terms = "Terms" }\n[terms]\nZ060 = 60\n"NT 45 " = 45'


@pytest.mark.parametrize(
    ("terms", "days"),
    [
        *(("Z060", 60), ("z060", 60), ("nt 45", 45), ("Net 30", 30), ("N30", 30), ("30", 30)),
        *(("30 days", 30), ("net 15 days", 15), ("14 Tage netto", 14), ("Due on receipt", 0)),
    ],
)
def test_payment_terms_count_from_the_documents_date(terms, days):
    [accepted] = checked(TERMS, ["C1", "1", "2026-01-01", "5", "", "", "", "", terms])
    assert (accepted[SLOTS["due_date"]] - date(2026, 1, 1)).days == days


def test_terms_that_are_not_told_are_the_accounts_and_unknown_ones_are_refused():
    row = ["C1", "1", "2026-01-01", "5", "", "", "", ""]
    [without] = checked(TERMS, [*row, ""])
    assert without[SLOTS["due_date"]] is None
    for code in ("NAA8", "0001", "2/10 net 30", "Z061"):
        [unknown] = checked(TERMS, [*row, code])
        assert (unknown.column, unknown.value) == ("Terms", code)
        assert f'[terms] "{code}" = 30' in unknown.reason


def test_totals_and_headings_are_left_out():
    rows = [
        ["C1", "", "", ""],
        ["C1", "1", "2026-01-31", "5"],
        ["Total for C1", "", "", "5"],
        ["", "", "", ""],
        ["------", "---", "---", "---"],
        ["C2", "2", "2026-01-31", "7"],
        ["Summe", "", "", "7"],
        ["", "TOTAL", "", "12"],
        ["Totally Tyres", "3", "2026-01-31", "8"],
        ["Total Energies", "", "2026-01-31", "8"],
        ["Total Energies", "Total-4", "2026-01-31", "8"],
        ["C3", "", "2026-01-31", "9"],
    ]
    results = checked('amount = "Sum"', *rows, above="skip_totals = true")
    assert [type(each).__name__ for each in results] == [
        *("Skipped", "tuple", "Skipped", "Rejected", "Skipped", "tuple", "Skipped", "Skipped"),
        *("tuple", "Rejected", "tuple", "Rejected"),
    ]
    assert "totals" in results[0].reason


def test_a_heading_is_carried_to_the_rows_of_its_group(tmp_path):
    path = tmp_path / "groups.csv"
    path.write_text(
        ",Doc,Date,Sum\n"
        "Acme,,,\n,1,2026-01-31,5\n,2,2026-01-31,6\nTotal for Acme,,,11\n"
        "Beta,,,\n,3,2026-01-31,7\nTotal for Beta,,,7\n,4,2026-01-31,8\n"
    )
    mapping = parse_mapping(
        'kind = "invoices"\n[columns]\naccount_number = { column = "#1", carry = true }\n'
        'invoice_number = "Doc"\nissue_date = "Date"\namount = "Sum"',
        name="groups.toml",
    )
    [file] = open_files(path, mapping=mapping)
    for _ in range(2):  # Each reading begins anew.
        results = list(map(checker(file.bound), file.source))
        rows = [each for each in results if isinstance(each, tuple)]
        assert [each[2] for each in rows] == ["Acme", "Acme", "Beta"]
        assert sum(isinstance(each, Skipped) for each in results) == 4
        assert isinstance(results[-1], Rejected) and results[-1].column == "#1"


def test_a_file_without_a_header(tmp_path):
    path = tmp_path / "rows.csv"
    path.write_text("Sent by ERP\nC1|+|1|+|2026-01-31|+|1,50\n\nC2|+|2|+|2026-01-31|+|2,50\n")
    text = (
        'kind = "invoices"\nskip_rows = 1\nseparator = "|+|"\ndecimal = ","\n'
        'header = ["account_number", "invoice_number", "issue_date", "amount"]'
    )
    [file] = open_files(path, mapping=parse_mapping(text, name="m.toml"))
    results: list[Any] = list(map(checker(file.bound), file.source))
    assert [(each[0], *each[2:6:3]) for each in results] == [
        (2, "C1", Decimal("1.5")),
        (4, "C2", Decimal("2.5")),
    ]


@pytest.mark.parametrize("separator", ["|+|", "||", "~", "^", "::", "<>", ";;", "|;|"])
def test_unusual_separators_are_found_where_every_line_has_them(tmp_path, separator):
    path = tmp_path / "odd.txt"
    town = "name, town" if len(separator) > 1 else "town"
    lines = [["number", town, "x"], ["1", "a", "b"], ["2", "Acme; Ltd, Inc", ""], ["3", "-", ""]]
    path.write_text("\n".join(map(separator.join, lines)))
    source = read(path)
    assert source.separator == separator
    assert [source.header, *(row.cells for row in source)] == lines


def test_a_separator_inside_quotation_marks_is_text(tmp_path):
    path = tmp_path / "odd.txt"
    path.write_text('a|+|b\n1|+|"x|+|y"\n')
    [row] = read(path, separator="|+|")
    assert row.cells == ["1", "x|+|y"]


def test_bars_with_an_empty_cell_between_are_bars(tmp_path):
    path = tmp_path / "bars.txt"
    path.write_text("a||b|c\n1||2|3\n")
    assert read(path).separator == "|"


def test_currency_signs_stand_beside_amounts():
    below = 'amount = "Sum"'
    above = 'symbols = ["$", "US$", "€"]\nthousands = ","'
    texts = ["$1,234.50", "-$5.00", "$-5", "($5.00)", "US$ 7", "7 €", "7.5€-", "7", "$ 1"]
    rows = [["C1", "1", "2026-01-31", text] for text in texts]
    found = amounts(checked(below, *rows, above=above))
    assert found == ["1234.5", "-5", "-5", "-5", "7", "7", "-7.5", "7", "1"]
    for text in ("1$5", "$$5", "£5", "$", "$5$6", "--$5"):
        [refused] = checked(below, ["C1", "1", "2026-01-31", text], above=above)
        assert isinstance(refused, Rejected), text


@pytest.mark.parametrize("word", ["NULL", "null", "N/A", "\\N", "None", "-", "NaT", "00.00.0000"])
def test_words_for_nothing_are_empty_where_a_value_would_be_refused(word):
    text = BASE.format(above="", below='amount = "Sum"\ndue_date = "SH"\naccount_name = "Paid"')
    notes: Counter[str] = Counter()
    check: Any = checker(parse_mapping(text, name="acme.toml").bind(HEADER), warnings=notes)
    for line in (2, 3):
        row = ["C1", str(line), "2026-01-31", "5", word, word, "", "", ""]
        accepted = check(SourceRow(line, row))
        assert accepted[SLOTS["due_date"]] is None
        assert accepted[SLOTS["account_name"]] == word
    assert notes == {f'"{word}" read as an empty cell in SH': 2}
    refused = check(SourceRow(4, ["C1", "1", word, "5", "", "", "", "", ""]))
    assert "issue date is missing" in refused.reason


def test_a_dash_among_amounts_stays_a_question():
    """It may be a zero, and then the invoice is paid."""
    below = 'amount = "Sum"\noutstanding_amount = "Paid"'
    dash, null = checked(
        below,
        ["C1", "1", "2026-01-31", "5", "", "-"],
        ["C1", "1", "2026-01-31", "5", "", "NULL"],
    )
    assert isinstance(dash, Rejected)
    assert null[SLOTS["outstanding_amount"]] is None


@pytest.mark.parametrize(
    ("above", "below", "said"),
    [
        ("skip_rows = -1", "", "skip_rows must be a whole number"),
        ("skip_totals = 1", "", "skip_totals must be true or false"),
        ("separator = 'a'", "", "separator must be a mark"),
        ("separator = '\"'", "", "separator must be a mark"),
        ("header = []", "", "header must name the columns"),
        ("header = 'a'", "", "header must be a list"),
        ("symbols = ['1']", "", "symbols must be currency signs"),
        ("sheet = 1", "", "sheet must be a text"),
        ("", "due_date = { column = 'a', carry = 1 }", "columns.due_date.carry must be true"),
        (
            "",
            "due_date = { column = 'a', sign = {column = 'b', negative = ['H']} }",
            "is for amount",
        ),
        ("", "amount = { column = 'a', terms = 'b' }", "is for date fields"),
        ("", "amount = { column = 'a', sign = 1 }", "must be a table"),
        ("", "amount = { column = 'a', sign = {column = 'b'} }", "column and negative"),
        ("", "amount = { column = 'a', sign = {word = 'b'} }", '"word" is no key'),
        ("", "amount = { less = 'b' }", "must say one of column and columns"),
        ("", "[terms]\nX = 'thirty'", "terms.X must be a number of days"),
        ("", "[terms]\nX = 99999", "terms.X must be a number of days"),
    ],
)
def test_a_mistake_is_named_with_file_and_key(above, below, said):
    with pytest.raises(BadMapping) as refused:
        parse_mapping(BASE.format(above=above, below=below), name="acme.toml")
    assert str(refused.value).startswith("acme.toml") and said in str(refused.value)


def test_a_column_that_only_a_sign_needs_must_be_there():
    with pytest.raises(BadMapping, match='uses the column "SHKZG"'):
        checked(SIGN.replace("SH", "SHKZG"), [])


TEXTS = st.text(st.characters(blacklist_categories=["Cs"]), max_size=12)
NAMES = st.text("abz äß\"'\\#=[]{}.ש1", min_size=1, max_size=8).filter(str.strip)
WORDS = TEXTS.map(lambda text: text.strip().casefold())
COLUMNS = st.builds(
    Column,
    sources=st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    join=st.sampled_from(["", "-", " / "]),
    translate=st.dictionaries(WORDS, TEXTS.map(str.strip), max_size=3),
    carry=st.booleans(),
)
TEXT_COLUMNS = st.builds(
    Column,
    sources=st.lists(NAMES, min_size=1, max_size=2).map(tuple),
    strip_decimal=st.booleans(),
    prefix=TEXTS,
)
AMOUNT_COLUMNS = st.builds(
    Column,
    sources=NAMES.map(lambda name: (name,)),
    less=st.lists(NAMES, max_size=2).map(tuple),
    sign=st.none()
    | st.builds(
        Sign,
        column=NAMES,
        negative=st.frozensets(WORDS, min_size=1, max_size=2),
        positive=st.frozensets(WORDS, max_size=2),
        negative_prefix=st.lists(WORDS, max_size=2).map(tuple),
    ),
)
DATE_COLUMNS = st.builds(
    Column,
    sources=st.just(()) | NAMES.map(lambda name: (name,)),
    formats=st.lists(st.sampled_from(["D.M.YYYY", "YYYYMMDD"]), unique=True).map(tuple),
    add_days=st.lists(NAMES, max_size=2).map(tuple),
    terms=NAMES,
)
MAPPINGS = st.builds(
    Mapping,
    name=st.just("round.toml"),
    kind=st.just("invoices"),
    columns=st.fixed_dictionaries(
        {"account_number": COLUMNS, "invoice_number": TEXT_COLUMNS, "amount": AMOUNT_COLUMNS},
        optional={"due_date": DATE_COLUMNS, "account_name": COLUMNS},
    ),
    defaults=st.dictionaries(
        st.sampled_from(["order_number", "dispute_reason"]), NAMES.map(str.strip)
    ),
    date_formats=st.sampled_from([("D.M.YYYY",), ("YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD")]),
    decimal=st.sampled_from([".", ","]),
    thousands=st.sampled_from(["", " ", "'"]),
    round_half_up=st.booleans(),
    nulls=st.frozensets(WORDS, max_size=3),
    filters=st.lists(
        st.builds(Filter, NAMES, st.frozensets(TEXTS.map(str.strip), max_size=3), st.booleans()),
        max_size=2,
    ).map(tuple),
    encoding=st.sampled_from([None, "cp1255"]),
    symbols=st.sampled_from([(), ("$", "US$")]),
    terms=st.dictionaries(WORDS, st.integers(0, 365), max_size=3),
    sheet=TEXTS,
    header=st.none() | st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    separator=st.sampled_from(["", ";", "|+|", "\t"]),
    skip_rows=st.integers(0, 9),
    skip_totals=st.booleans(),
)


@given(MAPPINGS)
def test_every_mapping_comes_back_from_its_text(mapping):
    text = mapping_text(mapping)
    assert parse_mapping(text, name="round.toml") == mapping
