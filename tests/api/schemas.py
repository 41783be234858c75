"""Whether a value fits a schema of the API's description: as much of the standard as that uses."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

Schema = dict[str, Any]
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
# What says nothing about a value.
WORDS = {"title", "description", "examples", "default"}
KNOWN = {
    "$ref", "anyOf", "type", "enum", "const", "properties", "required", "additionalProperties",
    "items", "minItems", "maxItems", "pattern", "format", "minLength", "maxLength", "minimum",
    "maximum",
}  # fmt: skip


def fits(document: Schema, value: Any, schema: Schema) -> bool:
    """Raises where the schema says something that is not looked at here."""
    assert set(schema) <= KNOWN | WORDS, set(schema) - KNOWN - WORDS
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return fits(document, value, document["components"]["schemas"][name])
    if "anyOf" in schema and not any(fits(document, value, each) for each in schema["anyOf"]):
        return False
    return (
        _typed(value, schema)
        and ("enum" not in schema or value in schema["enum"])
        and ("const" not in schema or value == schema["const"])
        and _worded(value, schema)
        and _counted(value, schema)
        and _listed(document, value, schema)
        and _keyed(document, value, schema)
    )


def _typed(value: Any, schema: Schema) -> bool:
    types = schema.get("type", [*TYPES])
    types = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in types
    return any(isinstance(value, TYPES[each]) for each in types)


def _worded(value: Any, schema: Schema) -> bool:
    if not isinstance(value, str):
        return True
    if "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    if schema.get("format") == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            return False
    return schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))


def _counted(value: Any, schema: Schema) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return True
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def _listed(document: Schema, value: Any, schema: Schema) -> bool:
    if not isinstance(value, list):
        return True
    count = schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value))
    items = schema.get("items", {})
    return bool(count) and all(fits(document, each, items) for each in value)


def _keyed(document: Schema, value: Any, schema: Schema) -> bool:
    if not isinstance(value, dict):
        return True
    known, more = schema.get("properties", {}), schema.get("additionalProperties", True)
    if not set(schema.get("required", [])) <= set(value):
        return False
    for key, each in value.items():
        if key in known:
            if not fits(document, each, known[key]):
                return False
        elif more is False or (isinstance(more, dict) and not fits(document, each, more)):
            return False
    return True
