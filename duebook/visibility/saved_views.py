"""Saved views: a name for what an address asks of a page, of one's own or shared with everybody
who works in the organisation.

A day in it may be relative: `-7d` is a week before it is opened, `month-end` the latest end of a
month, `-1m-end` the end of the month before. They are told apart from days by `resolved`, with
the organisation's today. All this inside seeing(); clients have no views.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import QueryDict
from django.utils.translation import gettext as _
from psycopg.rows import class_row

from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

PAGES = ("customers", "monthly")
LONGEST_NAME, LONGEST_QUERY, MOST = 80, 2000, 200
# Where one is in a list, and by which view one came: not what is asked.
PLACES = ("after", "before", "open", "page", "view", "csrfmiddlewaretoken")
DAYS = ("as_of",)
RELATIVE = re.compile(r"-(\d{1,4})(d|m-end)")


@dataclass(frozen=True)
class SavedView:
    """`query` as saved, with relative days. `is_default`: the viewer's page opens with it."""

    id: int
    page: str
    name: str
    query: str
    person_name: str
    is_own: bool
    is_shared: bool
    is_default: bool


def views(viewer: Viewer, page: str = "") -> list[SavedView]:
    """One's own and those shared by others, of one page or of all; by name, own ones first."""
    return _found(viewer, page=page)


def view(viewer: Viewer, view_id: int) -> SavedView | None:
    """One that the viewer may open."""
    found = _found(viewer, view_id=view_id)
    return found[0] if found else None


def save(viewer: Viewer, *, page: str, name: str, query: str, shared: bool = False) -> int:
    """A new view of one's own; its id. Raises Refused."""
    count = "SELECT count(*) FROM ar.saved_view WHERE person_id = %s AND page = %s"
    row = raw().execute(count, [viewer.person_id, page]).fetchone()
    if row and row[0] >= MOST:
        raise Refused(_("You have %(most)s views here; remove one first.") % {"most": MOST})
    made = (
        raw()
        .execute(
            "INSERT INTO ar.saved_view (org_id, person_id, page, name, query)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
            [viewer.org_id, viewer.person_id, page, _name(name), _query(query)],
        )
        .fetchone()
    )
    if made is None:
        raise Refused(_taken(name))
    if shared:
        share(viewer, made[0])
    return int(made[0])


def rename(viewer: Viewer, view_id: int, name: str) -> None:
    """Of one's own. Raises Refused."""
    own, wanted = _own(viewer, view_id), _name(name)
    others = (each for each in _found(viewer, page=own.page) if each.is_own and each.id != own.id)
    if wanted in {each.name for each in others}:
        raise Refused(_taken(wanted))
    _change(viewer, own, name=wanted, query=own.query)


def change(viewer: Viewer, view_id: int, query: str) -> None:
    """One's own asks something else from now on. Raises Refused."""
    own = _own(viewer, view_id)
    _change(viewer, own, name=own.name, query=_query(query))


def share(viewer: Viewer, view_id: int) -> None:
    """Everybody who works here may open it, and follows what it becomes. Raises Refused."""
    own = _own(viewer, view_id)
    raw().execute("SELECT guard.share_view(%s, true)", [own.id])
    record(viewer, "view shared", view=own.id, page=own.page, name=own.name)


def unshare(viewer: Viewer, view_id: int) -> None:
    """Only whose it is has it again. Admins may do so with everybody's. Raises Refused."""
    seen = view(viewer, view_id)
    if seen is None or not (seen.is_own or viewer.kind == "admin"):
        raise Refused(_not_yours())
    if viewer.kind == "admin":
        place = [viewer.org_id, seen.id]
        raw().execute("DELETE FROM ar.shared_view WHERE org_id = %s AND id = %s", place)
    else:
        raw().execute("SELECT guard.share_view(%s, false)", [seen.id])
    record(viewer, "view no longer shared", view=seen.id, page=seen.page, name=seen.name)


def remove(viewer: Viewer, view_id: int) -> None:
    """One's own, for those it is shared with as well. Raises Refused."""
    own = _own(viewer, view_id)
    place = [viewer.org_id, own.id]
    raw().execute("DELETE FROM ar.saved_view WHERE org_id = %s AND id = %s", place)
    raw().execute("DELETE FROM ar.default_view WHERE org_id = %s AND view_id = %s", place)


def make_default(viewer: Viewer, page: str, view_id: int | None) -> None:
    """The page opens with this view from now on, or with none. Raises Refused."""
    if view_id is None:
        raw().execute(
            "DELETE FROM ar.default_view WHERE org_id = %s AND person_id = %s AND page = %s",
            [viewer.org_id, viewer.person_id, page],
        )
        return
    seen = view(viewer, view_id)
    if seen is None or seen.page != page:
        raise Refused(_not_yours())
    raw().execute(
        "INSERT INTO ar.default_view (org_id, person_id, page, view_id) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (org_id, person_id, page) DO UPDATE SET view_id = EXCLUDED.view_id",
        [viewer.org_id, viewer.person_id, page, view_id],
    )


def asked(query: str) -> str:
    """What is kept of an address: without the place in the list, in one order."""
    told = QueryDict(query.removeprefix("?"), mutable=True)
    for name in list(told):
        values = [each for each in told.getlist(name) if each]
        told.setlist(name, values)
        if name in PLACES or not values:
            del told[name]
    return "&".join(sorted(told.urlencode().split("&")))


def resolved(query: str, *, today: date) -> str:
    """The same with days in the place of relative ones, as of `today`."""
    told = QueryDict(query, mutable=True)
    for name in DAYS:
        day = day_of(told.get(name, ""), today=today)
        if day == today:
            del told[name]
        elif day is not None:
            told[name] = day.isoformat()
    return told.urlencode()


def day_of(written: str, *, today: date) -> date | None:
    """The day that a relative one is, for `-7d`, `-1m-end` and `month-end`; None for the rest."""
    if written == "month-end":
        tomorrow = today + timedelta(1)
        return today if tomorrow.day == 1 else _end(today, 1)
    said = RELATIVE.fullmatch(written)
    if said is None:
        return None
    number = int(said[1])
    return today - timedelta(number) if said[2] == "d" else _end(today, number)


def _end(today: date, months: int) -> date:
    """The last day of the month so many months before."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, monthrange(year, month + 1)[1])


def _found(viewer: Viewer, *, page: str = "", view_id: int = 0) -> list[SavedView]:
    query = (
        "SELECT v.id, v.page, v.name, v.query, p.name AS person_name, v.is_own, v.is_shared,"
        " d.view_id IS NOT NULL AS is_default"
        " FROM (SELECT o.id, o.page, o.name, o.query, o.person_id, true AS is_own,"
        "       s.id IS NOT NULL AS is_shared FROM ar.saved_view o"
        "       LEFT JOIN ar.shared_view s ON s.org_id = %(org)s AND s.id = o.id"
        "       WHERE o.org_id = %(org)s AND o.person_id = %(person)s"
        "       UNION ALL"
        "       SELECT s.id, s.page, s.name, s.query, s.person_id, false, true"
        "       FROM ar.shared_view s WHERE s.org_id = %(org)s AND s.person_id <> %(person)s) v"
        " JOIN ar.person p ON p.org_id = %(org)s AND p.id = v.person_id"
        " LEFT JOIN ar.default_view d ON d.org_id = %(org)s AND d.person_id = %(person)s"
        "      AND d.page = v.page AND d.view_id = v.id"
        " WHERE %(page)s IN ('', v.page) AND %(id)s IN (0, v.id)"
        " ORDER BY NOT v.is_own, lower(v.name), v.id"
    )
    named = {"org": viewer.org_id, "person": viewer.person_id, "page": page, "id": view_id}
    with raw().cursor(row_factory=class_row(SavedView)) as cursor:
        return cursor.execute(query, named).fetchall()


def _change(viewer: Viewer, own: SavedView, *, name: str, query: str) -> None:
    raw().execute(
        "UPDATE ar.saved_view SET name = %s, query = %s WHERE org_id = %s AND id = %s",
        [name, query, viewer.org_id, own.id],
    )
    if own.is_shared:
        raw().execute("SELECT guard.share_view(%s, true)", [own.id])


def _own(viewer: Viewer, view_id: int) -> SavedView:
    seen = view(viewer, view_id)
    if seen is None or not seen.is_own:
        raise Refused(_not_yours())
    return seen


def _query(written: str) -> str:
    query = asked(written)
    if len(query) > LONGEST_QUERY:
        raise Refused(_("This view asks too much to be kept; choose fewer values."))
    return query


def _name(written: str) -> str:
    name = " ".join(written.replace("\0", "").split())
    if not name:
        raise Refused(_("A view needs a name; write one."))
    if len(name) > LONGEST_NAME:
        said = _("A view's name has %(limit)s letters at most; write a shorter one.")
        raise Refused(said % {"limit": LONGEST_NAME})
    return name


def _taken(name: str) -> str:
    said = _("You have a view called %(name)s here already; choose another name.")
    return said % {"name": name.strip()}


def _not_yours() -> str:
    return _("This view is not yours to change; load the page again.")
