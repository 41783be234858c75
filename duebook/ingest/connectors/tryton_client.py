"""Tryton's own interface: JSON-RPC with a session, as its clients use it (trytond 7)."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

import requests
from django.utils.translation import gettext as _

from duebook.ingest.connectors.connector import Trouble
from duebook.outside.asking import GuardedSession

PAGE = 500  # records of one call
IDS = 300  # of one question
LARGEST_BYTES = 32 << 20
SECONDS = 60.0
MOMENT = ("year", "month", "day", "hour", "minute", "second", "microsecond")
Record = dict[str, Any]
Domain = list[Any]
REFUSED = {
    401: _("Tryton does not know this user and password: correct them."),
    403: _("Tryton does not let this user read that: give the user the group Account."),
    404: _("There is no such database on this server: correct its name."),
    429: _("Tryton has had too many tries with a wrong password: wait some minutes."),
}


class Tryton:
    """A signed-in session. Raises Trouble for whatever goes wrong."""

    def __init__(self, address: str, *, database: str, user: str, password: str) -> None:
        self.url = f"{address.rstrip('/')}/{quote(database)}/"
        self.session = GuardedSession(
            largest_bytes=LARGEST_BYTES, read_seconds=SECONDS, all_seconds=SECONDS
        )
        self.clock: datetime | None = None  # the server's, at its first answer
        self.context: dict[str, Any] = {}
        said = self.call("common.db.login", user, {"password": password}, "en")
        token = f"{user}:{said[0]}:{said[1]}".encode()
        self.session.headers["Authorization"] = "Session " + base64.b64encode(token).decode()

    def call(self, method: str, *params: Any) -> Any:
        asked = json.dumps({"id": 0, "method": method, "params": params}, default=_written)
        headers = {"Content-Type": "application/json"}
        try:
            answer = self.session.post(self.url, data=asked.encode(), headers=headers)
        except requests.RequestException as trouble:
            said = _("Tryton cannot be reached at %(address)s: check the address and the server.")
            raise Trouble(said % {"address": self.url}) from trouble
        self._heard(answer)
        if answer.status_code != 200:
            unknown = _("Tryton answers with the error %(code)s: look into its log.")
            refused = REFUSED.get(answer.status_code, unknown % {"code": answer.status_code})
            raise Trouble(str(refused))
        try:
            told = json.loads(answer.content, object_hook=_read, parse_float=Decimal)
        except ValueError as trouble:
            said = _("What answers at %(address)s is no Tryton server: correct the address.")
            raise Trouble(said % {"address": self.url}) from trouble
        if "error" in told:
            said = _("Tryton says: %(said)s")
            raise Trouble(said % {"said": _first(told["error"])})
        return told.get("result")

    def model(self, name: str, method: str, *params: Any) -> Any:
        return self.call(f"model.{name}.{method}", *params, self.context)

    def search(self, name: str, domain: Domain, fields: Sequence[str]) -> Iterator[Record]:
        """Every record that fits, by id. Records that come meanwhile do not move others away."""
        last = 0
        while True:
            asked = [["id", ">", last], *domain]
            order = [["id", "ASC"]]
            page = self.model(name, "search_read", asked, 0, PAGE, order, ["id", *fields])
            yield from page
            if len(page) < PAGE:
                return
            last = page[-1]["id"]

    def those(
        self, name: str, field: str, ids: Sequence[int], fields: Sequence[str], *more: Any
    ) -> Iterator[Record]:
        """Every record whose field is one of the ids."""
        for start in range(0, len(ids), IDS):
            yield from self.search(
                name, [[field, "in", list(ids[start : start + IDS])], *more], fields
            )

    def logout(self) -> None:
        self.call("common.db.logout")

    def _heard(self, answer: requests.Response) -> None:
        if self.clock is None and (said := answer.headers.get("Date")):
            self.clock = parsedate_to_datetime(said).astimezone(UTC)


def _written(value: object) -> Mapping[str, Any]:
    if isinstance(value, datetime):
        return {"__class__": "datetime"} | {name: getattr(value, name) for name in MOMENT}
    if isinstance(value, date):
        return {"__class__": "date"} | {name: getattr(value, name) for name in MOMENT[:3]}
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    raise TypeError(value)


def _read(found: dict[str, Any]) -> Any:
    parts = {name: value for name, value in found.items() if name != "__class__"}
    match found.get("__class__"):
        case "datetime":
            return datetime(**parts)  # noqa: DTZ001  # of UTC, as Tryton compares them
        case "date":
            return date(**parts)
        case "Decimal":
            return Decimal(parts["decimal"])
    return found


def _first(error: Any) -> str:
    """What a person can read of an error: never its traceback."""
    while isinstance(error, list | tuple) and error:
        nested = error[1] if len(error) > 1 and isinstance(error[1], list) else error[0]
        error = nested
    return " ".join(str(error).split())[:300]
