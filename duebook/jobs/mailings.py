"""Views of the monthly report that are mailed once a month: each reader gets what they may see.

Who sets one up sees it, and so does every admin. What is sent is worked out for each reader as that
reader, from the view as it is then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.conf import settings
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from psycopg.rows import class_row

from duebook.export import shelf
from duebook.export.monthly import UnknownLanguage, locale_of
from duebook.jobs.exports import CONTENT_TYPES, make_export
from duebook.post.letters import absolute, is_written, send_once
from duebook.reports.monthly import window
from duebook.reports.monthly_asked import currency_of, question_of
from duebook.reports.monthly_page import currencies
from duebook.rollups.months import seeing_months
from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused, current
from duebook.visibility.saved_views import view
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

LAST_DAY = 31
DAYS = (*range(1, 29), LAST_DAY)
READERS_MAX = 100
ATTACHED_MAX = 5_000_000  # bytes; a larger file is fetched by the link alone


@dataclass(frozen=True)
class Reader:
    """Somebody who works here."""

    id: int
    name: str
    email: str


@dataclass(frozen=True)
class Mailing:
    """`view_name` is None where the viewer does not see the view or it is gone. `readers` are those
    who work here; `left` counts those who do not any more. `month_day` 31 is the last one.
    """

    id: int
    person_name: str
    view_name: str | None
    readers: list[Reader]
    left: int
    language: str
    month_day: int
    at_time: time
    paused: bool
    next_at: datetime
    last_at: datetime | None


@dataclass(frozen=True)
class _Kept:
    id: int
    person_name: str
    view_id: int
    recipients: list[int]
    language: str
    month_day: int
    at_time: time
    paused: bool
    next_at: datetime
    last_at: datetime | None


def mailings(viewer: Viewer) -> list[Mailing]:
    """One's own, an admin everybody's; the next to be sent first. Inside seeing()."""
    query = (
        "SELECT m.id, p.name AS person_name, m.view_id, m.recipients, m.language, m.month_day,"
        " m.at_time, m.paused, m.next_at, m.last_at FROM ar.mailing m"
        " JOIN ar.person p ON p.org_id = m.org_id AND p.id = m.person_id"
        " WHERE m.org_id = %s ORDER BY m.paused, m.next_at, m.id"
    )
    with raw().cursor(row_factory=class_row(_Kept)) as cursor:
        found = cursor.execute(query, [viewer.org_id]).fetchall()
    staff = {each.id: each for each in readers()}
    return [_mailing(viewer, each, staff) for each in found]


def readers() -> list[Reader]:
    """Whom a view can be mailed to. Inside seeing()."""
    found = raw().execute("SELECT person_id, name, email FROM guard.colleagues('{}')").fetchall()
    return [Reader(*each) for each in found]


def set_up(
    viewer: Viewer,
    *,
    view_id: int,
    to: list[int],
    language: str,
    month_day: int,
    at_time: time,
    zone: str,
) -> int:
    """A view is mailed from now on; its id. Raises Refused."""
    seen = view(viewer, view_id) if view_id else None
    if seen is None or seen.page != "monthly":
        raise Refused(_("Choose one of your saved views of the monthly report."))
    staff = {each.id for each in readers()}
    wanted = sorted({each for each in to if each in staff})
    if not 0 < len(wanted) <= READERS_MAX:
        raise Refused(_("Choose who gets it: from one person up to a hundred who work here."))
    if month_day not in DAYS:
        raise Refused(_("Choose a day from 1 to 28, or the last one of the month."))
    try:
        locale_of(language)
    except UnknownLanguage as unknown:
        raise Refused(str(unknown)) from None
    row = (
        raw()
        .execute(
            "INSERT INTO ar.mailing (org_id, person_id, view_id, recipients, language, month_day,"
            " at_time, next_at) VALUES (%(org)s, %(person)s, %(view)s, %(to)s, %(language)s,"
            " %(day)s, %(time)s, guard.monthly_time(%(zone)s, %(day)s, %(time)s, now()))"
            " RETURNING id",
            {
                "org": viewer.org_id,
                "person": viewer.person_id,
                "view": seen.id,
                "to": wanted,
                "language": language,
                "day": month_day,
                "time": at_time,
                "zone": zone,
            },
        )
        .fetchone()
    )
    assert row
    record(viewer, "mailing set up", mailing=row[0], view=seen.name, to=wanted)
    return int(row[0])


def pause(viewer: Viewer, mailing: int) -> None:
    """Nothing is sent until it goes on. Raises Refused."""
    _changed(viewer, mailing, "UPDATE ar.mailing SET paused = true WHERE org_id = %s AND id = %s")
    record(viewer, "mailing paused", mailing=mailing)


def go_on(viewer: Viewer, mailing: int) -> None:
    """From its next day on; what fell into the pause is not made up. Raises Refused."""
    _changed(
        viewer,
        mailing,
        "UPDATE ar.mailing m SET paused = false,"
        " next_at = guard.monthly_time(o.timezone, m.month_day, m.at_time, now())"
        " FROM ar.org o WHERE o.org_id = m.org_id AND m.org_id = %s AND m.id = %s",
    )
    record(viewer, "mailing resumed", mailing=mailing)


def remove(viewer: Viewer, mailing: int) -> None:
    """Raises Refused."""
    _changed(viewer, mailing, "DELETE FROM ar.mailing WHERE org_id = %s AND id = %s")
    record(viewer, "mailing removed", mailing=mailing)


def send_now(viewer: Viewer, mailing: int) -> int:
    """Beside its day; to how many readers. Raises Refused when nobody would get it."""
    row = raw().execute("SELECT guard.send_mailing(%s)", [mailing]).fetchone()
    if not row or not row[0]:
        raise Refused(_("Nobody would get it: the view is gone, or its readers have left."))
    record(viewer, "mailing sent", mailing=mailing, readers=row[0])
    return int(row[0])


def order_due() -> int:
    """Have everything mailed whose time has come; to how many readers. For the worker."""
    row = raw("worker").execute("SELECT guard.order_mailings()").fetchone()
    return int(row[0]) if row else 0


def mail(viewer: Viewer, *, name: str, query: str, language: str, once: str) -> None:
    """The task: `viewer` is one reader. The file goes onto the reader's own shelf, and a letter
    says so; up to ATTACHED_MAX it is in the letter, too.

    `once` names the letter: whoever takes up the work of a worker that died writes no second one.
    Raises NotKnown for a view that asks what there is not.
    """
    if is_written(once):
        return
    with seeing_months(viewer, by="worker"):
        organisation = current(viewer)
        months = window(organisation.today)
        assert months
        question = question_of(QueryDict(query).getlist)
        usual = organisation.currency
        currency, _there = currency_of(question, months, usual=usual, there=currencies)
        person = (
            raw()
            .execute(
                "SELECT name, email FROM ar.person WHERE org_id = %s AND id = %s",
                [viewer.org_id, viewer.person_id],
            )
            .fetchone()
        )
    assert person
    asked = {**vars(question), "currency": currency, "lang": language}
    day = organisation.today.isoformat()
    with seeing(viewer):
        export = shelf.add(
            viewer,
            report="monthly",
            asked={"format": "xlsx", "as_of": day, "basis": "due", "edges": [30, 60, 90], **asked},
            file_name=f"monthly-{organisation.slug}-{day}.xlsx",
        )
    make_export(viewer, export=export)
    with seeing(viewer):
        made = shelf.fetched(viewer, export, at=datetime.now(UTC))
        if made is None or made.size is None:
            return  # why stands on the shelf
        fits = made.size <= ATTACHED_MAX
        content = shelf.piece(viewer, export, 0, size=ATTACHED_MAX) if fits else b""
        record(viewer, "report mailed", export=export, view=name)
        send_once(
            "monthly",
            once=once,
            to=person[1],
            language=_spoken(language, organisation.language),
            attached=(made.file_name, content, CONTENT_TYPES["xlsx"]) if fits else None,
            view=name,
            organisation=organisation.name,
            called=person[0],
            day=organisation.today,
            link=absolute(reverse("export_file", args=[organisation.slug, export])),
            fits=fits,
        )


def _spoken(language: str, usual: str) -> str:
    """The letter's: the file's where Duebook is translated, else the organisation's."""
    known = {code for code, _name in settings.LANGUAGES}
    return language if language in known else usual


def _mailing(viewer: Viewer, kept: _Kept, staff: dict[int, Reader]) -> Mailing:
    seen = view(viewer, kept.view_id)
    there = [staff[each] for each in kept.recipients if each in staff]
    return Mailing(
        id=kept.id,
        person_name=kept.person_name,
        view_name=seen.name if seen else None,
        readers=there,
        left=len(kept.recipients) - len(there),
        language=kept.language,
        month_day=kept.month_day,
        at_time=kept.at_time,
        paused=kept.paused,
        next_at=kept.next_at,
        last_at=kept.last_at,
    )


def _changed(viewer: Viewer, mailing: int, query: str) -> None:
    if raw().execute(query, [viewer.org_id, mailing]).rowcount == 0:
        raise Refused(_("There is no such mailing any more; load the page again."))
