"""JSON files as tables: an array of flat objects, or one object on each line.

Numbers keep every digit they are written with. An object in an object is flattened
(customer.name); a list of flat objects in it, such as an invoice's items, is a table of its own:
the lines of that invoice, whose rows also have its number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeAlias

from duebook.ingest.encoding import Unreadable, encoding_of, storable
from duebook.ingest.names import meanings
from duebook.ingest.rows import COLUMN_LIMIT, RECORD_LIMIT, Exact, Source, SourceRow

SUFFIXES = (".json", ".jsonl", ".ndjson")
BLOCK = 1 << 16
DEPTH = 3
LINES = "invoice_lines"
_SPACE = " \t\r\n\ufeff"
_TWICE = "\0 twice"

Record: TypeAlias = tuple[int, Any]  # its line, or its place in the array; what stands there


def tables(path: Path, *, name: str, encoding: str | None = None) -> list[Source]:
    """The file's own table, then those of the lists in its objects. Raises Unreadable.

    The whole file is looked at, because the last object may be the first to have a key.
    """
    file = _File(path, name, encoding_of(path, stated=encoding, name=name))
    keys: dict[str, None] = {}
    lists: dict[str, dict[str, None]] = {}
    rows = 0
    for _, record in file.records():
        rows += 1
        for key, value in _flat(record):
            if _is_list(value):
                inner = lists.setdefault(key, {})
                for item in value:
                    inner.update((each, None) for each, _ in _flat(item))
            else:
                keys[key] = None
        if len(keys) + sum(map(len, lists.values())) > COLUMN_LIMIT:
            raise Unreadable(
                f"{name} has more than {COLUMN_LIMIT:,} different keys: "
                "send only those that matter."
            )
    if not rows:
        raise Unreadable(f"{name} is empty: send a file with rows.")
    whole = Source(name, path, lambda: file.rows(list(keys)), list(keys), typed="json")
    return [whole, *(file.inner(whole, key, list(inner)) for key, inner in lists.items())]


def looks_like_json(path: Path, start: bytes) -> bool:
    text = start.decode("utf-8", errors="replace").lstrip(_SPACE)
    named = path.suffix.casefold() in SUFFIXES
    return text[:1] in ("[", "{") and (named or text[1:].lstrip(_SPACE)[:1] in ("{", '"'))


@dataclass(frozen=True)
class _File:
    path: Path
    name: str
    encoding: str

    def rows(self, keys: list[str]) -> Iterator[SourceRow]:
        for line, record in self.records():
            if isinstance(record, _Broken):
                yield SourceRow(line, [], record.reason, {})
            else:
                yield _row(line, dict(_flat(record)), keys)

    def inner(self, whole: Source, key: str, keys: list[str]) -> Source:
        """The items of one list, numbered through the file, each with its invoice's number."""
        own = [each for each in whole.header if each not in keys and _is_number(each)]
        header = [*own, *keys]

        def rows() -> Iterator[SourceRow]:
            count = 0
            for _, record in self.records():
                flat = dict(_flat(record))
                items: list[Any] = flat[key] if _is_list(flat.get(key)) else []
                for item in items:
                    count += 1
                    yield _row(
                        count, {**{k: flat.get(k) for k in own}, **dict(_flat(item))}, header
                    )

        name = f"{self.name}/{key}"
        return replace(whole, name=name, records=rows, header=header, kind=LINES)

    def records(self) -> Iterator[Record]:
        try:
            with self.path.open(encoding=self.encoding, errors="surrogateescape") as file:
                reader = _Reader(lambda: file.read(BLOCK), self.name)
                yield from reader.records()
        except UnicodeError:
            raise Unreadable(f"{self.name} is damaged: export it again as UTF-8.") from None
        except OSError as trouble:
            raise Unreadable.because(self.path, trouble) from None


@dataclass(frozen=True)
class _Broken:
    """A line that is not JSON, in the place of its object."""

    reason: str


class _Reader:
    """Objects out of a stream of text, one at a time, none of them endless."""

    def __init__(self, more: Callable[[], str], name: str) -> None:
        self.more, self.name = more, name
        self.buffer, self.at, self.line = "", 0, 1
        self.decoder = json.JSONDecoder(
            object_pairs_hook=_object, parse_float=number, parse_int=number, parse_constant=str
        )

    def records(self) -> Iterator[Record]:
        is_array = self._next() == "["
        self.at += is_array
        place = 0
        while letter := self._next():
            if is_array and letter == "]":
                self.at += 1
                break
            place += 1
            line = place if is_array else self.line
            try:
                value = self._value()
                if not isinstance(value, dict):
                    raise self._wrong('what stands there is no object such as {"amount": 1}')
            except Unreadable:
                if is_array or place == 1 or not (broken := self._passed_over()):
                    raise
                value = broken
            yield line, value
            if is_array and self._next() == ",":
                self.at += 1
            elif is_array and self._next() != "]":
                raise self._wrong("a comma or the closing bracket of the list is missing")
        if self._next():
            raise self._wrong("something follows the end of the list")

    def _next(self) -> str:
        """The next letter that is no space; empty at the end."""
        while True:
            buffer = self.buffer
            while self.at < len(buffer) and buffer[self.at] in _SPACE:
                self.line += buffer[self.at] == "\n"
                self.at += 1
            if self.at < len(buffer):
                return buffer[self.at]
            self.buffer, self.at = self.more(), 0
            if not self.buffer:
                return ""

    def _value(self) -> Any:
        """The value that begins here. More is read, twice as much each time, until it is whole."""
        wanted = BLOCK
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.at)
                self.line += self.buffer.count("\n", self.at, end)
                self.at = end
                return value
            except RecursionError:
                raise self._wrong("its brackets are nested too deep") from None
            except ValueError as trouble:
                if len(self.buffer) - self.at > RECORD_LIMIT:
                    raise self._wrong(f"it is longer than {RECORD_LIMIT:,} characters") from None
                if not self._fill(wanted):
                    raise self._wrong(f"it is not JSON ({trouble})") from None
                wanted *= 2

    def _fill(self, wanted: int) -> bool:
        """At least that much more, if there is any."""
        self.buffer, self.at, got = self.buffer[self.at :], 0, 0
        while got < wanted and (block := self.more()):
            self.buffer += block
            got += len(block)
        return got > 0

    def _passed_over(self) -> _Broken | None:
        """The rest of a line that is no object although it looks as if it were whole: among objects
        one on each line it is a row that cannot be read. None for anything else.
        """
        text = self.buffer[self.at :].partition("\n")[0]
        if len(text) > RECORD_LIMIT or not (text[:1] == "{" and text.rstrip(_SPACE)[-1] == "}"):
            return None
        self.at += len(text)
        return _Broken("This line is not JSON: correct it, or export the file again.")

    def _wrong(self, what: str) -> Unreadable:
        what = " ".join(what.split())[:200]
        return Unreadable(f"{self.name}, line {self.line}: {what}: export it again.")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        made[_TWICE] = True
    return made


def number(text: str) -> str:
    """Plain digits, whichever way it is written: 1.5e3 is 1500."""
    if "e" not in text and "E" not in text:
        return Exact(text)
    try:
        number = Decimal(text)
    except InvalidOperation:
        return text
    # What is beyond all bounds stays as it is, to be refused by name.
    return Exact(format(number, "f")) if -20 < number.adjusted() < 20 else text


def _flat(record: Any, prefix: str = "", depth: int = 1) -> Iterator[tuple[str, Any]]:
    if not isinstance(record, dict):
        return
    for key, value in record.items():
        name = prefix + storable(" ".join(key.split()))
        if isinstance(value, dict) and depth < DEPTH:
            yield from _flat(value, f"{name}.", depth + 1)
        else:
            yield name if key != _TWICE else _TWICE, value


def _is_number(key: str) -> bool:
    """Whether a key may be the number of the invoice that lines belong to."""
    found = {(each.kind, each.field) for each in meanings(key)}
    return (LINES, "invoice_number") in found


def _is_list(value: Any) -> bool:
    """Of flat objects, at least one."""
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def _row(line: int, values: dict[str, Any], keys: list[str]) -> SourceRow:
    faults = {}
    cells = []
    for position, key in enumerate(keys):
        value = values.get(key)
        if isinstance(value, str):
            cells.append(value)
        elif value is None:
            cells.append("")
        elif isinstance(value, bool):
            cells.append("true" if value else "false")
        else:
            cells.append("")
            faults[position] = f'"{key[:60]}" holds a list or an object: write one value there.'
    trouble = "A key stands twice in this object: keep one of them." if _TWICE in values else ""
    return SourceRow(line, [] if trouble else cells, trouble, faults)
