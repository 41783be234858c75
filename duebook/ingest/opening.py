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
from duebook.ingest.mappings import NO_MAPPINGS, Recogniser, SavedMapping
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
    file that are none of Duebook's kinds; `saved_as` is the name of the saved mapping that was
    recognised by the header.
    """

    path: Path
    source: Source
    bound: Bound
    sha256: str
    proposal: Proposal | None = None
    left_out: tuple[str, ...] = ()
    saved_as: str = ""

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
    saved: Recogniser = NO_MAPPINGS,
) -> list[Opened]:
    """Every table of a file. Raises Unreadable or BadMapping, each in one sentence, before
    anything is written: also where a file can be understood in more than one way.

    `currency` is the organisation's, for files that name none; `beside` are files among which the
    mapping's lines may stand. `saved` mappings are used where no columns are said.
    """
    mapping = mapping or plain_mapping(kind)
    groups = tables_in(path, lambda _: mapping)
    if mapping.lines_file:
        groups = _summed(groups, mapping, beside)
    digest = digest_of(path)
    found: list[Opened] = []
    for sources in groups:
        found += _group(path, sources, kind, mapping, currency=currency, digest=digest, saved=saved)
    return found


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
    for sources in tables_in(path, lambda _: given):
        found += [
            understand(
                titled(each, given), kind=kind or each.kind or None, given=given, currency=currency
            )
            for each in _fitting(sources, kind, given)[0]
        ]
    return found


def tables_in(path: Path, says: Callable[[str], Mapping]) -> list[list[Source]]:
    """The tables of each file: those of a workbook or a JSON file belong together.

    `says` is how the file of a name is to be read. Raises Unreadable.
    """
    with opened_bytes(path) as file:
        start = file.read(4096)
    if start.startswith(_ZIP) and not _is_workbook(path, path.name):
        folder = Folder()
        members = unpacked(path, folder.path, name=path.name)
        return [[replace(t, keeps=folder) for t in _of_member(m, says(m.name))] for m in members]
    return [_of_file(path, path.name, start, says(path.name))]


def _summed(
    groups: list[list[Source]], mapping: Mapping, beside: Sequence[Path]
) -> list[list[Source]]:
    """Without the file of lines, and with their sums."""
    wanted = mapping.lines_file.casefold()
    plain = replace(mapping, header=None, skip_rows=0, sheet="")
    others = [tables_in(path, lambda _: plain) for path in beside if path.name.casefold() == wanted]
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
    saved: Recogniser,
) -> list[Opened]:
    """The tables of one file that are of a kind. When none is, why the first is not."""
    tables, left_out = _fitting(sources, kind, mapping)
    found: list[Opened] = []
    trouble: Unreadable | None = None
    for table in tables:
        try:
            opened = open_table(
                path, table, kind, mapping, currency=currency, digest=digest, saved=saved
            )
        except NoKind as unknown:
            trouble = trouble or unknown
            left_out.append(table.name)
        else:
            found.append(opened)
    if not found:
        raise Unreadable(str(trouble))
    return [replace(found[0], left_out=tuple(left_out)), *found[1:]]


class NoKind(Unreadable):
    """A table that is of no kind at all, which beside others may be a note or a summary."""


class InDoubt(Unreadable):
    """A table that can be understood in more than one way; `proposal` says which."""

    def __init__(self, proposal: Proposal, source: Source) -> None:
        super().__init__(proposal.doubts[0])
        self.proposal, self.source = proposal, source


def _fitting(
    sources: Sequence[Source], kind: str | None, mapping: Mapping
) -> tuple[list[Source], list[str]]:
    """Tables with a header and rows; with a mapping of columns only the first is meant."""
    tables: list[Source] = []
    left_out: list[str] = []
    trouble: Unreadable | None = None
    for each in sources:
        try:
            tables.append(headed(each, mapping))
        except Unreadable as unreadable:
            trouble = trouble or unreadable
            left_out.append(each.name)
    if not tables:
        raise trouble or Unreadable("The file is empty: send one with rows.")
    if mapping.columns:
        return tables[:1], []
    return tables, left_out


def headed(source: Source, mapping: Mapping) -> Source:
    """The table with its header. Unreadable without one, and without rows."""
    if not source.header or source.typed in ("1900", "1904"):
        return tabled(source, header=mapping.header, skip_rows=mapping.skip_rows)
    if not any(source):
        raise Unreadable(f"{source.name} has a header but no rows: export it again with rows.")
    return source


def open_table(
    path: Path,
    source: Source,
    kind: str | None,
    mapping: Mapping,
    *,
    currency: str,
    digest: str,
    saved: Recogniser,
) -> Opened:
    """A table with its header as what it is. Raises NoKind, InDoubt and what `open_files` does."""
    asked = kind or mapping.kind
    if source.kind and asked not in (None, source.kind):
        raise NoKind(f"{source.name} holds {source.kind}, not {asked}: leave it out.")
    kind = kind or source.kind or None
    proposal, saved_as = None, ""
    if not mapping.columns and (known := remembered(source, kind or mapping.kind, saved)):
        # What else is said of the file goes for how it was found, which is done.
        mapping, saved_as = replace(known.mapping(), sheet=""), known.name
    source = titled(source, mapping)
    if not mapping.columns:
        try:
            proposal = understand(source, kind=kind, given=mapping, currency=currency)
        except Unreadable as unknown:
            raise NoKind(str(unknown)) from None
        if proposal.doubts:
            raise InDoubt(proposal, source)
        mapping = proposal.mapping
    bound = mapping.bind(source.header, kind=kind, file=source.name, typed=source.typed)
    told = proposal if proposal and not proposal.is_plain else None
    return Opened(path, source, bound, digest, told, saved_as=saved_as)


def remembered(source: Source, kind: str | None, saved: Recogniser) -> SavedMapping | None:
    """The saved mapping for the header, which may stand below titles."""
    if not saved.known:
        return None
    headers = [source.header, *(row.cells for row in beginning(source))]
    return next(filter(None, (saved(kind, header) for header in headers)), None)


def titled(source: Source, mapping: Mapping) -> Source:
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
