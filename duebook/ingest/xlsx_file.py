"""XLSX workbooks as tables: which sheets there are, and what their cells' numbers stand for.

Values only: formulas count by the value saved with them, macros are never looked at. Sheets are
read as a stream, so a workbook takes no more memory than its shared texts, and what it says of
its own size does not matter.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from duebook.ingest.encoding import Unreadable
from duebook.ingest.rows import Source, SourceRow
from duebook.ingest.safe_xml import local, parsed
from duebook.ingest.xlsx_sheet import Merge, Workbook, sheet_rows, unescaped
from duebook.ingest.zip_file import blocks, container, damage_told, too_large

PART_LIMIT = 16 << 20  # of the parts that only describe
TEXTS_LIMIT, LETTERS_LIMIT = 2_000_000, 40_000_000  # of the texts that cells share
MERGES_LIMIT = 100_000
SHEETS_LIMIT = 200
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_DAY_FORMATS = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
_TIME_FORMATS = {18, 19, 20, 21, 45, 46, 47}
_UNREAD = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook and where it lies in it."""

    name: str
    part: str
    is_hidden: bool


def sheets(path: Path, *, name: str) -> list[Source]:
    """The workbook's visible sheets that hold anything, in order; without their headers yet."""
    return [source for sheet, source in _all(path, name=name) if not sheet.is_hidden]


def sheet_named(path: Path, sheet: str, *, name: str) -> Source:
    """The sheet of that name, hidden or not. Raises Unreadable when there is none."""
    found = _all(path, name=name, empty=True)
    for each, source in found:
        if each.name.strip().casefold() == sheet.strip().casefold():
            return source
    names = ", ".join(each.name for each, _ in found)
    raise Unreadable(f'{name} has no sheet "{sheet}": name one of {names}.')


def is_workbook(archive: zipfile.ZipFile) -> bool:
    names = set(archive.namelist())
    return "xl/workbook.xml" in names or "xl/_rels/workbook.xml.rels" in names


def _all(path: Path, *, name: str, empty: bool = False) -> list[tuple[Sheet, Source]]:
    with container(path, name=name) as archive:
        book, listed = _described(archive, name=name)
        found = []
        for sheet in listed:
            merges = _merges(archive, sheet.part, name=name)
            source = _source(path, sheet, book, merges, name=name, alone=len(listed) == 1)
            if empty or next(source.records(), None):
                found.append((sheet, source))
        return found


def _source(
    path: Path, sheet: Sheet, book: Workbook, merges: tuple[Merge, ...], *, name: str, alone: bool
) -> Source:
    shown = name if alone else f"{name}/{sheet.name}"

    def records() -> Iterator[SourceRow]:
        with container(path, name=name) as archive:
            stream = blocks(archive, sheet.part, name=shown)
            yield from sheet_rows(stream, book=book, merges=merges, name=shown)

    return Source(shown, path, records, [], typed="1904" if book.since_1904 else "1900")


def _described(archive: zipfile.ZipFile, *, name: str) -> tuple[Workbook, list[Sheet]]:
    """What the parts beside the sheets say."""
    book_part = _targets(archive, "_rels/.rels", name=name, type_="/officeDocument")
    part = next(iter(book_part.values()), "xl/workbook.xml")
    rels = posixpath.join(posixpath.dirname(part), "_rels", posixpath.basename(part) + ".rels")
    targets = _targets(archive, rels, name=name, type_="/worksheet", base=posixpath.dirname(part))
    strings = _targets(archive, rels, name=name, type_="/sharedStrings", base="xl")
    styles = _targets(archive, rels, name=name, type_="/styles", base="xl")
    listed: list[Sheet] = []
    facts: dict[str, bool] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        tag = local(tag)
        if tag == "sheet":
            key = next((v for k, v in attributes.items() if k.endswith(":id")), "")
            if key in targets and len(listed) < SHEETS_LIMIT:
                hidden = attributes.get("state", "visible") != "visible"
                listed.append(Sheet(attributes.get("name", "")[:100], targets[key], hidden))
        elif tag == "workbookPr":
            facts["1904"] = attributes.get("date1904") in ("1", "true")
        elif tag == "calcPr":
            facts["stale"] = attributes.get("fullCalcOnLoad") in ("1", "true")

    _read(archive, part, name=name, start=start)
    if not listed:
        raise Unreadable(f"{name} has no sheet with cells: send the workbook that has the rows.")
    book = Workbook(
        texts=tuple(_texts(archive, next(iter(strings.values()), ""), name=name)),
        styles=tuple(_styles(archive, next(iter(styles.values()), ""), name=name)),
        since_1904=facts.get("1904", False),
        has_stale_formulas=facts.get("stale", False),
    )
    return book, listed


def _read(
    archive: zipfile.ZipFile,
    part: str,
    *,
    name: str,
    start: Callable[..., None] = lambda *_: None,
    end: Callable[..., None] = lambda *_: None,
    text: Callable[..., None] = lambda *_: None,
    limit: int = PART_LIMIT,
) -> None:
    stream = blocks(archive, part, name=name, limit=limit)
    for _ in parsed(stream, name=name, start=start, end=end, text=text):
        pass


def _targets(
    archive: zipfile.ZipFile, part: str, *, name: str, type_: str, base: str = ""
) -> dict[str, str]:
    """The parts of one type that a part is related to, by their id."""
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "Relationship" and attributes.get("Type", "").endswith(type_):
            target = attributes.get("Target", "")
            whole = target[1:] if target.startswith("/") else posixpath.join(base, target)
            found[attributes.get("Id", "")] = posixpath.normpath(whole)

    if part in archive.NameToInfo:
        _read(archive, part, name=name, start=start)
    return {key: value for key, value in found.items() if value in archive.NameToInfo}


def _texts(archive: zipfile.ZipFile, part: str, *, name: str) -> list[str]:
    """The texts that cells share. What is spoken beside them, in Japanese, is left out."""
    texts: list[str] = []
    parts: list[str] = []
    size, depth, within = 0, 0, False

    def start(tag: str, _: dict[str, str]) -> None:
        nonlocal depth, within
        tag = local(tag)
        depth += tag == "rPh"
        within = tag == "t" and not depth

    def end(tag: str) -> None:
        nonlocal depth, within, size
        tag = local(tag)
        within = False
        depth -= tag == "rPh"
        if tag == "si":
            texts.append(unescaped("".join(parts)))
            parts.clear()
            if len(texts) > TEXTS_LIMIT:
                raise too_large(name)

    def text(data: str) -> None:
        nonlocal size
        if within:
            parts.append(data)
            size += len(data)
            if size > LETTERS_LIMIT:
                raise too_large(name)

    if part:
        _read(archive, part, name=name, start=start, end=end, text=text, limit=512 << 20)
    return texts


def _styles(archive: zipfile.ZipFile, part: str, *, name: str) -> list[str]:
    """By style: "day", "time", "0000" for numbers shown with leading zeros, "" for any other."""
    formats: dict[str, str] = {}
    styles: list[str] = []
    within = False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal within
        tag = local(tag)
        if tag == "numFmt":
            formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif tag == "cellXfs":
            within = True
        elif tag == "xf" and within:
            styles.append(attributes.get("numFmtId", "0"))

    def end(tag: str) -> None:
        nonlocal within
        within = within and local(tag) != "cellXfs"

    if part:
        _read(archive, part, name=name, start=start, end=end)
    return [_shape(each, formats.get(each)) for each in styles]


def _shape(number: str, code: str | None) -> str:
    if code is None:
        known = int(number) if number.isdecimal() and len(number) < 4 else 0
        return "time" if known in _TIME_FORMATS else "day" if known in _DAY_FORMATS else ""
    first = _UNREAD.sub("", code.partition(";")[0]).casefold()
    if first and not first.strip("0"):
        return first if 1 < len(first) <= 40 else ""
    if "general" in first or not set(first) & set("dmyhs"):
        return ""
    return "day" if set(first) & set("dy") else "time" if set(first) & set("hs") else "day"


def _merges(archive: zipfile.ZipFile, part: str, *, name: str) -> tuple[Merge, ...]:
    """Cells that are merged over several rows; they are told after the rows. As the whole sheet
    is unpacked for that, its true size is known before a row is read.
    """
    found: list[Merge] = []
    rest = b""
    with damage_told(name):
        for block in blocks(archive, part, name=name):
            whole = rest + block
            for match in _MERGE.finditer(whole):
                top, bottom = int(match[2]), int(match[4])
                if top < bottom and len(found) < MERGES_LIMIT:
                    found.append(Merge(match[1].decode(), top, bottom))
            rest = whole[max(whole.rfind(b"<"), len(whole) - 512) :]
    return tuple(sorted(set(found), key=lambda merge: merge.top))
