"""A mapping written as its TOML text, which reads back as the same mapping."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Mapping as Pairs
from typing import Any

from duebook.ingest.dates import PLAIN_FORMATS
from duebook.ingest.feeds import LINES_COLUMN, Column, Filter, Mapping


def mapping_text(mapping: Mapping) -> str:
    """`parse_mapping` of the text gives the mapping again, whatever it is called."""
    lines = [f"{key} = {_value(value)}" for key, value in _settings(mapping) if value]
    if mapping.header is not None:
        lines.append(f"header = {_value(mapping.header)}")
    if mapping.columns:
        lines += ["", "[columns]"]
        lines += [
            f"{name} = {_column(each)}"
            for name, each in mapping.columns.items()
            if each.sources != (LINES_COLUMN,)
        ]
    if mapping.lines_file:
        lines += ["", "[lines]", f"file = {_value(mapping.lines_file)}"]
        lines += [f"on = {_value(mapping.lines_on)}", f"amount = {_column(mapping.lines_amount)}"]
    for title, table in (("defaults", mapping.defaults), ("terms", mapping.terms)):
        if table:
            lines += ["", f"[{title}]"]
            lines += [f"{_key(name)} = {_value(value)}" for name, value in table.items()]
    for each in mapping.filters:
        lines += ["", "[[filter]]", *_filter(each)]
    return "\n".join(lines).lstrip("\n") + "\n"


def _settings(mapping: Mapping) -> Iterable[tuple[str, Any]]:
    formats = mapping.date_formats
    yield "kind", mapping.kind
    yield "sheet", mapping.sheet
    yield "encoding", mapping.encoding
    yield "separator", mapping.separator
    yield "skip_rows", mapping.skip_rows
    yield "skip_totals", mapping.skip_totals
    yield "date_formats", formats if formats != PLAIN_FORMATS else ()
    yield "decimal", mapping.decimal if mapping.decimal != "." else ""
    yield "thousands", mapping.thousands
    yield "round", "half_up" if mapping.round_half_up else ""
    yield "symbols", mapping.symbols
    yield "nulls", sorted(mapping.nulls)


def _column(column: Column) -> str:
    sign = column.sign
    table: dict[str, Any] = {
        "column": column.sources[0] if len(column.sources) == 1 else "",
        "columns": column.sources if len(column.sources) > 1 else (),
        "join": column.join,
        "translate": column.translate,
        "formats": column.formats,
        "strip_decimal": column.strip_decimal,
        "prefix": column.prefix,
        "carry": column.carry,
        "less": column.less,
        "times": column.times,
        "less_share": column.less_share,
        "add_days": column.add_days,
        "terms": column.terms,
    }
    if sign:
        told = {
            "column": sign.column,
            "negative": sorted(sign.negative),
            "positive": sorted(sign.positive),
            "negative_prefix": sign.negative_prefix,
        }
        table["sign"] = {key: value for key, value in told.items() if value}
    said = {key: value for key, value in table.items() if value}
    return _value(said["column"] if said.keys() == {"column"} else said)


def _filter(filter_: Filter) -> list[str]:
    words = sorted(filter_.words)
    return [
        f"column = {_value(filter_.column)}",
        f"{'in' if filter_.keeps else 'not_in'} = {_value(words)}",
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Pairs):
        pairs = (f"{_key(key)} = {_value(each)}" for key, each in value.items())
        return "{ " + ", ".join(pairs) + " }"
    return "[" + ", ".join(map(_value, value)) + "]"


def _key(key: str) -> str:
    is_bare = key.isascii() and key.replace("_", "").replace("-", "").isalnum()
    return key if is_bare else _text(key)


def _text(text: str) -> str:
    """JSON's escapes are TOML's too; DEL alone must be written as one here."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
