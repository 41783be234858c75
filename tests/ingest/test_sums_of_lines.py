"""Amounts that are worked out: price by quantity, less a share, summed up over another file."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest

from duebook.ingest.check import Rejected, checker
from duebook.ingest.encoding import Unreadable
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import BadMapping, Mapping, load_mapping, parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.opening import open_files

EXAMPLES = Path(__file__).parents[2] / "examples/mappings"
WORTH = '{ column = "price", times = ["pieces"], less_share = ["off"] }'
LINES = f"""
kind = "orders"
round = "half_up"
decimal = ","
[columns]
account_number = "customer"
order_number = "order"
order_date = "day"
[lines]
file = "lines.csv"
on = "order"
amount = {WORTH}
"""
SLOTS = {name: slot + 2 for name, slot in KINDS["orders"].slots.items()}
ORDERS = "customer;order;day\nA;1;2026-01-05\nA;2;2026-01-06\n"


def written(folder: Path, **files: str) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in files]
    for path, text in zip(paths, files.values(), strict=True):
        path.write_text(text)
    return paths


def amounts(paths: list[Path], mapping: Mapping) -> list[Decimal | str]:
    """Of each row: its amount, or why it has none."""
    (opened,) = open_files(paths[0], mapping=mapping, beside=paths)
    rows = map(checker(opened.bound), opened.source)
    return [
        row.reason if isinstance(row, Rejected) else row[SLOTS["amount"]]  # type: ignore[index]
        for row in rows
    ]


def test_what_lines_come_to_is_the_amount(tmp_path: Path) -> None:
    lines = "order;price;pieces;off\n1;10,50;3;0,1\n1;0,333;3;\n2;4;2;0,05\n"
    paths = written(tmp_path, orders=ORDERS, lines=lines)
    mapping = parse_mapping(LINES, name="m.toml")
    assert amounts(paths, mapping) == [Decimal("29.349"), Decimal("7.6")]
    assert parse_mapping(mapping_text(mapping), name="m.toml") == mapping


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("1;10;3;0\n", "lines.csv has no line of it: send the lines of every row."),
        ("1;10;3;0\n2;ten;3;0\n", "line 3 of lines.csv, price: This is not a number"),
        ("1;10;3;0\n2;10;;0\n", "line 3 of lines.csv, pieces: This is empty"),
        ("1;10;3;0\n2;10;3;15\n", "line 3 of lines.csv, off: This is no share between 0 and 1"),
        ("1;10;3;0\n2;;3;0\n", "line 3 of lines.csv"),
    ],
)
def test_an_order_whose_lines_cannot_be_read_is_invalid(
    tmp_path: Path, lines: str, said: str
) -> None:
    paths = written(tmp_path, orders=ORDERS, lines=f"order;price;pieces;off\n{lines}")
    first, second = amounts(paths, parse_mapping(LINES, name="m.toml"))
    assert first == 30
    assert str(second).startswith(said)


def test_the_lines_may_come_in_the_same_archive(tmp_path: Path) -> None:
    paths = written(tmp_path, orders=ORDERS, lines="order;price;pieces;off\n1;1;1;0\n2;2;2;0\n")
    with ZipFile(tmp_path / "both.zip", "w") as archive:
        for path in paths:
            archive.write(path, path.name)
    mapping = parse_mapping(LINES, name="m.toml")
    assert amounts([tmp_path / "both.zip"], mapping) == [1, 4]


def test_without_the_lines_nothing_is_read(tmp_path: Path) -> None:
    paths = written(tmp_path, orders=ORDERS)
    mapping = parse_mapping(LINES, name="m.toml")
    with pytest.raises(BadMapping, match=r"takes amounts from lines\.csv: send that file along"):
        open_files(paths[0], mapping=mapping, beside=paths)
    paths = written(tmp_path, orders=ORDERS, lines="number;price;pieces;off\n1;1;1;0\n")
    with pytest.raises(Unreadable, match='must have one column named "order"'):
        open_files(paths[0], mapping=mapping, beside=paths)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[lines]\nfile = "x.csv"', "must say file, on and amount"),
        (
            f'[columns]\namount = "a"\n[lines]\nfile = "x"\non = "y"\namount = {WORTH}',
            "columns.amount is what [lines] sums up: leave it out",
        ),
        ('[columns]\norder_date = { column = "a", times = "b" }', "is for amount fields"),
    ],
)
def test_a_mapping_of_lines_that_cannot_be(text: str, said: str) -> None:
    with pytest.raises(BadMapping) as refused:
        parse_mapping(f'kind = "orders"\n{text}', name="m.toml")
    assert said in str(refused.value)


def test_northwind(outside_data: Path) -> None:
    """Open orders as of a day, customer by customer."""
    folder, day = outside_data / "northwind", date(1998, 3, 31)
    paths = [folder / "orders.csv", folder / "order_details.csv"]
    (opened,) = open_files(
        paths[0], mapping=load_mapping(EXAMPLES / "northwind.toml"), beside=paths
    )
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in map(checker(opened.bound), opened.source):
        assert isinstance(row, tuple), row
        closed = row[SLOTS["closed_date"]]
        if row[SLOTS["order_date"]] <= day and (closed is None or closed > day):
            found[row[SLOTS["account_number"]]].append(row[SLOTS["amount"]])
    answers = outside_data / "expected/northwind/northwind_open_orders_1998-03-31.csv"
    with answers.open(encoding="utf-8") as file:
        expected = {
            row["customer_id"]: (int(row["open_orders"]), Decimal(row["open_value"]))
            for row in csv.DictReader(file)
            if row["customer_id"] != "TOTAL"
        }
    cent = Decimal("0.01")
    assert {
        customer: (len(each), sum(each, Decimal()).quantize(cent))
        for customer, each in found.items()
    } == expected
