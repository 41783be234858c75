"""Filters of a list, as its address says them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext as _

from duebook.web.asked import Unclear


def text(query: QueryDict, name: str) -> str:
    """What is written, without the one letter that no text of the database can hold."""
    return query.get(name, "").replace("\0", "").strip()[:200]


def number(query: QueryDict, name: str) -> int | None:
    """None when nothing is written. Raises Unclear for what is no number."""
    written = query.get(name, "").strip()
    if not written:
        return None
    if not (written.isascii() and written.isdecimal() and len(written) <= 18):
        raise Unclear(_("“%(written)s” is not a number.") % {"written": written})
    return int(written)


def day(query: QueryDict, name: str) -> date | None:
    """None when nothing is written. Raises Unclear for what is no day."""
    written = query.get(name, "").strip()
    if not written:
        return None
    try:
        day = date.fromisoformat(written)
        if day.isoformat() == written and date(1970, 1, 1) <= day < date(9999, 1, 1):
            return day
    except ValueError:
        pass
    message = _("“%(written)s” is not a day. Write it as year-month-day, for example 2026-03-31.")
    raise Unclear(message % {"written": written})


def one_of(query: QueryDict, name: str, choices: Iterable[str]) -> str:
    """One of the choices, or empty. Raises Unclear for anything else."""
    written = text(query, name)
    if written and written not in (known := [*choices]):
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        raise Unclear(message % {"written": written, "name": name, "choices": ", ".join(known)})
    return written
