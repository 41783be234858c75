"""Which source column feeds which field, first as a mapping says, then bound to one header."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field

from duebook.ingest.cells import Value, Wrong, amount_parser, parser, refuse_unstorable
from duebook.ingest.dates import PLAIN_FORMATS
from duebook.ingest.encoding import Unreadable
from duebook.ingest.guess import guess_kind, plain_name
from duebook.ingest.kinds import KINDS, Field, Kind


class BadMapping(Exception):
    """A mapping that cannot be used. The message is one sentence: file, key and remedy."""


@dataclass(frozen=True, slots=True)
class Column:
    """How one field is fed: the source's columns and what happens to their text on the way."""

    sources: tuple[str, ...]
    join: str = ""
    # By the source's word without case.
    translate: Pairs[str, str] = field(default_factory=dict)
    formats: tuple[str, ...] = ()
    strip_decimal: bool = False
    prefix: str = ""


@dataclass(frozen=True, slots=True)
class Filter:
    """Rows whose cell is among the words stay; with `keeps` false, those rows go."""

    column: str
    words: frozenset[str]
    keeps: bool = True


@dataclass(frozen=True, slots=True)
class Feed:
    """A field and where its text stands in a row. Without positions its default is all it has."""

    field: Field
    column: Column
    positions: tuple[int, ...]
    # The column's name as the file writes it, for the sender to find.
    label: str
    default: Value | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A mapping that fits one header: what a row checker is made from."""

    mapping: Mapping
    kind: Kind
    header: tuple[str, ...]
    feeds: tuple[Feed, ...]
    filters: tuple[tuple[int, Filter], ...]

    @property
    def fields_present(self) -> frozenset[str]:
        return frozenset(feed.field.name for feed in self.feeds)


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a mapping file says. Without `columns`, columns feed the fields they are named after."""

    name: str = ""  # of the file; empty when nobody wrote one
    kind: str | None = None
    columns: Pairs[str, Column] = field(default_factory=dict)
    # In Duebook's own notation, whatever the source's is.
    defaults: Pairs[str, str] = field(default_factory=dict)
    date_formats: tuple[str, ...] = PLAIN_FORMATS
    decimal: str = "."
    thousands: str = ""
    round_half_up: bool = False
    nulls: frozenset[str] = frozenset()
    filters: tuple[Filter, ...] = ()
    encoding: str | None = None

    def fields_present(self, header: Sequence[str], *, kind: str | None = None) -> set[str]:
        """The fields a file with this header feeds, defaults included."""
        return set(self.bind(header, kind=kind).fields_present)

    def bind(self, header: Sequence[str], *, kind: str | None = None, file: str = "") -> Bound:
        """Find every column. BadMapping when one is not there, Unreadable for a foreign header."""
        return _Binding(self, tuple(header), file or "The file").bound(kind)

    def default_value(self, field_: Field) -> Value | None:
        text = self.defaults.get(field_.name, "")
        try:
            parse = parser(field_, formats=PLAIN_FORMATS, amounts=amount_parser())
            value = parse(text) if text else None
            refuse_unstorable(value)
        except Wrong as wrong:
            raise BadMapping(f'{self.name}: default of {field_.name}, "{text}": {wrong}') from None
        return value


@dataclass(slots=True)
class _Binding:
    mapping: Mapping
    header: tuple[str, ...]
    file: str
    exact: dict[str, list[int]] = field(default_factory=dict)
    plain: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for position, name in enumerate(self.header):
            if name.strip():
                self.exact.setdefault(name.strip(), []).append(position)
                self.plain.setdefault(plain_name(name), []).append(position)

    def bound(self, kind_name: str | None) -> Bound:
        kind = self._kind(kind_name)
        columns = self.mapping.columns or self._same_named(kind)
        self._must_know(kind, [*self.mapping.columns, *self.mapping.defaults])
        feeds = tuple(
            self._feed(each, columns.get(each.name))
            for each in kind.fields
            if each.name in columns or each.name in self.mapping.defaults
        )
        self._must_feed(kind, {feed.field.name for feed in feeds})
        filters = tuple((self._position(each.column), each) for each in self.mapping.filters)
        return Bound(self.mapping, kind, self.header, feeds, filters)

    def _kind(self, asked: str | None) -> Kind:
        stated = self.mapping.kind
        if asked and stated and asked != stated:
            raise BadMapping(f"{self.mapping.name} maps {stated}, not {asked}: name one of them.")
        name = asked or stated or guess_kind([*(self.mapping.columns or self.header)])
        if name is None:
            raise Unreadable(
                f"{self.file} does not tell which kind of rows it holds: "
                f"say so with --kind ({', '.join(KINDS)}) or a mapping."
            )
        if name not in KINDS:
            raise Unreadable(f'"{name}" is no kind of file: use one of {", ".join(KINDS)}.')
        return KINDS[name]

    def _same_named(self, kind: Kind) -> dict[str, Column]:
        return {name: Column((name,)) for name in kind.slots if name in self.plain}

    def _must_know(self, kind: Kind, names: Sequence[str]) -> None:
        for name in names:
            if name not in kind.slots:
                raise BadMapping(
                    f'{self.mapping.name} feeds "{name}", which is no field of {kind.name}: '
                    f"use one of {', '.join(kind.slots)}."
                )

    def _must_feed(self, kind: Kind, fed: set[str]) -> None:
        missing = [each.name for each in kind.fields if each.required and each.name not in fed]
        if not missing:
            return
        if self.mapping.columns:
            raise BadMapping(
                f"{self.mapping.name} says nothing for {', '.join(missing)}, "
                f"which {kind.name} must have: add it to [columns] or [defaults]."
            )
        raise Unreadable(
            f"{self.file} has no column {', '.join(missing)}, which {kind.name} must have: "
            f"name its columns so, or say with a mapping which they are (it has {self._shown()})."
        )

    def _feed(self, each: Field, column: Column | None) -> Feed:
        default = self.mapping.default_value(each)
        if column is None:
            return Feed(each, Column(()), (), each.name, default)
        positions = tuple(map(self._position, column.sources))
        label = " + ".join(self.header[position].strip() for position in positions)
        return Feed(each, column, positions, label, default)

    def _position(self, name: str) -> int:
        exact = self.exact if self.mapping.columns else {}
        found = exact.get(name.strip()) or self.plain.get(plain_name(name)) or []
        if len(found) == 1:
            return found[0]
        what = "two columns" if found else "no column"
        said = f'{self.file} has {what} named "{name}"'
        if not self.mapping.name:
            raise Unreadable(f"{said}: keep one of them.")
        raise BadMapping(
            f'{self.mapping.name} uses the column "{name}", but {said[0].lower()}{said[1:]}: '
            f"use one of {self._shown()}."
        )

    def _shown(self) -> str:
        names = [name.strip() for name in self.header if name.strip()]
        shown = ", ".join(name[:60] for name in names[:30])
        return f"{shown} and {len(names) - 30} more" if len(names) > 30 else shown
