"""The body of a call as rows: a list of objects, or one object on each line.

Numbers keep every digit they are written with; nothing becomes a float. Raises Unreadable.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from duebook.ingest.encoding import Unreadable
from duebook.ingest.json_file import number
from duebook.ingest.pushed import TWICE

ROWS_MAX = 10_000


class TooMany(Exception):
    """More rows than one call may bring."""


def rows_of(body: bytes, *, by_line: bool) -> list[dict[str, Any]]:
    """Raises TooMany beyond ROWS_MAX rows."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable("The body is not UTF-8: encode it so.") from None
    rows = list(_by_line(text)) if by_line else _listed(text)
    if len(rows) > ROWS_MAX:
        raise TooMany
    return rows


def _by_line(text: str) -> Iterator[dict[str, Any]]:
    count = 0
    for line, written in enumerate(text.split("\n"), start=1):
        if not written.strip():
            continue
        value = _value(written, f"Line {line}")
        if not isinstance(value, dict):
            raise Unreadable(f'Line {line} is no object such as {{"amount": 1}}: write one a line.')
        count += 1
        if count > ROWS_MAX:
            raise TooMany
        yield value


def _listed(text: str) -> list[dict[str, Any]]:
    value = _value(text, "The body")
    if not isinstance(value, list):
        raise Unreadable(
            "The body is no list: send one such as [{...}, {...}], or one object on each line as"
            " application/x-ndjson."
        )
    for place, each in enumerate(value, start=1):
        if not isinstance(each, dict):
            raise Unreadable(f"Row {place} of the list is no object: write one for each row.")
    return value


def _value(text: str, what: str) -> Any:
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise Unreadable(f"{what} is nested too deep: send flat objects.") from None
    except json.JSONDecodeError as wrong:
        where = f"{wrong.msg}, line {wrong.lineno}, column {wrong.colno}"
        raise Unreadable(f"{what} is not JSON ({where}): correct it.") from None


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        made[TWICE] = True
    return made


def _no_constant(word: str) -> NoReturn:
    raise Unreadable(f"{word} is no value of JSON: leave the field out, or write null.")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=number, parse_int=number, parse_constant=_no_constant
)
