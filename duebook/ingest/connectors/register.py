"""Which connectors an organisation has. Reading and writing here is for admins, inside seeing().

Each is a service of its own: the audit trail has what it does under its name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, LiteralString

from django.utils.translation import gettext as _
from psycopg.rows import kwargs_row

from duebook.database.sealing import Broken, opened, sealed
from duebook.ingest.connectors.connector import Connector, Trouble, Unfit
from duebook.ingest.connectors.types import TYPES
from duebook.visibility.audit import record
from duebook.visibility.organisations import Organisation, Refused
from duebook.visibility.seeing import raw
from duebook.visibility.tokens import new_service
from duebook.visibility.viewer import Viewer

PURPOSE = "connectors"
MISSED = 2  # polls that did not happen, after which somebody should look


@dataclass(frozen=True)
class Connection:
    """A connector as its organisation sees it: everything but the secret.

    `trouble` is what went wrong last, or what was left out, in one sentence.
    """

    id: int
    person_id: int
    name: str
    type: str
    settings: dict[str, Any]
    has_secret: bool
    every_minutes: int
    active: bool
    data_as_of: datetime | None
    polling_since: datetime | None
    tried_at: datetime | None
    succeeded_at: datetime | None
    failures: int
    trouble: str
    next_at: datetime

    def state(self, at: datetime) -> str:
        """paused, polling, failing, waiting (never polled yet), due or fine."""
        if not self.active:
            return "paused"
        if self.polling_since:
            return "polling"
        if self.failures:
            return "failing"
        if self.next_at <= at:
            return "due"
        return "fine" if self.succeeded_at else "waiting"


COLUMNS = ", ".join(
    "sealed_secret <> '' AS has_secret" if each.name == "has_secret" else each.name
    for each in fields(Connection)
)
ALL: LiteralString = f"SELECT {COLUMNS} FROM ar.connector WHERE org_id = %s"  # nosec B608


def connections_of(viewer: Viewer) -> list[Connection]:
    """By name."""
    with raw().cursor(row_factory=kwargs_row(_connection)) as cursor:
        return cursor.execute(ALL + " ORDER BY lower(name), id", [viewer.org_id]).fetchall()


def connection_of(viewer: Viewer, connector_id: int) -> Connection | None:
    with raw().cursor(row_factory=kwargs_row(_connection)) as cursor:
        return cursor.execute(ALL + " AND id = %s", [viewer.org_id, connector_id]).fetchone()


def _connection(*, settings: Any, **more: Any) -> Connection:
    return Connection(settings=told(settings), **more)


def told(stored: Any) -> dict[str, Any]:
    """What a column of JSON holds: Django leaves it to its reader to read it."""
    return dict(json.loads(stored)) if isinstance(stored, str) else dict(stored)


def add(
    viewer: Viewer,
    organisation: Organisation,
    *,
    type: str,
    name: str,
    settings: Mapping[str, Any],
    secret: str,
    every_minutes: int,
    at: datetime,
) -> int:
    """A new connector, due at once; its id. Raises Unfit, and Refused for a name that is taken."""
    made(type, settings, secret=secret, organisation=organisation)
    _must_be_free(viewer, name, but=0)
    query: LiteralString = (
        "INSERT INTO ar.connector (org_id, person_id, name, type, settings, sealed_secret,"
        " every_minutes, next_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s) RETURNING id"
    )
    service = new_service(viewer, name)
    locked = sealed(secret.encode(), purpose=PURPOSE) if secret else b""
    said = [name, type, json.dumps(dict(settings)), locked, every_minutes, at]
    row = raw().execute(query, [viewer.org_id, service, *said]).fetchone()
    assert row is not None  # RETURNING of an INSERT of one row
    after = _shown(name, settings, every_minutes)
    record(viewer, "connector added", connector={"type": type, **after})
    return int(row[0])


def change(
    viewer: Viewer,
    organisation: Organisation,
    before: Connection,
    *,
    name: str,
    settings: Mapping[str, Any],
    secret: str,
    every_minutes: int,
    at: datetime,
) -> None:
    """An empty secret keeps the old one, unless the address it was given for is another now.

    Another source is read from its beginning. It is due at once. Raises as `add` does.
    """
    moved = dict(settings) != before.settings
    if moved and before.has_secret and not secret and _address(settings) != _address(before):
        raise Unfit("secret", _("For another address, enter its password."))
    kept = secret or secret_of(viewer, before.id)
    made(before.type, settings, secret=kept, organisation=organisation)
    _must_be_free(viewer, name, but=before.id)
    query: LiteralString = (
        "UPDATE ar.connector SET name = %s, settings = %s, every_minutes = %s, next_at = %s,"
        " cursor = CASE WHEN %s THEN '{}'::jsonb ELSE cursor END, failures = 0, trouble = ''"
        " WHERE org_id = %s AND id = %s"
    )
    said = [name, json.dumps(dict(settings)), every_minutes, at, moved]
    raw().execute(query, [*said, viewer.org_id, before.id])
    if secret:
        lock: LiteralString = (
            "UPDATE ar.connector SET sealed_secret = %s WHERE org_id = %s AND id = %s"
        )
        locked = sealed(secret.encode(), purpose=PURPOSE)
        raw().execute(lock, [locked, viewer.org_id, before.id])
    record(
        viewer,
        "connector changed",
        before=_shown(before.name, before.settings, before.every_minutes),
        after=_shown(name, settings, every_minutes),
        secret_changed=bool(secret),
    )


def remove(viewer: Viewer, connector_id: int) -> str | None:
    """It is asked no more; what it brought and its runs stay. Its name, None without one."""
    query: LiteralString = (
        "DELETE FROM ar.connector WHERE org_id = %s AND id = %s RETURNING person_id, name"
    )
    row = raw().execute(query, [viewer.org_id, connector_id]).fetchone()
    if row is None:
        return None
    ends: LiteralString = "UPDATE ar.membership SET active = false WHERE person_id = %s"
    raw().execute(ends, [row[0]])
    record(viewer, "connector removed", name=row[1])
    return str(row[1])


def set_active(viewer: Viewer, connector_id: int, *, active: bool, at: datetime) -> str | None:
    """Paused it is not asked until it goes on, and then at once. Its name, None without one."""
    query: LiteralString = (
        "UPDATE ar.connector SET active = %s, next_at = %s WHERE org_id = %s AND id = %s"
        " RETURNING name"
    )
    row = raw().execute(query, [active, at, viewer.org_id, connector_id]).fetchone()
    if row is not None:
        record(viewer, "connector resumed" if active else "connector paused", name=row[0])
    return str(row[0]) if row else None


def poll_now(viewer: Viewer, connector_id: int, *, at: datetime) -> str | None:
    """Have it asked as soon as the worker looks. Its name; None when it is not there or paused."""
    query: LiteralString = (
        "UPDATE ar.connector SET next_at = %s WHERE org_id = %s AND id = %s AND active"
        " RETURNING name"
    )
    row = raw().execute(query, [at, viewer.org_id, connector_id]).fetchone()
    return str(row[0]) if row else None


def made(
    type: str, settings: Mapping[str, Any], *, secret: str, organisation: Organisation
) -> Connector:
    """The connector itself. Raises Unfit, and Trouble for a type that this release has not."""
    kind = TYPES.get(type)
    if kind is None:
        raise Trouble(_("This release has no connectors of this type: remove it."))
    return kind(settings, secret=secret, organisation=organisation)


def secret_of(viewer: Viewer, connector_id: int, *, by: str = "ledger") -> str:
    """Empty without one. Raises Trouble when it cannot be opened any more."""
    query: LiteralString = "SELECT sealed_secret FROM ar.connector WHERE org_id = %s AND id = %s"
    row = raw(by).execute(query, [viewer.org_id, connector_id]).fetchone()
    if row is None or not row[0]:
        return ""
    try:
        return opened(row[0], purpose=PURPOSE).decode()
    except Broken as broken:
        raise Trouble(_("Its password cannot be opened any more: enter it again.")) from broken


def _must_be_free(viewer: Viewer, name: str, *, but: int) -> None:
    query: LiteralString = (
        "SELECT FROM ar.connector WHERE org_id = %s AND lower(name) = lower(%s) AND id <> %s"
    )
    if raw().execute(query, [viewer.org_id, name, but]).fetchone() is not None:
        said = _("There is a connection called “%(name)s” already; choose another name.")
        raise Refused(said % {"name": name})


def _address(of: Connection | Mapping[str, Any]) -> object:
    return (of.settings if isinstance(of, Connection) else of).get("address")


def _shown(name: str, settings: Mapping[str, Any], every_minutes: int) -> dict[str, Any]:
    return {"name": name, **settings, "every_minutes": every_minutes}
