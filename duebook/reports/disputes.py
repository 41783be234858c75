"""Disputes: which there are, what was said in one, and how many wait. The same rows for both sides;
owners and internal notes are for those who work here, and clients have no right to them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any, LiteralString

from psycopg.rows import class_row

from duebook.reports.rows import HERE, organisation
from duebook.visibility.seeing import raw

STATES = ("open", "answered", "flagged", "closed")
UNSETTLED = ("open", "answered", "flagged")
# How the list can be sorted: the column, and what it is compared by.
ORDERS: dict[str, LiteralString] = {
    "due": "COALESCE(q.next_due, 'infinity'::timestamptz)",
    "raised": "q.raised_at",
    "amount": "q.disputed",
    "account": "q.sort_name",
    "invoice": "q.number",
}


@dataclass(frozen=True)
class Dispute:
    """`case_id` is None for a flag of the source that nobody has taken up. `claimed` is what was
    disputed, `disputed` what of it counts today, in `currency`. `next_due`: by when to answer or
    to resolve; None once closed. `owner_name` is empty for clients.
    """

    key: int
    case_id: int | None
    customer_id: int
    account_number: str
    account_name: str
    document_id: int
    number: str
    kind: str
    currency: str
    claimed: Decimal
    disputed: Decimal
    lines: list[str]
    reason: str
    state: str
    outcome: str | None
    by_client: bool
    raised_at: datetime
    answer_due_at: datetime | None
    resolve_due_at: datetime | None
    answered_at: datetime | None
    changed_at: datetime
    next_due: datetime | None
    is_overdue: bool
    owner_name: str
    found: int


@dataclass(frozen=True)
class Wanted:
    """Which disputes: of the states (none named: all), a reason, raised at the latest then,
    overdue, of an owner (0: of nobody), of an account, of an invoice, by words."""

    states: Sequence[str] = ()
    reason: str = ""
    older: datetime | None = None
    overdue: bool = False
    owner: int | None = None
    customer: int | None = None
    document: int | None = None
    search: str = ""


@dataclass(frozen=True)
class Attached:
    id: int
    message_id: int
    file_name: str
    media_type: str
    size_bytes: int


@dataclass(frozen=True)
class Message:
    """Something said or done in a dispute; `act` is raised, answered, closed or reopened."""

    id: int
    author: str
    by_client: bool
    act: str
    outcome: str | None
    body: str
    written_at: datetime
    files: list[Attached] = field(default_factory=list)


@dataclass(frozen=True)
class Note:
    """What colleagues tell each other; clients have no right to it."""

    author: str
    body: str
    written_at: datetime


def disputes(
    wanted: Wanted,
    *,
    at: datetime,
    today: date,
    staff: bool,
    order: str = "due",
    descending: bool = False,
    after: int | None = None,
    limit: int = 50,
) -> list[Dispute]:
    """A page of them, beginning after the one with this key, in the order asked for."""
    by, way = ORDERS[order], "DESC" if descending else "ASC"
    than = "<" if descending else ">"
    inner = _query(staff=staff)
    start = (
        f" WHERE ({by}, q.key) {than} (SELECT {by}, q.key FROM found q WHERE q.key = %(after)s)"  # nosec B608
        if after is not None
        else ""
    )
    columns = ", ".join(f"q.{each.name}" for each in fields(Dispute))
    text = f"WITH found AS ({inner}) SELECT {columns} FROM found q{start}"  # nosec B608
    text += f" ORDER BY {by} {way}, q.key {way} LIMIT %(limit)s"
    with raw().cursor(row_factory=class_row(Dispute)) as cursor:
        named = {**_named(wanted, at=at, today=today), "after": after, "limit": limit}
        return cursor.execute(text, named).fetchall()


def dispute(case_id: int, *, at: datetime, today: date, staff: bool) -> Dispute | None:
    """One case; None when there is none for the viewer."""
    named = {**_named(Wanted(), at=at, today=today), "case": case_id}
    columns = ", ".join(f"q.{each.name}" for each in fields(Dispute))
    text = f"SELECT {columns} FROM ({_query(staff=staff)}) AS q"  # nosec B608
    with raw().cursor(row_factory=class_row(Dispute)) as cursor:
        return cursor.execute(text, named).fetchone()


def of_document(document_id: int, *, at: datetime, today: date, staff: bool) -> list[Dispute]:
    """All disputes of an invoice, the latest first: for the pages of invoices on both sides."""
    wanted = Wanted(document=document_id)
    return disputes(wanted, at=at, today=today, staff=staff, order="raised", descending=True)


def messages(case_id: int) -> list[Message]:
    """What was said, the oldest first, with the files beside it."""
    query: LiteralString = (
        "SELECT id, author, by_client, act, outcome, body, written_at FROM ar.dispute_message"
        " WHERE org_id = %s AND case_id = %s ORDER BY id"
    )
    attached: LiteralString = (
        "SELECT id, message_id, file_name, media_type, size_bytes FROM ar.dispute_file"
        " WHERE org_id = %s AND case_id = %s ORDER BY id"
    )
    told = [organisation(), case_id]
    files = [Attached(*row) for row in raw().execute(attached, told)]
    said = [Message(*row) for row in raw().execute(query, told).fetchall()]
    for each in said:
        each.files.extend(file for file in files if file.message_id == each.id)
    return said


def notes(case_id: int) -> list[Note]:
    """Internal notes, the oldest first; a client's role may not ask."""
    query: LiteralString = (
        "SELECT p.name, n.body, n.written_at FROM ar.dispute_note n"
        " JOIN ar.person p ON p.org_id = n.org_id AND p.id = n.person_id"
        " WHERE n.org_id = %s AND n.case_id = %s ORDER BY n.id"
    )
    return [Note(*row) for row in raw().execute(query, [organisation(), case_id])]


def lines_of(document_id: int) -> list[tuple[str, str, Decimal]]:
    """An invoice's lines: number, description, amount in its currency."""
    query: LiteralString = (
        "SELECT l.line_number, l.description, l.amount * y.unit FROM ar.document_line l"
        " JOIN ar.document d ON d.org_id = l.org_id AND d.id = l.document_id"
        " JOIN ar.currency y ON y.code = d.currency"
        " WHERE l.org_id = %s AND l.document_id = %s"
        " ORDER BY length(l.line_number), l.line_number LIMIT 500"
    )
    return [(row[0], row[1], row[2]) for row in raw().execute(query, [organisation(), document_id])]


def owners() -> list[tuple[int, str]]:
    """Those who own an account with a dispute, by name."""
    query: LiteralString = (
        "SELECT DISTINCT p.id, p.name FROM ar.dispute c"
        " JOIN ar.customer_internal i ON i.org_id = c.org_id AND i.customer_id = c.customer_id"
        " JOIN ar.person p ON p.org_id = i.org_id AND p.id = i.owner_id"
        " WHERE c.org_id = %s ORDER BY p.name, p.id"
    )
    return [(int(row[0]), str(row[1])) for row in raw().execute(query, [organisation()])]


def _query(*, staff: bool) -> str:
    """A client's role has no right to who owns an account: there the columns are empty."""
    text = (HERE / "disputes.sql").read_text()
    parts = {"owner": "''", "owner_id": "NULL::bigint", "owned": "", "of_owner": "true"}
    if staff:
        parts = {
            "owner": "COALESCE(o.name, '')",
            "owner_id": "i.owner_id",
            "owned": "LEFT JOIN ar.customer_internal i ON i.org_id = %(org)s"
            " AND i.customer_id = w.customer_id"
            " LEFT JOIN ar.person o ON o.org_id = %(org)s AND o.id = i.owner_id",
            "of_owner": "%(owner)s::bigint IS NULL OR COALESCE(i.owner_id, 0) = %(owner)s",
        }
    for name, part in parts.items():
        text = text.replace("{" + name + "}", part)
    return text


def _named(wanted: Wanted, *, at: datetime, today: date) -> dict[str, Any]:
    words = wanted.search.casefold().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {
        "org": organisation(),
        "at": at,
        "today": today,
        "case": None,
        "document": wanted.document,
        "customer": wanted.customer,
        "states": [*wanted.states] or None,
        "reason": wanted.reason,
        "older": wanted.older,
        "overdue": wanted.overdue,
        "owner": wanted.owner,
        "like": f"%{words}%" if words else "",
    }
