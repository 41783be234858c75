"""A mapping bound to one header: every column found, or the sentence that names the missing."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import BadMapping, Bound, Column, Feed, Mapping
from duebook.ingest.guess import guess_kind, plain_name
from duebook.ingest.kinds import KINDS, Field, Kind
from duebook.ingest.rows import Typed

_PLACE = re.compile("#([1-9][0-9]{0,3})")


def bound(
    mapping: Mapping, header: tuple[str, ...], *, kind: str | None, file: str, typed: Typed
) -> Bound:
    """Raises BadMapping and Unreadable, each in one sentence."""
    return _Binding(mapping, header, file, typed).bound(kind)


@dataclass(slots=True)
class _Binding:
    mapping: Mapping
    header: tuple[str, ...]
    file: str
    typed: Typed
    exact: dict[str, list[int]] = field(default_factory=dict)
    plain: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for position, name in enumerate(self.header):
            if name.strip():
                self.exact.setdefault(name.strip(), []).append(position)
                self.plain.setdefault(plain_name(name), []).append(position)

    def bound(self, kind_name: str | None) -> Bound:
        mapping, kind = self.mapping, self._kind(kind_name)
        columns = mapping.columns or self._same_named(kind)
        self._must_know(kind, [*mapping.columns, *mapping.defaults])
        feeds = tuple(
            self._feed(each, columns.get(each.name))
            for each in kind.fields
            if each.name in columns or each.name in mapping.defaults
        )
        self._must_feed(kind, {feed.field.name for feed in feeds})
        filters = tuple((self._position(each.column), each) for each in mapping.filters)
        others = {name: self._position(name) for each in columns.values() for name in each.others}
        return Bound(mapping, kind, self.header, feeds, filters, others, self.typed)

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
            f"name its columns so, or say with a mapping which they are (it has {self.shown()})."
        )

    def _feed(self, each: Field, column: Column | None) -> Feed:
        default = self.mapping.default_value(each)
        if column is None:
            return Feed(each, Column(()), (), each.name, default)
        positions = tuple(map(self._position, column.sources))
        label = " + ".join(self._label(position) for position in positions) or each.name
        return Feed(each, column, positions, label, default)

    def _label(self, position: int) -> str:
        return self.header[position].strip() or f"#{position + 1}"

    def _position(self, name: str) -> int:
        exact = self.exact if self.mapping.columns else {}
        found = exact.get(name.strip()) or self.plain.get(plain_name(name)) or []
        if len(found) == 1:
            return found[0]
        # Columns without a name are counted from the left.
        place = _PLACE.fullmatch(name.strip())
        if place and not found and int(place[1]) <= len(self.header):
            return int(place[1]) - 1
        what = "two columns" if found else "no column"
        said = f'{self.file} has {what} named "{name}"'
        if not self.mapping.name:
            raise Unreadable(f"{said}: keep one of them.")
        raise BadMapping(
            f'{self.mapping.name} uses the column "{name}", but {said[0].lower()}{said[1:]}: '
            f"use one of {self.shown()}."
        )

    def shown(self) -> str:
        return shown(self.header)


def shown(header: Sequence[str]) -> str:
    """A header as a sentence can hold it."""
    names = [name.strip() for name in header if name.strip()]
    text = ", ".join(name[:60] for name in names[:30])
    return f"{text} and {len(names) - 30} more" if len(names) > 30 else text
