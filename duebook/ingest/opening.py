"""A path becomes files that can be loaded: tables found, headers found, columns understood."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from duebook.ingest import csv_file, json_file, xlsx_file
from duebook.ingest.archive import Folder, Member, unpacked
from duebook.ingest.encoding import Unreadable, opened_bytes
from duebook.ingest.feeds import BadMapping, Bound, Mapping
from duebook.ingest.guess import guess_kind, plain_name
from duebook.ingest.kinds import KINDS
from duebook.ingest.lines import with_lines
from duebook.ingest.mapping import plain_mapping
from duebook.ingest.names import is_known
from duebook.ingest.proposal import Proposal
from duebook.ingest.rows import Source, beginning, headed_at, header_among, tabled
from duebook.ingest.understand import understand
from duebook.ingest.zip_file import container

_ZIP, _OLE = b"PK", b"\xd0\xcf\x11\xe0"
_LOCKED = "EncryptedPackage".encode("utf-16-le")
_FOREIGN = {
    "xl/workbook.bin": "a binary Excel file (.xlsb)",
    "content.xml": "an OpenDocument file",
    "word/document.xml": "a word processor's document",
    "ppt/presentation.xml": "a presentation",
}


@dataclass(frozen=True)
class Opened:
    """A file, or a sheet or member of one, that can be read as its kind.

    `proposal` is what was understood where no mapping said it; `left_out` are tables of the same
    file that are none of Duebook's kinds.
    """

    path: Path
    source: Source
    bound: Bound
    sha256: str
    proposal: Proposal | None = None
    left_out: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.source.name


def open_files(
    path: Path,
    *,
    kind: str | None = None,
    mapping: Mapping | None = None,
    currency: str = "",
    beside: Sequence[Path] = (),
) -> list[Opened]:
    """Every table of a file. Raises Unreadable or BadMapping, each in one sentence, before
    anything is written: also where a file can be understood in more than one way.

    `currency` is the organisation's, for files that name none; `beside` are files among which the
    mapping's lines may stand.
    """
    mapping = mapping or plain_mapping(kind)
    groups = _tables(path, mapping)
    if mapping.lines_file:
        groups = _summed(groups, mapping, beside)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    found: list[Opened] = []
    for sources in groups:
        found += _group(path, sources, kind, mapping, currency=currency, digest=digest)
    return found


def open_file(path: Path, *, kind: str | None, mapping: Mapping | None) -> Opened:
    """A file of one table. Raises as `open_files` does."""
    found = open_files(path, kind=kind, mapping=mapping)
    if len(found) > 1:
        raise Unreadable(f"{path.name} holds several tables: send one.")
    return found[0]


def proposals(
    path: Path, *, kind: str | None = None, given: Mapping | None = None, currency: str = ""
) -> list[Proposal]:
    """What each table of a file is understood to be, doubts included. Raises Unreadable."""
    given = given or plain_mapping(kind)
    found: list[Proposal] = []
    for sources in _tables(path, given):
        found += [
            understand(
                _titled(each, given), kind=kind or each.kind or None, given=given, currency=currency
            )
            for each in _fitting(sources, kind, given)[0]
        ]
    return found


def _tables(path: Path, mapping: Mapping) -> list[list[Source]]:
    """The tables of each file: those of a workbook or a JSON file belong together."""
    with opened_bytes(path) as file:
        start = file.read(4096)
    if start.startswith(_ZIP) and not _is_workbook(path, path.name):
        folder = Folder()
        members = unpacked(path, folder.path, name=path.name)
        return [[replace(t, keeps=folder) for t in _of_member(m, mapping)] for m in members]
    return [_of_file(path, path.name, start, mapping)]


def _summed(
    groups: list[list[Source]], mapping: Mapping, beside: Sequence[Path]
) -> list[list[Source]]:
    """Without the file of lines, and with their sums."""
    wanted = mapping.lines_file.casefold()
    plain = replace(mapping, header=None, skip_rows=0, sheet="")
    others = [_tables(path, plain) for path in beside if path.name.casefold() == wanted]
    every = [tables for each in [groups, *others] for tables in each]
    found = [each for each in every if each[0].name.rpartition("/")[2].casefold() == wanted]
    if len(found) != 1:
        raise BadMapping(
            f"{mapping.name} takes amounts from {mapping.lines_file}: send that file along."
        )
    lines = tabled(found[0][0], header=None)
    return [
        [with_lines(tabled(each, header=mapping.header), mapping, lines) for each in tables[:1]]
        for tables in groups
        if tables is not found[0]
    ]


def _of_member(member: Member, mapping: Mapping) -> list[Source]:
    with opened_bytes(member.path) as file:
        start = file.read(4096)
    if start.startswith(_ZIP) and not _is_workbook(member.path, member.name):
        raise Unreadable(f"{member.name} is a ZIP file in a ZIP file: unpack it first.")
    return _of_file(member.path, member.name, start, mapping)


def _is_workbook(path: Path, name: str) -> bool:
    with container(path, name=name) as archive:
        members = set(archive.namelist())
        if xlsx_file.is_workbook(archive):
            return True
        for part, what in _FOREIGN.items():
            if part in members and ("mimetype" in members or "[Content_Types].xml" in members):
                raise Unreadable(f"{name} is {what}: save it as XLSX or CSV and send that.")
    return False


def _of_file(path: Path, name: str, start: bytes, mapping: Mapping) -> list[Source]:
    header, skip = mapping.header, mapping.skip_rows
    if start.startswith(_OLE):
        raise Unreadable(_what_ole_is(path, name))
    if start.startswith(_ZIP):
        if mapping.sheet:
            found = [xlsx_file.sheet_named(path, mapping.sheet, name=name)]
        else:
            found = xlsx_file.sheets(path, name=name)
        if not found:
            raise Unreadable(f"{name} is empty: send a workbook with a header and rows.")
        return found
    if json_file.looks_like_json(path, start):
        return json_file.tables(path, name=name, encoding=mapping.encoding)
    return [
        csv_file.read(
            path,
            name=name,
            encoding=mapping.encoding,
            separator=mapping.separator,
            header=header,
            skip_rows=skip,
        )
    ]


def _what_ole_is(path: Path, name: str) -> str:
    with opened_bytes(path) as file:
        is_locked = _LOCKED in file.read(64 << 20)
    if is_locked:
        return f"{name} is protected by a password: save it without one and send that."
    return f"{name} is an old Excel file (.xls): save it as XLSX or CSV and send that."


def _group(
    path: Path,
    sources: Sequence[Source],
    kind: str | None,
    mapping: Mapping,
    *,
    currency: str,
    digest: str,
) -> list[Opened]:
    """The tables of one file that are of a kind. When none is, why the first is not."""
    tables, left_out = _fitting(sources, kind, mapping)
    found: list[Opened] = []
    trouble: Unreadable | None = None
    for table in tables:
        try:
            opened = _opened(path, table, kind, mapping, currency=currency, digest=digest)
        except _NoKind as unknown:
            trouble = trouble or unknown
            left_out.append(table.name)
        else:
            found.append(opened)
    if not found:
        raise Unreadable(str(trouble))
    return [replace(found[0], left_out=tuple(left_out)), *found[1:]]


class _NoKind(Unreadable):
    """A table that is of no kind at all, which beside others may be a note or a summary."""


def _fitting(
    sources: Sequence[Source], kind: str | None, mapping: Mapping
) -> tuple[list[Source], list[str]]:
    """Tables with a header and rows; with a mapping of columns only the first is meant."""
    tables: list[Source] = []
    left_out: list[str] = []
    trouble: Unreadable | None = None
    for each in sources:
        try:
            needs_header = not each.header or each.typed in ("1900", "1904")
            header, skip = mapping.header, mapping.skip_rows
            tables.append(
                tabled(each, header=header, skip_rows=skip) if needs_header else _with_rows(each)
            )
        except Unreadable as unreadable:
            trouble = trouble or unreadable
            left_out.append(each.name)
    if not tables:
        raise trouble or Unreadable("The file is empty: send one with rows.")
    if mapping.columns:
        return tables[:1], []
    return tables, left_out


def _with_rows(source: Source) -> Source:
    if not any(source):
        raise Unreadable(f"{source.name} has a header but no rows: export it again with rows.")
    return source


def _opened(
    path: Path,
    source: Source,
    kind: str | None,
    mapping: Mapping,
    *,
    currency: str,
    digest: str,
) -> Opened:
    source = _titled(source, mapping)
    proposal = None
    asked = kind or mapping.kind
    if source.kind and asked not in (None, source.kind):
        raise _NoKind(f"{source.name} holds {source.kind}, not {asked}: leave it out.")
    kind = kind or source.kind or None
    if not mapping.columns:
        try:
            proposal = understand(source, kind=kind, given=mapping, currency=currency)
        except Unreadable as unknown:
            raise _NoKind(str(unknown)) from None
        if proposal.doubts:
            raise Unreadable(proposal.doubts[0])
        mapping = proposal.mapping
    bound = mapping.bind(source.header, kind=kind, file=source.name, typed=source.typed)
    told = proposal if proposal and not proposal.is_plain else None
    return Opened(path, source, bound, digest, told)


def _titled(source: Source, mapping: Mapping) -> Source:
    """The source with the header that its titles hide, if they hide one."""
    if mapping.header is not None or not source.header_line or _is_header(source, mapping):
        return source
    rows = beginning(source, skip_rows=mapping.skip_rows)
    found = header_among(rows, known=_known(mapping))
    return headed_at(source, found) if found else source


def _is_header(source: Source, mapping: Mapping) -> bool:
    """Whether the first row is one already, as it always was."""
    names = {plain_name(name) for name in source.header}
    if mapping.columns:
        wanted = {
            plain_name(each) for column in mapping.columns.values() for each in column.sources
        }
        return wanted <= names
    kind = mapping.kind
    return KINDS[kind].required <= names if kind else guess_kind(source.header) is not None


def _known(mapping: Mapping) -> Callable[[str], bool]:
    if not mapping.columns:
        return is_known
    wanted = {plain_name(each) for column in mapping.columns.values() for each in column.sources}
    return lambda name: plain_name(name) in wanted
