"""Reports as files, made in the background: a large one takes longer than a page may."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from duebook.database.lost import is_lost
from duebook.export import answers, shelf
from duebook.export.account import (
    NoSuchAccount,
    account_documents,
    announced_payments,
    document_lines,
)
from duebook.export.answers import Answer
from duebook.export.listed import Listed
from duebook.export.monthly import MonthlyAnswer
from duebook.export.tables import FORMATS, TooLong
from duebook.jobs.monthly_files import monthly_answer
from duebook.jobs.order import order
from duebook.reports.account_items import Tab
from duebook.reports.aging import Edges
from duebook.reports.customers import Asked
from duebook.rollups.days import ready, seeing_days
from duebook.rollups.months import seeing_months
from duebook.visibility.audit import record
from duebook.visibility.organisations import Organisation
from duebook.visibility.seeing import NotAllowed, seeing
from duebook.visibility.viewer import Viewer

WHOLE = ("admin", "member_all")
STAFF = frozenset({"admin", "member", "member_all"})
# And whose each is.
REPORTS = {
    "aging": STAFF,
    "invoices": STAFF,
    "customers": STAFF,
    "account": STAFF,
    "monthly": STAFF,
    "portal": frozenset({"client"}),
}


def _customers(*, as_of: date, basis: str, edges: Edges, **asked: Any) -> Listed:
    """The list has no basis and no edges: the due date and 30, 60 and 90 days."""
    asked |= {name: tuple(asked[name]) for name in SEVERAL if name in asked}
    return answers.customers(Asked(as_of, **asked), at=datetime.now(UTC))


def _account(*, as_of: date, basis: str, edges: Edges, **asked: Any) -> Answer | Listed:
    """A tab of an account, the payments announced for it, or the lines of a document of it."""
    customer, currency = asked["customer"], asked.get("currency", "")
    if "document" in asked:
        return document_lines(customer, asked["document"], as_of=as_of)
    if asked["tab"] == "announced":
        end = datetime.combine(as_of + timedelta(days=1), time())
        until = end.replace(tzinfo=ZoneInfo(asked["zone"]))
        return announced_payments(customer, currency=currency, as_of=as_of, until=until)
    tab = Tab(customer, asked["tab"], currency, as_of, asked.get("age", ""))
    return account_documents(tab, statuses=asked["statuses"], sort=asked.get("order", ""))


SEVERAL = ("status", "invitation", "only", "but")
ANSWERS: dict[str, Callable[..., Answer | Listed]] = {
    "aging": answers.aging,
    "invoices": answers.invoices,
    "customers": _customers,
    "account": _account,
    "portal": answers.portal,
}
ASKED: dict[str, Sequence[str]] = {
    "aging": ("search", "currency"),
    "invoices": ("account", "currency", "bucket"),
    "customers": ("search", "currency", "status", "invitation", "sort", "only", "but"),
    "account": "customer account tab statuses age order currency document zone".split(),
    "monthly": ("data_type measure currency sort search owners teams flags hide_idle lang".split()),
    "portal": (),
}
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
NAMED = 100  # accounts that an entry of the audit trail names
LARGEST_BYTES = 64_000_000


class TooLarge(Exception):
    """More than is kept in the database."""


def order_export(
    viewer: Viewer,
    organisation: Organisation,
    *,
    report: str,
    form: str,
    as_of: date,
    basis: str,
    filters: Mapping[str, Any],
    called: str = "",
) -> int:
    """Have a report made as a file; its id on the shelf. Only inside seeing().

    `called` is how its name begins, if not with the report's.

    Raises KeyError for a report that is not for this viewer, or a format that there is not.
    """
    if viewer.kind not in REPORTS[report] or form not in FORMATS:
        raise KeyError(report)
    asked: dict[str, Any] = {
        "format": form,
        "as_of": as_of.isoformat(),
        "basis": basis,
        "edges": list(organisation.aging_edges),
        **{name: filters[name] for name in ASKED[report] if filters.get(name)},
    }
    counted = "-by-invoice-date" if basis == "invoice" else ""
    name = f"{called or report}-{organisation.slug}-{as_of}{counted}.{form}"
    export = shelf.add(viewer, report=report, asked=asked, file_name=name)
    order("export", export=export)
    told = dict(asked)
    for name in ("only", "but"):
        if name in told:
            told[name] = told[name][:NAMED]
    record(viewer, "export ordered", export=export, report=report, asked=told)
    return export


def make_export(viewer: Viewer, *, export: int) -> None:
    """Make an ordered file as the viewer sees things now."""
    with seeing(viewer):
        begun = shelf.begun(viewer, export)
    if begun is None:  # thrown away, or made already
        return
    try:
        _make(viewer, export, *begun)
    except TooLong:
        _give_up(viewer, export, "too long")
    except TooLarge:
        _give_up(viewer, export, "too large")
    except NoSuchAccount:
        _give_up(viewer, export, "gone")
    except Exception as trouble:
        if not (isinstance(trouble, NotAllowed) or is_lost(trouble)):
            _give_up(viewer, export, "failed")
        raise


def _make(viewer: Viewer, export: int, report: str, asked: dict[str, Any]) -> None:
    form = asked["format"]
    day = date.fromisoformat(asked["as_of"])
    with _prepared(viewer, report, day):
        answer = _answer(viewer, report, asked)
        is_read_now = isinstance(answer, Listed | MonthlyAnswer)
        file = answer.content(form) if is_read_now else None
        customers = _whose(viewer, answer)
    if file is None:
        file = answer.content(form)
    if len(file) > LARGEST_BYTES:
        raise TooLarge
    with seeing(viewer):
        shelf.put(
            viewer,
            export,
            file=file,
            content_type=CONTENT_TYPES[form],
            rows=answer.row_count,
            customers=customers,
        )


def _whose(viewer: Viewer, answer: Answer | Listed | MonthlyAnswer) -> list[int]:
    """The customers in a file, of a viewer from whom some may be taken away. Whoever sees the whole
    organisation sees all of them as long as they are of that kind.
    """
    if viewer.kind in WHOLE:
        return []
    if isinstance(answer, Listed):
        return answer.customers()
    return shelf.customers_of(viewer, answer.accounts)


def _prepared(viewer: Viewer, report: str, day: date) -> AbstractContextManager[None]:
    """seeing(), read only, with what the report rests on worked out."""
    if viewer.kind in STAFF and report == "customers":
        ready(viewer, day, by="worker")
        return seeing_days(viewer, day)
    if viewer.kind in STAFF and report == "monthly":
        return seeing_months(viewer, by="worker")
    return seeing(viewer, read_only=True)


def _answer(viewer: Viewer, report: str, asked: dict[str, Any]) -> Answer | Listed | MonthlyAnswer:
    """A viewer with a database in hand may have written anything onto their own shelf."""
    if viewer.kind not in REPORTS[report]:
        raise NotAllowed("this report is not for this kind of viewer")
    told = {name: asked[name] for name in ASKED[report] if name in asked}
    if report == "monthly":
        return monthly_answer(viewer, **told)
    one, two, three = asked["edges"]
    return ANSWERS[report](
        as_of=date.fromisoformat(asked["as_of"]),
        basis=asked["basis"],
        edges=(one, two, three),
        **told,
    )


def _give_up(viewer: Viewer, export: int, trouble: str) -> None:
    with seeing(viewer):
        shelf.give_up(viewer, export, trouble=trouble)
