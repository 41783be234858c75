"""How a person likes the list: columns, density, figures. Kept in a cookie, so that the first
sight of a page is already the liked one.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from duebook.web.customers.columns import OPTIONAL

COOKIE = "customers"  # words with dots between: compact, folded, and no-... of a column


@dataclass(frozen=True)
class Kept:
    """`columns` are the optional ones shown; `figures` whether the panel is."""

    columns: frozenset[str]
    compact: bool
    figures: bool

    @property
    def classes(self) -> str:
        """For the table."""
        gone = [f"no-{code}" for code in OPTIONAL if code not in self.columns]
        return " ".join([*gone, *(["compact"] if self.compact else [])])


def kept_by(request: HttpRequest) -> Kept:
    """What is not understood does not count."""
    words = set(request.COOKIES.get(COOKIE, "").split("."))
    shown = frozenset(code for code in OPTIONAL if f"no-{code}" not in words)
    return Kept(shown, compact="compact" in words, figures="folded" not in words)
