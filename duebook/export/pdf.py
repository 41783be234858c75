"""Papers: words and figures, already written in the reader's language, set as PDF.

The same paper gives the same bytes. Nothing is fetched: fonts lie beside this file, and what is
told reaches the typesetter as data, never as markup.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Any

from pypdf import PdfWriter

from duebook.export.typesetter import typeset

COLUMNS_UPRIGHT = 8  # with more than that a paper lies on its side
PIECE = 500  # rows of a table that are set together
SET_HERE = 500  # rows of a paper; a longer one is set in sections of so many pieces
PIECES_SET = 4
SECONDS_MAX = 60  # for a section
ONE_AT_A_TIME = Lock()  # sections of this process; however many ask, memory is that of one
MEASURED = 200  # rows
LEFT_TO_RIGHT, FIRST_STRONG, END = "\u2066", "\u2068", "\u2069"


@dataclass(frozen=True)
class Column:
    """`figure`: an amount, set right, left to right in any language, as a `code` is, which stands
    at the start; `wide` takes the rest of the line.
    """

    name: str
    figure: bool = False
    wide: bool = False
    code: bool = False


@dataclass(frozen=True)
class Table:
    title: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[str]]
    totals: Sequence[Sequence[str]] = ()
    note: str = ""
    empty: str = ""  # what stands in place of no rows


@dataclass(frozen=True)
class Paper:
    """`day` dates the file itself: its bytes do not depend on when it is made."""

    title: str
    issuer: str
    as_of: str
    day: date
    language: str
    right_to_left: bool
    subject: Sequence[str] = ()
    sentence: str = ""
    facts: Sequence[tuple[str, str]] = ()
    tables: Sequence[Table] = field(default=())
    notes: Sequence[str] = ()
    foot: str = ""


def pdf(paper: Paper) -> bytes:
    """A long paper is set in sections, each by a process of its own: what setting costs grows
    faster than the rows, and the typesetter keeps what it has set."""
    told = told_of(paper)
    if sum(len(each.rows) for each in paper.tables) <= SET_HERE:
        return typeset(told)
    joined = PdfWriter()
    for section in _sections(told):
        section["first_page"] = len(joined.pages) + 1
        with ONE_AT_A_TIME:
            made = subprocess.run(
                [sys.executable, "-m", "duebook.export.typesetter"],
                input=json.dumps(section).encode(),
                capture_output=True,
                check=True,
                timeout=SECONDS_MAX,
            )
        joined.append(io.BytesIO(made.stdout))
    joined.add_metadata({"/Title": paper.title, "/Author": paper.issuer})
    whole = io.BytesIO()
    joined.write(whole)
    return whole.getvalue()


def _sections(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Of the tables so many pieces at a time; the head stands on the first, the notes on the
    last."""
    pieces = [
        (at, piece)
        for at, table in enumerate(told["tables"])
        for piece in table["pieces"] or [None]
    ]
    for start in range(0, len(pieces), PIECES_SET):
        section = pieces[start : start + PIECES_SET]
        tables = [
            {**table, "pieces": [piece for place, piece in section if place == at and piece]}
            for at, table in enumerate(told["tables"])
            if any(place == at for place, _piece in section)
        ]
        is_last = start + PIECES_SET >= len(pieces)
        yield {
            **told,
            "tables": tables,
            "goes_on": start > 0,
            "is_whole": False,
            "notes": told["notes"] if is_last else [],
        }


def told_of(paper: Paper) -> dict[str, Any]:
    """A paper as its layout reads it: names keep their own direction within words of another,
    and tables stand in pieces, because the time that a table takes grows faster than its rows."""
    return {
        "title": paper.title,
        "issuer": isolated(paper.issuer),
        "as_of": paper.as_of,
        "day": [paper.day.year, paper.day.month, paper.day.day],
        "lang": paper.language.partition("-")[0],
        "dir": "rtl" if paper.right_to_left else "ltr",
        "wide": max((len(each.columns) for each in paper.tables), default=0) > COLUMNS_UPRIGHT,
        "subject": [isolated(each) for each in paper.subject],
        "sentence": paper.sentence,
        "facts": paper.facts,
        "tables": [_table(each, right_to_left=paper.right_to_left) for each in paper.tables],
        "notes": paper.notes,
        "foot": paper.foot,
        "goes_on": False,
        "is_whole": True,
        "first_page": 1,
    }


def isolated(words: str) -> str:
    """A name in a line of whatever direction: in its own, and moving nothing beside it."""
    return f"{FIRST_STRONG}{words}{END}"


def _table(table: Table, *, right_to_left: bool) -> dict[str, Any]:
    columns, totals = table.columns, _cells(table.totals, table.columns, right_to_left)
    pieces = [
        {
            "rows": len(rows),
            "cells": _cells(rows, columns, right_to_left),
            "totals": totals if at + PIECE >= len(table.rows) else [],
        }
        for at in range(0, len(table.rows), PIECE)
        for rows in (table.rows[at : at + PIECE],)
    ]
    return {
        "title": table.title,
        "note": table.note,
        "empty": table.empty,
        "heads": [each.name for each in columns],
        "figures": [each.figure for each in columns],
        "widths": _widths(table),
        "summed": [
            at
            for at, each in enumerate(columns)
            if each.figure and any(row[at] for row in table.totals)
        ],
        "pieces": pieces,
    }


def _cells(
    rows: Sequence[Sequence[str]], columns: Sequence[Column], right_to_left: bool
) -> list[str]:
    """Row by row; figures and codes are written left to right in any language."""
    if not right_to_left:
        return [words for row in rows for words in row]
    return [
        f"{LEFT_TO_RIGHT}{words}{END}" if words and (column.figure or column.code) else words
        for row in rows
        for column, words in zip(columns, row, strict=True)
    ]


def _widths(table: Table) -> list[str | int]:
    """As wide as what stands in them. Of a long table that would be measured anew for each piece:
    there the longest words share the line."""
    if len(table.rows) <= MEASURED:
        return [1 if each.wide else "auto" for each in table.columns]
    rows = [*table.rows, *table.totals, [each.name for each in table.columns]]
    return [min(40, max(6, *(len(row[at]) for row in rows))) for at in range(len(table.columns))]
