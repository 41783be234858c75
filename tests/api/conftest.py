"""Services that ask: Acme's and Zenith's, with the same ledgers, so that a leak would be seen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from duebook.visibility.seeing import seeing
from duebook.visibility.tokens import create_token
from tests.world import Company, World


@dataclass
class Service:
    """Asks with a token; every answer is JSON, as a program would read it."""

    token: str = ""

    def get(self, path: str, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
        return browser.get(f"/api/v1/{path}", data=query, headers=headers)

    def post(
        self,
        kind: str,
        body: bytes | str,
        *,
        sort: str = "application/json",
        query: str = "",
        **headers: str,
    ) -> Any:
        """A call of the push API as it is; headers by name with an underscore for the hyphen."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named["Authorization"] = f"Bearer {self.token}"
        browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
        path = f"/api/v1/sync/{kind}{query}"
        return browser.generic("POST", path, body, content_type=sort, headers=named)

    def pushes(self, kind: str, *rows: dict[str, Any], query: str = "", **headers: str) -> Any:
        """Rows that are answered, whatever each comes to."""
        answer = self.post(kind, json.dumps(rows), query=query, **headers)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def actions(self, kind: str, *rows: dict[str, Any], query: str = "") -> list[str]:
        told = self.pushes(kind, *rows, query=query)["results"]
        assert [each["index"] for each in told] == [*range(len(rows))]
        return [each["action"] for each in told]

    def asks(self, path: str, **query: Any) -> Any:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"].startswith("application/json")
        return answer.json()


def token_of(company: Company, *scopes: str, name: str = "ERP", days: float | None = 1) -> str:
    viewer = company.viewer(company.admin_email)
    until = None if days is None else datetime.now(UTC) + timedelta(days=days)
    with seeing(viewer):
        return create_token(viewer, name=name, scopes=[*scopes], expires_at=until)


@pytest.fixture(scope="module")
def cast(server: None) -> World:
    world = World()
    for company, more in ((world.acme, "0.00"), (world.zenith, "1.00")):
        company.owes("100.00", due="2026-06-30", account="C1", number="NOW")
        company.owes("20.00", due="2026-06-20", account="C1", number="LATE-10")
        company.owes("7.50", due="2026-05-01", account="C2", number="LATE-60")
        company.owes("3.25", due="2026-01-01", account="C3", number="LATE-180", currency="EUR")
        if more != "0.00":
            company.owes(more, due="2026-06-01", account="C3", number="ZENITH")
    return world


@pytest.fixture(scope="module")
def service(cast: World) -> Service:
    return Service(token_of(cast.acme, "read", name="Reader"))


@pytest.fixture(scope="module")
def neighbour(cast: World) -> Service:
    return Service(token_of(cast.zenith, "read", name="Reader"))
