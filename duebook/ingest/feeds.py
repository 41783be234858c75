"""What a mapping says about columns: which feeds which field, and what happens on the way."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field

from duebook.ingest.cells import Value, Wrong, amount_parser, parser, refuse_unstorable
from duebook.ingest.dates import PLAIN_FORMATS
from duebook.ingest.kinds import Field, Kind
from duebook.ingest.rows import Typed

LINES_COLUMN = "(sum of lines)"


class BadMapping(Exception):
    """A mapping that cannot be used. The message is one sentence: file, key and remedy."""


@dataclass(frozen=True, slots=True)
class Sign:
    """Another column says which amounts are negative: by its words, or by how they begin.

    With positive words, any other is refused; without, amounts keep the sign they have.
    """

    column: str
    negative: frozenset[str] = frozenset()
    positive: frozenset[str] = frozenset()
    negative_prefix: tuple[str, ...] = ()


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
    # An empty cell takes the text of the nearest row above that has one, such as a group's heading.
    carry: bool = False
    sign: Sign | None = None
    # Columns whose amounts are taken off.
    less: tuple[str, ...] = ()
    # Columns whose numbers it is multiplied by, then columns whose shares of 1 are taken off.
    times: tuple[str, ...] = ()
    less_share: tuple[str, ...] = ()
    # Columns whose days are added to the date: the first that is not empty or zero counts.
    add_days: tuple[str, ...] = ()
    # The column whose payment terms are added to the date.
    terms: str = ""

    @property
    def others(self) -> tuple[str, ...]:
        """Columns it needs beside its own."""
        named = (
            *self.less,
            *self.times,
            *self.less_share,
            *self.add_days,
            self.terms,
            self.sign.column if self.sign else "",
        )
        return tuple(name for name in named if name)


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
    # Where the columns stand that feeds need beside their own.
    others: Pairs[str, int] = field(default_factory=dict)
    typed: Typed = ""

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
    # Of amounts: the currency signs that may stand beside them.
    symbols: tuple[str, ...] = ()
    # Days of payment terms, by their code without case.
    terms: Pairs[str, int] = field(default_factory=dict)
    sheet: str = ""
    header: tuple[str, ...] | None = None
    separator: str = ""
    skip_rows: int = 0
    # Rows of totals and headings are left out.
    skip_totals: bool = False
    # Another file whose lines make up the amounts of this one, the column that both have, and what
    # a line is worth.
    lines_file: str = ""
    lines_on: str = ""
    lines_amount: Column = field(default_factory=lambda: Column(()))

    def fields_present(self, header: Sequence[str], *, kind: str | None = None) -> set[str]:
        """The fields a file with this header feeds, defaults included."""
        return set(self.bind(header, kind=kind).fields_present)

    def bind(
        self,
        header: Sequence[str],
        *,
        kind: str | None = None,
        file: str = "",
        typed: Typed = "",
    ) -> Bound:
        """Find every column. BadMapping when one is not there, Unreadable for a foreign header."""
        from duebook.ingest.binding import bound

        return bound(self, tuple(header), kind=kind, file=file or "The file", typed=typed)

    def default_value(self, field_: Field) -> Value | None:
        text = self.defaults.get(field_.name, "")
        try:
            parse = parser(field_, formats=PLAIN_FORMATS, amounts=amount_parser())
            value = parse(text) if text else None
            refuse_unstorable(value)
        except Wrong as wrong:
            raise BadMapping(f'{self.name}: default of {field_.name}, "{text}": {wrong}') from None
        return value
