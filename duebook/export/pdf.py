"""Papers: words and figures, already written in the reader's language, set as PDF.

The same paper gives the same bytes. Nothing is fetched: fonts lie beside this file, and what is
told reaches the typesetter as data, never as markup.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, time
from pathlib import Path

import typst

HERE = Path(__file__).parent


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
    told = asdict(paper)
    told["day"] = [paper.day.year, paper.day.month, paper.day.day]
    told["lang"] = told.pop("language").partition("-")[0]
    told["dir"] = "rtl" if told.pop("right_to_left") else "ltr"
    made = typst.compile(
        str(HERE / "papers" / "paper.typ"),
        root=str(HERE / "papers"),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
        pdf_tags=False,
        timestamp=int(datetime.combine(paper.day, time.min, UTC).timestamp()),
    )
    assert isinstance(made, bytes)
    return made
