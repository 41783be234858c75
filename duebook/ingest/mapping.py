"""Mapping files: TOML that says how somebody else's columns feed Duebook's fields."""

from __future__ import annotations

import codecs
import tomllib
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from duebook.ingest.cells import DAYS_LIMIT
from duebook.ingest.dates import PLAIN_FORMATS, NotADate, date_format
from duebook.ingest.feeds import LINES_COLUMN, Column, Filter, Sign
from duebook.ingest.feeds import BadMapping as BadMapping
from duebook.ingest.feeds import Bound as Bound
from duebook.ingest.feeds import Mapping as Mapping
from duebook.ingest.guess import guess_kind as guess_kind
from duebook.ingest.kinds import KINDS

SIZE_LIMIT = 1_000_000

_KEYS = (
    "kind columns defaults filter date_formats decimal thousands round nulls encoding"
    " symbols terms sheet header separator skip_rows skip_totals lines"
).split()
_COLUMN_KEYS = (
    "column columns join default translate format formats strip_decimal prefix"
    " carry sign less times less_share add_days terms"
).split()
_LINES_KEYS = "file on amount".split()
_SIGN_KEYS = "column negative positive negative_prefix".split()
_THOUSANDS = ("", ",", ".", " ", "'", "\u2019")
_TESTS = {"equals": True, "in": True, "not_equals": False, "not_in": False}
_ENCODINGS = ("utf-8", "utf-16", "cp", "iso8859", "mac-", "koi8")


def load_mapping(path: Path) -> Mapping:
    try:
        with path.open("rb") as file:
            content = file.read(SIZE_LIMIT + 1)
    except (OSError, ValueError) as trouble:
        why = getattr(trouble, "strerror", None) or trouble
        raise BadMapping(f"{path} cannot be read as a mapping ({why}): check its name.") from None
    if len(content) > SIZE_LIMIT:
        raise BadMapping(f"{path.name} is too long for a mapping: name a TOML file.")
    try:
        return parse_mapping(content.decode("utf-8-sig"), name=path.name)
    except UnicodeDecodeError:
        raise BadMapping(f"{path.name} is not UTF-8 text: save it as UTF-8.") from None


def plain_mapping(kind: str | None = None) -> Mapping:
    """For files that use Duebook's own column names, ISO dates and "." as decimal mark."""
    return Mapping(kind=kind)


def parse_mapping(text: str, *, name: str) -> Mapping:
    """A mapping from its TOML text; `name` is what sentences call it."""
    return mapping_of(toml_table(text, name=name), name=name)


def toml_table(text: str, *, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, ArithmeticError, RecursionError) as trouble:
        raise BadMapping(f"{name} is not TOML: {trouble}.") from None


def mapping_of(table: dict[str, Any], *, name: str) -> Mapping:
    """A mapping from a table as TOML gives it."""
    return _Reading(name, table).mapping()


class _Reading:
    """One mapping file while it is read; every complaint names the file and the key."""

    def __init__(self, name: str, table: dict[str, Any]) -> None:
        self.name = name
        self.table = table

    def mapping(self) -> Mapping:
        self.must_be_known(self.table, _KEYS, "a mapping")
        kind = self.one_of("kind", (None, *KINDS))
        columns = self.section(self.table, "columns")
        lines = self.lines()
        if lines:
            if "amount" in columns:
                raise self.bad("columns.amount", "is what [lines] sums up: leave it out")
            columns = {**columns, "amount": LINES_COLUMN}
        defaults = dict(self.section(self.table, "defaults"))
        for name in [*columns, *defaults]:
            self.must_be_field(name, kind)
        for name, column in columns.items():
            if isinstance(column, dict) and "default" in column:
                if name in defaults:
                    raise self.bad(f"columns.{name}.default", "is in [defaults] too: keep one")
                defaults[name] = column["default"]
        mapping = Mapping(
            name=self.name,
            kind=kind,
            columns={name: self.column(name, value) for name, value in columns.items()},
            defaults={name: self.plain(f"default of {name}", v) for name, v in defaults.items()},
            date_formats=self.formats(self.table, "date_formats") or PLAIN_FORMATS,
            decimal=self.one_of("decimal", (".", ",")) or ".",
            thousands=self.one_of("thousands", _THOUSANDS) or "",
            round_half_up=self.one_of("round", (None, "half_up")) is not None,
            nulls=self.words(self.table, "nulls"),
            filters=tuple(map(self.filter, self.filter_tables())),
            encoding=self.encoding(),
            symbols=self.symbols(),
            terms=self.terms(),
            sheet=self.text(self.table, "sheet"),
            header=self.header(),
            separator=self.separator(),
            skip_rows=self.whole(self.table, "skip_rows"),
            skip_totals=self.yes(self.table, "skip_totals"),
            **lines,
        )
        if mapping.decimal == mapping.thousands:
            raise self.bad("thousands", "is the decimal mark too: correct one of them")
        if kind:
            for name in mapping.defaults:
                mapping.default_value(KINDS[kind].fields[KINDS[kind].slots[name]])
        return mapping

    def bad(self, key: str, said: str) -> BadMapping:
        return BadMapping(f"{self.name}: {key} {said}.")

    def must_be_known(self, table: Pairs[str, Any], keys: Iterable[str], what: str) -> None:
        for key in table:
            if key not in keys:
                raise self.bad(f'"{key}"', f"is no key of {what}: use {', '.join(keys)}")

    def must_be_field(self, name: str, kind: str | None) -> None:
        kinds = [KINDS[kind]] if kind else list(KINDS.values())
        if any(name in each.slots for each in kinds):
            return
        if name in _KEYS:
            raise self.bad(f'"{name}"', "is no field: write it above [columns]")
        fields = f": use one of {', '.join(KINDS[kind].slots)}" if kind else ": correct its name"
        raise self.bad(f'"{name}"', f"is no field of {kind or 'any kind'}{fields}")

    def section(self, table: Pairs[str, Any], key: str) -> dict[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            raise self.bad(key, f"must be a table: write [{key}]")
        return value

    def one_of(self, key: str, choices: tuple[str | None, ...]) -> str | None:
        value: str | None = self.table.get(key)
        if value is None or (isinstance(value, str) and value in choices):
            return value
        shown = ", ".join(f'"{choice}"' for choice in choices if choice)
        raise self.bad(key, f"must be one of {shown}")

    def text(self, table: Pairs[str, Any], key: str) -> str:
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.bad(key, "must be a text: put it in quotation marks")
        return value

    def texts(self, table: Pairs[str, Any], key: str) -> tuple[str, ...]:
        value = table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
            raise self.bad(key, 'must be a list of texts such as ["a", "b"]')
        return tuple(value)

    def plain(self, key: str, value: object) -> str:
        """A default or translation as text in Duebook's own notation."""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, datetime):
            return value.date().isoformat()
        if isinstance(value, str | int | Decimal | date):
            return str(value).strip()
        raise self.bad(key, "must be a text, a number, a date, true or false")

    def column(self, name: str, value: Any) -> Column:
        key = f"columns.{name}"
        if isinstance(value, str):
            value = {"column": value}
        if not isinstance(value, dict):
            raise self.bad(key, 'must be a column\'s name or a table such as {column = "name"}')
        self.must_be_known(value, _COLUMN_KEYS, key)
        column = Column(
            sources=self.sources(key, value),
            join=self.text(value, "join"),
            translate={
                word.strip().casefold(): self.plain(f"{key}.translate", meaning)
                for word, meaning in self.section(value, "translate").items()
            },
            formats=self.formats(value, "formats") or self.formats(value, "format"),
            strip_decimal=self.yes(value, "strip_decimal", key),
            prefix=self.text(value, "prefix"),
            carry=self.yes(value, "carry", key),
            sign=self.sign(key, value),
            less=self.names(value, "less"),
            times=self.names(value, "times"),
            less_share=self.names(value, "less_share"),
            add_days=self.names(value, "add_days"),
            terms=self.text(value, "terms"),
        )
        self.must_suit(name, column)
        return column

    def lines(self) -> dict[str, Any]:
        """Which other file's lines make up the amounts of this one."""
        table = self.section(self.table, "lines")
        if not table:
            return {}
        self.must_be_known(table, _LINES_KEYS, "[lines]")
        file, on = self.text(table, "file").strip(), self.text(table, "on").strip()
        if not file or not on or "amount" not in table:
            raise self.bad("[lines]", "must say file, on and amount")
        amount = self.column("amount", table["amount"])
        return {"lines_file": file, "lines_on": on, "lines_amount": amount}

    def sources(self, key: str, value: dict[str, Any]) -> tuple[str, ...]:
        named = {*value} & {"column", "columns"}
        # A due date may be all terms: then it counts from the document's date.
        if not named and {*value} & {"terms", "add_days"}:
            return ()
        if len(named) != 1:
            raise self.bad(key, "must say one of column and columns")
        sources = self.texts(value, "columns") or (self.text(value, "column"),)
        if not all(source.strip() for source in sources):
            raise self.bad(key, "names no column: write the name from the file's header")
        return sources

    def names(self, table: dict[str, Any], key: str) -> tuple[str, ...]:
        """One column's name, or a list of them."""
        return (table[key],) if isinstance(table.get(key), str) else self.texts(table, key)

    def sign(self, key: str, value: dict[str, Any]) -> Sign | None:
        if "sign" not in value:
            return None
        table = self.section(value, "sign")
        self.must_be_known(table, _SIGN_KEYS, f"{key}.sign")
        sign = Sign(
            column=self.text(table, "column"),
            negative=self.words(table, "negative"),
            positive=self.words(table, "positive"),
            negative_prefix=tuple(word.casefold() for word in self.texts(table, "negative_prefix")),
        )
        if not sign.column.strip() or not (sign.negative or sign.negative_prefix):
            raise self.bad(f"{key}.sign", "must say column and negative or negative_prefix")
        return sign

    def words(self, table: dict[str, Any], key: str) -> frozenset[str]:
        return frozenset(word.strip().casefold() for word in self.texts(table, key))

    def yes(self, table: Pairs[str, Any], key: str, place: str = "") -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.bad(f"{place}.{key}".lstrip("."), "must be true or false")
        return value

    def whole(self, table: Pairs[str, Any], key: str) -> int:
        value = table.get(key, 0)
        if type(value) is not int or not 0 <= value <= 10_000:
            raise self.bad(key, "must be a whole number such as 3")
        return value

    def symbols(self) -> tuple[str, ...]:
        symbols = self.texts(self.table, "symbols")
        if any(not each.strip() or set(each) & set("0123456789.,'+-()") for each in symbols):
            raise self.bad("symbols", 'must be currency signs such as ["$", "US$"]')
        return tuple(each.strip() for each in symbols)

    def terms(self) -> dict[str, int]:
        terms = self.section(self.table, "terms")
        for code, days in terms.items():
            if type(days) is not int or not 0 <= days <= DAYS_LIMIT:
                raise self.bad(f"terms.{code}", "must be a number of days such as 30")
        return {code.strip().casefold(): days for code, days in terms.items()}

    def header(self) -> tuple[str, ...] | None:
        if "header" not in self.table:
            return None
        names = self.texts(self.table, "header")
        if not any(name.strip() for name in names):
            raise self.bad("header", 'must name the columns, such as ["account_number", "amount"]')
        return names

    def separator(self) -> str:
        separator = self.text(self.table, "separator")
        if len(separator) > 10 or any(
            each.isalnum() or each in '"\r\n\ufdd0' for each in separator
        ):
            raise self.bad("separator", 'must be a mark such as ";" or "|+|"')
        return separator

    def must_suit(self, name: str, column: Column) -> None:
        types = {each.type for kind in KINDS.values() for each in kind.fields if each.name == name}
        for option, given, suits in (
            ("formats", column.formats, "date"),
            ("strip_decimal", column.strip_decimal, "text"),
            ("prefix", column.prefix, "text"),
            ("sign", column.sign, "amount"),
            ("less", column.less, "amount"),
            ("times", column.times, "amount"),
            ("less_share", column.less_share, "amount"),
            ("add_days", column.add_days, "date"),
            ("terms", column.terms, "date"),
        ):
            if given and suits not in types:
                raise self.bad(f"columns.{name}.{option}", f"is for {suits} fields: leave it out")

    def formats(self, table: Pairs[str, Any], key: str) -> tuple[str, ...]:
        formats = (table[key],) if isinstance(table.get(key), str) else self.texts(table, key)
        for each in formats:
            try:
                date_format(each)
            except NotADate as trouble:
                raise BadMapping(f"{self.name}: {key}: {trouble}") from None
        return formats

    def filter_tables(self) -> list[dict[str, Any]]:
        tables = self.table.get("filter", [])
        if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
            raise self.bad("filter", "must be a list of tables: write [[filter]]")
        return tables

    def filter(self, table: dict[str, Any]) -> Filter:
        self.must_be_known(table, ("column", *_TESTS), "[[filter]]")
        tests = [key for key in _TESTS if key in table]
        if not self.text(table, "column").strip() or len(tests) != 1:
            raise self.bad("[[filter]]", f"must say column and one of {', '.join(_TESTS)}")
        test = tests[0]
        words = self.texts(table, test) if test.endswith("in") else (self.text(table, test),)
        return Filter(
            self.text(table, "column"), frozenset(map(str.strip, words)), keeps=_TESTS[test]
        )

    def encoding(self) -> str | None:
        if not (name := self.text(self.table, "encoding")):
            return None
        try:
            known = codecs.lookup(name).name
        except (LookupError, ValueError):
            known = ""
        if known.startswith(_ENCODINGS):
            return known
        raise self.bad("encoding", 'must be the name of one, such as "windows-1255"')
