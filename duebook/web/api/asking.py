"""What a request of the API asks for, checked as strictly as pages check their addresses."""

from __future__ import annotations

from typing import TypeVar

from django.http import QueryDict
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field

from duebook.web.api.door import TokenRequest
from duebook.web.asked import Asked, Unclear, asked_of

SIZE, SIZE_MAX = 100, 1_000
LAYOUTS = ("operator", "portal")


class Nothing(Schema):
    pass


class Question(Schema):
    """Everything is text here: what is unclear is answered with a sentence."""

    as_of: str = Field("", description="Year-month-day, today or earlier; today if left out")
    basis: str = Field("", description="due or invoice; the organisation's own if left out")
    currency: str = Field("", description="Only this currency, such as USD")
    page: str = Field("", description="From 1; one past the last shows the last")
    size: str = Field("", description=f"Rows of a page, up to {SIZE_MAX}; {SIZE} if left out")


class AgingQuestion(Question):
    layout: str = Field("", description="The columns of the operator (the default) or the portal")
    search: str = Field("", description="A part of names or account numbers")


class InvoicesQuestion(Question):
    account: str = Field("", description="Only the account of this number")
    bucket: str = Field("", description="Only what adds up to this column of the aging")


Asking = TypeVar("Asking", bound=Schema)


def asked_by(request: TokenRequest, kind: type[Asking]) -> Asked:
    """Raises Unclear."""
    known_in(request, kind)
    query = request.GET.copy()
    query["q"] = query.get("search", "")
    return asked_of(request, query=query)


def known_in(request: TokenRequest, kind: type[Schema]) -> None:
    """Raises Unclear for a parameter there is not: a misspelt filter must not be dropped."""
    for name, values in request.GET.lists():
        if name not in kind.model_fields:
            message = _("There is no parameter “%(name)s” here. Choose among: %(known)s.")
            known = ", ".join(sorted(kind.model_fields)) or "–"
            raise Unclear(message % {"name": name, "known": known})
        if len(values) > 1:
            raise Unclear(_("“%(name)s” is given twice.") % {"name": name})


def sized(query: QueryDict) -> int:
    """How many rows a page has. Raises Unclear."""
    written = query.get("size", "").strip() or str(SIZE)
    if not (written.isascii() and written.isdecimal() and 0 < int(written[:9]) <= SIZE_MAX):
        message = _("“%(written)s” is no size of a page; write a number from 1 to %(most)s.")
        raise Unclear(message % {"written": written, "most": SIZE_MAX})
    return int(written[:9])


def layout_in(query: QueryDict) -> str:
    """Whose columns are wanted. Raises Unclear."""
    written = query.get("layout", "").strip() or LAYOUTS[0]
    if written not in LAYOUTS:
        message = _("“%(written)s” is no value of %(name)s. Choose one of: %(choices)s.")
        named = {"written": written, "name": "layout", "choices": ", ".join(LAYOUTS)}
        raise Unclear(message % named)
    return written
