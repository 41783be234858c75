"""Django's cache in the table door.cache, made for counting attempts.

Django's own database cache counts the whole table at each write, throws entries out by the
alphabet once there are 300 (whoever makes many would push out the counters that hold them back),
and reads before it writes, so that two tries at once count as one. Here an entry stays until its
time is over, counting is one statement, and nothing read back is code.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connections

SWEEP_EVERY = 200  # writes, about: what is over goes

REPLACING = (
    "INSERT INTO door.cache (cache_key, value, expires)"
    " VALUES (%s, %s, now() + make_interval(secs => %s))"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
    " RETURNING cache_key"
)
REPLACING_WHAT_IS_OVER = (
    "INSERT INTO door.cache AS held (cache_key, value, expires)"
    " VALUES (%s, %s, now() + make_interval(secs => %s))"
    " ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"
    " WHERE held.expires <= now() RETURNING cache_key"
)
COUNTING = (
    "INSERT INTO door.cache AS held (cache_key, value, expires)"
    " VALUES (%s, '1', now() + make_interval(secs => %s))"
    " ON CONFLICT (cache_key) DO UPDATE SET"
    " value = CASE WHEN held.expires <= now() THEN '1' ELSE (held.value::bigint + 1)::text END,"
    " expires = CASE WHEN held.expires <= now() THEN excluded.expires ELSE held.expires END"
    " RETURNING value::bigint, expires"
)

Timeout = float | int | object | None


class DoorCache(BaseCache):
    """Values are what JSON can hold. `_table` of the settings is ignored: there is one."""

    def __init__(self, _table: str, params: dict[str, Any]) -> None:
        super().__init__(params)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        named = {self.make_and_validate_key(key, version): key for key in keys}
        query = (
            "SELECT cache_key, value FROM door.cache WHERE cache_key = ANY (%s) AND expires > now()"
        )
        return {named[key]: json.loads(value) for key, value in _rows(query, [list(named)])}

    def set(
        self, key: Any, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write(REPLACING, key, value, timeout, version)

    def add(
        self, key: Any, value: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Of many at once, one is told that it was the first."""
        return self._write(REPLACING_WHAT_IS_OVER, key, value, timeout, version)

    def touch(
        self, key: Any, timeout: Timeout = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        query = (
            "UPDATE door.cache SET expires = now() + make_interval(secs => %s)"
            " WHERE cache_key = %s AND expires > now() RETURNING cache_key"
        )
        named = self.make_and_validate_key(key, version)
        return bool(_rows(query, [self._seconds(timeout), named]))

    def delete(self, key: Any, version: int | None = None) -> bool:
        query = "DELETE FROM door.cache WHERE cache_key = %s RETURNING cache_key"
        return bool(_rows(query, [self.make_and_validate_key(key, version)]))

    def clear(self) -> None:
        _rows("DELETE FROM door.cache RETURNING cache_key", [])

    def counted(self, key: str, *, seconds: int) -> tuple[int, datetime]:
        """One more. Answers how many there were since the first, and when the count ends."""
        self._sweep()
        count, until = _rows(COUNTING, [self.make_and_validate_key(key), float(seconds)])[0]
        return int(count), until

    def uncounted(self, key: str) -> None:
        """One less, of a count that is still going on."""
        query = (
            "UPDATE door.cache SET value = greatest(value::bigint - 1, 0)::text"
            " WHERE cache_key = %s AND expires > now() RETURNING cache_key"
        )
        _rows(query, [self.make_and_validate_key(key)])

    def _write(
        self, query: str, key: Any, value: Any, timeout: Timeout, version: int | None
    ) -> bool:
        self._sweep()
        named = self.make_and_validate_key(key, version)
        return bool(_rows(query, [named, json.dumps(value), self._seconds(timeout)]))

    def _seconds(self, timeout: Timeout) -> float:
        """A century for what is to stay for ever."""
        chosen = self.default_timeout if timeout is DEFAULT_TIMEOUT else timeout
        return float(chosen) if isinstance(chosen, int | float) else 100 * 365 * 24 * 3600.0

    def _sweep(self) -> None:
        if secrets.randbelow(SWEEP_EVERY) == 0:
            _rows("DELETE FROM door.cache WHERE expires <= now() RETURNING cache_key", [])


def _rows(query: str, bound: list[Any]) -> list[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(query, bound)
        return list(cursor.fetchall())
