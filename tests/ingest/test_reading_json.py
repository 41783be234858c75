"""JSON is read digit by digit: a list of flat objects, or one object a line."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.ingest.check import Rejected, checker
from duebook.ingest.encoding import Unreadable
from duebook.ingest.json_file import tables
from duebook.ingest.kinds import KINDS
from duebook.ingest.opening import open_files
from duebook.ingest.rows import Exact

SLOTS = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}
INVOICE = {"account_number": "C1", "invoice_number": "007", "issue_date": "2026-01-31"}


def checked(opened) -> list[Any]:
    return list(map(checker(opened.bound), opened.source))


@pytest.fixture
def file(tmp_path):
    def write(content, name="sent.json"):
        path = tmp_path / name
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return write


def refusal(path):
    with pytest.raises(Unreadable) as refused:
        open_files(path)
    said = str(refused.value)
    assert said.endswith(".") and "\n" not in said and len(said) < 700
    return said


def test_a_list_of_objects_and_objects_on_lines_are_the_same(file):
    rows = [INVOICE | {"amount": 1190.10}, INVOICE | {"invoice_number": "8", "amount": -5}]
    [whole] = tables(file(rows), name="sent.json")
    lines = "\n".join(map(json.dumps, rows)) + "\n\n"
    for name in ("sent.jsonl", "sent.ndjson", "sent.json"):
        [by_line] = tables(file(lines, name), name=name)
        assert [each.cells for each in by_line] == [each.cells for each in whole]
        assert [each.line for each in by_line] == [1, 2]


def test_a_broken_line_among_lines_is_a_row_that_cannot_be_read(file):
    lines = '{"a": 1}\n{"a": 2, }\n{"a": "b"c"}\r\n{"a": {"b": -3}}\n{a}'
    [source] = tables(file(lines, "sent.jsonl"), name="sent.jsonl")

    rows = list(source)
    assert [row.line for row in rows] == [1, 2, 3, 4, 5]
    assert [bool(row.trouble) for row in rows] == [False, True, True, False, True]
    assert rows[3].cells == ["", "-3"]


def test_numbers_keep_every_digit(file):
    text = '[{"a": 1190.10, "b": 0.1000000000000000055511151231257827, "c": 12345678901234567890}]'
    [source] = tables(file(text), name="sent.json")
    [row] = source
    assert row.cells == ["1190.10", "0.1000000000000000055511151231257827", "12345678901234567890"]
    [row] = tables(file('[{"a": 1.5e3, "b": 1E400, "c": NaN}]'), name="sent.json")[0]
    assert row.cells == ["1500", "1E400", "NaN"]
    assert [type(cell) for cell in row.cells] == [Exact, str, str]


def test_a_key_may_come_late_and_an_object_in_an_object_is_flat(file):
    rows = [{"id": 1, "customer": {"id": "C1", "name": "Acme"}}, {"id": 2, "paid": True, "x": None}]
    [source] = tables(file(rows), name="sent.json")
    assert source.header == ["id", "customer.id", "customer.name", "paid", "x"]
    assert [each.cells for each in source] == [
        ["1", "C1", "Acme", "", ""],
        ["2", "", "", "true", ""],
    ]


def test_the_items_of_invoices_are_their_lines(file):
    items = [
        {"line_number": 1, "description": "Timber", "amount": 120.5},
        {"line_number": 2, "description": "Returned", "amount": -20.5},
    ]
    credit = INVOICE | {"invoice_number": "8", "amount": -50, "items": items[1:]}
    files = open_files(file([INVOICE | {"amount": 100, "items": items}, credit]))
    assert [(each.name, each.bound.kind.name) for each in files] == [
        ("sent.json", "invoices"),
        ("sent.json/items", "invoice_lines"),
    ]
    lines = checked(files[1])
    assert [(row[0], *row[2:6]) for row in lines] == [
        (1, "007", "1", "Timber", Decimal("120.5")),
        (2, "007", "2", "Returned", Decimal("-20.5")),
        (3, "8", "2", "Returned", Decimal("-20.5")),
    ]


def test_items_that_are_no_lines_are_left_out_by_name(file):
    files = open_files(file([INVOICE | {"amount": 1, "items": [{"sku": "a"}]}]))
    assert [each.name for each in files] == ["sent.json"]
    assert files[0].left_out == ("sent.json/items",)


def test_a_value_that_is_no_value_is_invalid_only_where_it_counts(file):
    rows = [INVOICE | {"amount": [1], "tags": [1, 2]}, INVOICE | {"amount": 2, "tags": ["a"]}]
    [opened] = open_files(file(rows))
    refused, accepted = checked(opened)
    assert isinstance(refused, Rejected)
    assert (refused.line, refused.column) == (1, "amount")
    assert '"amount" holds a list' in refused.reason
    assert accepted[SLOTS["amount"]] == 2


def test_a_key_that_stands_twice(file):
    text = json.dumps(INVOICE)[:-1]
    [opened] = open_files(file(f'[{text}, "amount": 1, "amount": 2}}, {text}, "amount": 3}}]'))
    refused, accepted = checked(opened)
    assert "stands twice" in refused.reason
    assert accepted[SLOTS["amount"]] == 3


def test_json_is_known_by_its_content_too(file):
    assert open_files(file([INVOICE | {"amount": 1}], "export.txt"))[0].source.typed == "json"
    text = "[account_number],[invoice_number],[issue_date],[amount]\nC1,1,2026-01-31,5\n"
    assert open_files(file(text, "brackets.csv"))[0].source.separator == ","


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[]", "empty"),
        ('[{"a": 1}, 5]', "no object"),
        ('[{"a": 1} {"a": 2}]', "comma"),
        ('[{"a": 1}', "comma or the closing bracket"),
        ('[{"a": 1}] x', "follows the end"),
        ('[{"a": 1, }]', "not JSON"),
        ('{"a": 1}\n{"a": 1', "line 2: it is not JSON"),
        ('{"a": ' + "[" * 100_000, "nested too deep"),
        ('{"a": ' * 100_000, "nested too deep"),
        ("[" * 100_000, "nested too deep"),
        ("[[1, 2]]", "no object"),
        ('[{"a": "' + "x" * 3_000_000 + '"}]', "longer than"),
        ("[{" + ",".join(f'"k{at}": 1' for at in range(1_001)) + "}]", "different keys"),
        (b'[{"a": "\xff\xfe"}]', ""),
    ],
)
def test_what_is_no_table_is_said_in_a_sentence(file, text, said):
    assert said in refusal(file(text))


VALUES = (
    st.none()
    | st.booleans()
    | st.text(max_size=8)
    | st.integers()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4).map(float)
)


@given(st.lists(st.dictionaries(st.text("abc", min_size=1), VALUES, min_size=1), min_size=1))
@settings(deadline=None)
def test_what_a_json_writer_wrote_comes_back(table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.json"
        path.write_text(json.dumps(table, ensure_ascii=False), encoding="utf-8")
        [source] = tables(path, name="written.json")
        for row, record in zip(source.records(), table, strict=True):
            for key, cell in zip(source.header, row.cells, strict=True):
                value = record.get(key)
                if isinstance(value, bool) or value is None:
                    assert cell == ("" if value is None else str(value).lower())
                elif isinstance(value, str):
                    assert cell == value
                else:
                    assert Decimal(cell) == Decimal(str(value))


@given(st.text() | st.text('[]{}",:01 \n'))
@settings(deadline=None)
def test_no_text_at_all_causes_anything_but_a_sentence(text):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.json"
        path.write_text("[" + text, encoding="utf-8")
        try:
            for source in tables(path, name="any.json"):
                list(source)
        except Unreadable as refused:
            assert str(refused).endswith(".")
