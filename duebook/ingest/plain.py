"""Dataclasses as plain values that JSON can hold, and back."""

from __future__ import annotations

import types
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

Of = TypeVar("Of")


def plain(value: Any) -> Any:
    """Lists, dicts, texts, numbers, truth values and None alone. Exact amounts become text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value


def from_plain(kind: type[Of], value: Any) -> Of:
    """The dataclass again. Fields that are not there take their defaults.

    Raises ValueError, KeyError or TypeError for what was never one.
    """
    return cast(Of, _made(kind, value))


def _made(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        kinds = [each for each in get_args(kind) if each is not type(None)]
        return None if value is None else _made(kinds[0], value)
    if origin in (list, tuple):
        made = [_made(get_args(kind)[0], each) for each in value]
        return made if origin is list else tuple(made)
    if origin is not None and origin is not Literal:
        of = get_args(kind)[1]
        return {key: _made(of, each) for key, each in value.items()}
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{name: _made(hints[name], value[name]) for name in hints if name in value})
    if kind is Decimal:
        return Decimal(value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return value


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
