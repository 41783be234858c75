"""How a file writes: a mapping completed with the formats, marks and words its values prove."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from duebook.ingest.binding import shown
from duebook.ingest.cells import AMOUNT_NULL_WORDS
from duebook.ingest.decide import dates, marks
from duebook.ingest.feeds import Column, Mapping
from duebook.ingest.guess import OURS, plain_name
from duebook.ingest.kinds import Kind
from duebook.ingest.mapping import plain_mapping
from duebook.ingest.profile import Profile, complete, is_currency, profiles, sample, symbol_currency
from duebook.ingest.rows import Source
from duebook.ingest.words import translated

PLAIN = plain_mapping().date_formats
_AMOUNTS = ("amount", "quantity")

Fed = dict[str, list[Profile]]  # by field


class Writing:
    """One file while it is understood. `doubts` are sentences, `reasons` what proved the rest."""

    def __init__(self, source: Source, given: Mapping, currency: str) -> None:
        self.source, self.given, self.currency = source, given, currency
        self.rows = sample(source)
        found = profiles(source, rows=self.rows)
        self.columns = [each for each in found if not plain_name(each.name).startswith(OURS)]
        self.doubts: list[str] = []
        self.reasons: list[str] = []

    @property
    def shown(self) -> str:
        return shown(self.source.header)

    def label(self, column: Profile) -> str:
        """A column's name, or its place where it has none or several have it."""
        names = [plain_name(each.name) for each in self.columns]
        is_alone = column.name.strip() and names.count(plain_name(column.name)) == 1
        return column.name.strip() if is_alone else f"#{column.position + 1}"

    def completed(
        self, kind: Kind, mapping: Mapping, *, only: Sequence[Profile] | None = None
    ) -> Mapping:
        """The whole mapping. `only` are the columns to look at, where the others are plain."""
        mapping = self._with_given(mapping)
        fed = self._fed(mapping)
        every = list({each.position: each for columns in fed.values() for each in columns}.values())
        last = self.rows[-1].line if self.rows else 0
        is_open = [each for each in every if each.dates.is_open or each.amounts.is_open]
        complete(self.source, is_open, after=last)
        mapping = self._with_dates(kind, mapping, fed, only)
        mapping = self._with_marks(kind, mapping, fed, only)
        told = translated(kind, mapping, fed, rows=self.rows, file=self.source.name)
        self.doubts += told.doubts
        columns = {
            name: _with_ids(column, fed[name], kind, name) for name, column in told.columns.items()
        }
        return replace(mapping, columns=columns, nulls=mapping.nulls | _nulls(every, kind, fed))

    def _with_given(self, mapping: Mapping) -> Mapping:
        """What somebody has said goes before what the file seems to say."""
        given = self.given
        return replace(
            given,
            name=given.name or self.source.name,
            kind=given.kind or mapping.kind,
            columns=mapping.columns,
            defaults={**mapping.defaults, **given.defaults},
            date_formats=_stated(given) or mapping.date_formats,
            skip_totals=given.skip_totals or mapping.skip_totals,
            nulls=given.nulls | mapping.nulls,
            filters=(*mapping.filters, *given.filters),
        )

    def _fed(self, mapping: Mapping) -> Fed:
        by_label = {f"#{column.position + 1}": column for column in self.columns}
        for column in reversed(self.columns):
            by_label[column.name.strip()] = column
        return {
            name: [by_label[source] for source in (*column.sources, *column.less)]
            for name, column in mapping.columns.items()
        }

    def _with_dates(
        self, kind: Kind, mapping: Mapping, fed: Fed, only: Sequence[Profile] | None
    ) -> Mapping:
        if _stated(self.given):
            return mapping
        asked = {
            name: columns[0]
            for name, columns in fed.items()
            if kind.fields[kind.slots[name]].type == "date" and _is_asked(columns, only)
        }
        every = list({each.position: each for each in asked.values()}.values())
        found = dates(every, file=self.source.name, stated=mapping.date_formats)
        self.doubts += found.doubts
        self.reasons += found.reasons
        formats = found.together
        if formats and only is None:
            # The plain formats exclude each other: where one is used, all may be.
            plain = PLAIN if {*formats} & {*PLAIN} else ()
            return replace(mapping, date_formats=tuple(dict.fromkeys((*plain, *formats))))
        columns = dict(mapping.columns)
        for name, column in asked.items():
            if told := found.formats.get(column.position):
                columns[name] = replace(columns[name], formats=told)
        return replace(mapping, columns=columns)

    def _with_marks(
        self, kind: Kind, mapping: Mapping, fed: Fed, only: Sequence[Profile] | None
    ) -> Mapping:
        columns = {
            name: each
            for name, each in fed.items()
            if kind.fields[kind.slots[name]].type in _AMOUNTS
        }
        if not any(_is_asked(each, only) for each in columns.values()):
            return mapping
        amounts = [column for each in columns.values() for column in each]
        if self.given.decimal == "." and not self.given.thousands:
            currencies = self._currencies(mapping, fed)
            found = marks(amounts, file=self.source.name, currencies=currencies)
            self.doubts += found.doubts
            self.reasons += found.reasons
            mapping = replace(mapping, decimal=found.decimal, thousands=found.thousands)
        return self._with_symbols(kind, mapping, amounts)

    def _currencies(self, mapping: Mapping, fed: Fed) -> list[str]:
        if "currency" in fed:
            words = [text for column in fed["currency"] for text in column.words]
            return [symbol_currency(each) or each.upper() for each in words] or ["?"]
        default = mapping.defaults.get("currency") or self.currency
        return [default.upper()] if default else []

    def _with_symbols(self, kind: Kind, mapping: Mapping, amounts: Sequence[Profile]) -> Mapping:
        """Currency signs beside amounts or in their names; one that nothing else says counts."""
        symbols = dict.fromkeys(each for column in amounts for each in column.amounts.symbols)
        named = dict.fromkeys(code for each in symbols if (code := _code(each)))
        named |= dict.fromkeys(code for column in amounts for code in _codes_in(column.name))
        mapping = replace(mapping, symbols=tuple(dict.fromkeys((*mapping.symbols, *symbols))))
        is_told = "currency" in mapping.columns or "currency" in mapping.defaults
        if is_told or "currency" not in kind.slots or not named:
            return mapping
        if len(named) > 1 or len(symbols) > 1:
            self.doubts.append(
                f"{self.source.name}: its amounts are in several currencies "
                f"({', '.join([*symbols] or [*named])}): add a column with the currency of each "
                "row."
            )
            return mapping
        self.reasons.append(f"currency {next(iter(named))}")
        return replace(mapping, defaults={**mapping.defaults, "currency": next(iter(named))})


def _is_asked(columns: Sequence[Profile], only: Sequence[Profile] | None) -> bool:
    if only is None:
        return bool(columns)
    return any(column is each for column in columns for each in only)


def _stated(given: Mapping) -> tuple[str, ...]:
    return given.date_formats if given.date_formats != PLAIN else ()


def _code(symbol: str) -> str:
    return symbol.upper() if is_currency(symbol) else symbol_currency(symbol)


def _codes_in(name: str) -> list[str]:
    """Amount (USD)."""
    words = name.replace("(", " ").replace(")", " ").split()
    return [each for each in words if each.isupper() and is_currency(each)]


def _nulls(columns: Iterable[Profile], kind: Kind, fed: Fed) -> frozenset[str]:
    counted = [(text, count) for column in columns for text, count in column.nulls.items()]
    found = frozenset(text.casefold() for text, count in counted if count > 1)
    return found - _wrong_amounts(kind, fed)


def nulls_beside(kind: Kind, fed: Fed) -> frozenset[str]:
    """Words for nothing of a file in Duebook's own names, where names may be any text: those that
    stand where no text can, or are what a column of texts says most often.
    """
    found = set()
    for name, columns in fed.items():
        is_text = kind.fields[kind.slots[name]].type == "text"
        for column in columns:
            others = max(column.words.values(), default=0)
            for text, count in column.nulls.items():
                if not is_text or count > max(others, 1):
                    found.add(text.casefold())
    return frozenset(found - _wrong_amounts(kind, fed))


def _wrong_amounts(kind: Kind, fed: Fed) -> frozenset[str]:
    """An amount that is not a number comes from a calculation gone wrong, and is not nothing."""
    amounts = [
        column
        for name, columns in fed.items()
        if kind.fields[kind.slots[name]].type in _AMOUNTS
        for column in columns
    ]
    words = {text.casefold() for column in amounts for text in column.nulls}
    return frozenset(words - AMOUNT_NULL_WORDS)


def _with_ids(column: Column, fed: Sequence[Profile], kind: Kind, name: str) -> Column:
    """Ids that went through a spreadsheet as numbers lose their .0 again."""
    is_text = kind.fields[kind.slots[name]].type == "text"
    is_float = len(fed) == 1 and fed[0].floats * 10 >= fed[0].filled * 8 and fed[0].floats > 0
    return replace(column, strip_decimal=True) if is_text and is_float else column
