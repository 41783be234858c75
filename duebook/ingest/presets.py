"""Exports that are known by their header: presets/*.toml says what each column is.

A preset is a mapping in which a column may be a list of names, the first that is there counting,
and a name in `columns` that ends in "?" may be missing. `signature` are the names that give the
export away; a list among them means any of these.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from duebook.ingest.feeds import Mapping
from duebook.ingest.guess import plain_name
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import mapping_of

FOLDER = Path(__file__).parent / "presets"


@dataclass(frozen=True, slots=True)
class Preset:
    """A known export."""

    title: str
    signature: tuple[tuple[str, ...], ...]
    table: dict[str, Any]

    def is_of(self, header: Header) -> bool:
        return all(header.first(names) for names in self.signature)


class Header:
    """The names of a file's columns, found as presets write them."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names: dict[str, str] = {}
        for position, name in enumerate(names, start=1):
            # Xero marks what must be filled in with an asterisk; #1 is a first column without name.
            self.names.setdefault(plain_name(name.lstrip("*")) or f"#{position}", name.strip())
            if not name.strip():
                self.names[f"#{position}"] = f"#{position}"

    def first(self, names: str | Sequence[str]) -> str | None:
        """The first of the names that is there, as the file writes it."""
        wanted = (names,) if isinstance(names, str) else names
        return next(
            (self.names[key] for each in wanted if (key := plain_name(each)) in self.names), None
        )


def recognised(header: Sequence[str], *, kind: str | None = None) -> tuple[Preset, Mapping] | None:
    """The preset with the longest signature that the header fits, and its mapping for it."""
    names = Header(header)
    fitting = [
        each for each in presets() if each.is_of(names) and kind in (None, each.table["kind"])
    ]
    for preset in sorted(fitting, key=lambda each: -len(each.signature)):
        mapping = _resolved(preset, names)
        if KINDS[preset.table["kind"]].required <= {*mapping.columns, *mapping.defaults}:
            return preset, mapping
    return None


@cache
def presets() -> tuple[Preset, ...]:
    return tuple(_read(path) for path in sorted(FOLDER.glob("*.toml")))


def _read(path: Path) -> Preset:
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    signature = tuple(
        (each,) if isinstance(each, str) else tuple(each) for each in table["signature"]
    )
    return Preset(table["title"], signature, table["mapping"])


def _resolved(preset: Preset, header: Header) -> Mapping:
    """The preset's mapping with the names that the header has, and without what it has not."""
    table = dict(preset.table)
    columns = {name: _column(spec, header) for name, spec in table["columns"].items()}
    for more, same in (("account_name", "account_number"), ("outstanding_amount", "amount")):
        if columns.get(more) == columns.get(same):  # It says nothing more.
            columns.pop(more, None)
    table["columns"] = {name: column for name, column in columns.items() if column}
    table["filter"] = [
        {**each, "column": name}
        for each in table.get("filter", ())
        if (name := header.first(each["column"]))
    ]
    return mapping_of(table, name=preset.title)


def _column(spec: Any, header: Header) -> dict[str, Any] | None:
    if not isinstance(spec, dict):
        spec = {"column": spec}
    found = dict(spec)
    for key in ("less", "add_days"):
        if key in spec:
            found[key] = [name for each in spec[key] if (name := header.first(each))]
    if found.get("add_days") or not (terms := header.first(spec.get("terms", ()))):
        found.pop("terms", None)
    else:
        found["terms"] = terms
    if "sign" in spec:
        sign = header.first(spec["sign"]["column"])
        found["sign"] = {**spec["sign"], "column": sign}
        if not sign:
            del found["sign"]
    if "columns" in spec:
        return _joined(found, spec["columns"], header)
    found["column"] = header.first(spec["column"])
    return found if found["column"] else None


def _joined(found: dict[str, Any], names: Sequence[str], header: Header) -> dict[str, Any] | None:
    present = {name: header.first(name.rstrip("?")) for name in names}
    if any(not at and not name.endswith("?") for name, at in present.items()):
        return None
    columns = list(dict.fromkeys(cast("list[str]", [at for at in present.values() if at])))
    return {**found, "columns": columns} if columns else None
