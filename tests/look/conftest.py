from __future__ import annotations

from typing import Any

import pytest

from duebook.reports import client_supply, clients
from duebook.reports.aging import AgingPage
from duebook.reports.waiting import Waiting
from duebook.web import context
from duebook.web.portal import views as portal_views
from duebook.web.staff import views as staff_views
from tests.look.pages import aging_of, owed, row


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The reports' answers, made up; yields what was asked of them."""
    asked: list[dict[str, Any]] = []

    def aging(**question: Any) -> AgingPage:
        asked.append(question)
        rows = [row("C-1"), row("C-2"), row("C-3", unapplied_credits="300", outstanding="-145")]
        return aging_of(*[each for each in rows if question["search"] in each.account_name])

    monkeypatch.setattr(staff_views, "aging_page", aging)
    monkeypatch.setattr(portal_views, "portal_aging", lambda **_: [owed()])
    nothing = clients.ClientPage([], [], has_more=False, sort="")
    for name, answer in {
        "accounts": [],
        "documents": nothing,
        "year": clients.Year({}, {}),
    }.items():
        monkeypatch.setattr(clients, name, lambda *_, answer=answer, **__: answer)
    supply = client_supply.Supply(0, 0, 0, None, 0, None)
    monkeypatch.setattr(client_supply, "order_counts", lambda *_, **__: {})
    monkeypatch.setattr(client_supply, "supply", lambda *_, **__: supply)
    monkeypatch.setattr(context, "places", lambda _: [])
    monkeypatch.setattr(context, "freshness_of", lambda _: None)
    monkeypatch.setattr(context, "waiting", lambda _: Waiting())
    monkeypatch.setattr(context, "_unread", lambda _: 0)
    return asked
