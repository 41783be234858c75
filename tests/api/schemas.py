"""Whether a value fits a schema of the API's description."""

from __future__ import annotations

from typing import Any

from jsonschema_rs import Draft202012Validator

Schema = dict[str, Any]


def fits(document: Schema, value: Any, schema: Schema) -> bool:
    """`schema` may refer to the components of the document."""
    whole = {**schema, "components": document["components"]}
    return Draft202012Validator(whole, validate_formats=True).is_valid(value)
