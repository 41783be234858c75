"""What is somebody else's and what is not there: the same answer, by the same statements."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from duebook.ledger import disputes
from duebook.ledger.dispute_files import attach, looked_at
from duebook.ledger.portal_payments import Announced, announce
from duebook.reports.disputes import messages
from duebook.visibility.organisations import add_person
from duebook.visibility.seeing import seeing
from tests.people.conftest import customer, rows, signed_in
from tests.world import Company

NOWHERE = 4_000_000_000
OTHER = "other-client@foreign.example"
GET = (
    "billing/{invoice}/",
    "billing/{invoice}/pdf/",
    "disputes/{case}/",
    "disputes/raise/{invoice}/",
    "disputes/{case}/files/{file}/",
    "payments/{payment}/",
    "payments/announce/{account}/",
    "?account={account}",
    "billing/?account={account}",
    "statement/?account={account}",
)
POST = (
    "disputes/{case}/answer/",
    "disputes/{case}/close/",
    "disputes/raise/{invoice}/",
    "payments/{payment}/move/",
    "payments/announce/{account}/",
)


@pytest.fixture(scope="module")
def company(server: None) -> Company:
    company = Company("foreign", today=date(2026, 6, 30))
    company.owes("100.00", due="2026-03-31", number="MINE")
    company.owes("777.77", due="2026-03-31", account="C2", number="OTHER")
    add_person(OTHER, slug=company.slug, role="client", accounts=["C2"])
    return company


@pytest.fixture(scope="module")
def others(company: Company) -> dict[str, int]:
    """What the other client has."""
    query = "SELECT id FROM ar.document WHERE org_id = %s AND number = 'OTHER'"
    invoice = int(rows(query, company.org_id)[0][0])
    account = customer(company, "C2")
    viewer = company.viewer(OTHER)
    with seeing(viewer):
        reason = disputes.reasons(viewer)[0]
        case = disputes.raise_dispute(viewer, invoice, reason=reason, words="Why?")
        file = attach(viewer, messages(case)[0].id, looked_at("a.txt", b"words"))
        said = {"currency": "USD", "method": "check", "reference": "1"}
        paid = Announced(Decimal(10), company.today)
        payment = announce(viewer, account, paid, **said)
    return {"invoice": invoice, "account": account, "case": case, "file": file, "payment": payment}


@contextmanager
def statements(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []
    execute, here = psycopg.Cursor.execute, threading.get_ident()

    def noted(self: Any, query: Any, *args: Any, **named: Any) -> Any:
        if threading.get_ident() == here:  # the pool cleans up beside it
            said.append(str(query))
        return execute(self, query, *args, **named)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", noted)
        yield said


@pytest.mark.parametrize("method, path", [("get", e) for e in GET] + [("post", e) for e in POST])
def test_foreign_and_missing_are_answered_by_the_same_statements(
    company: Company,
    others: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    path: str,
) -> None:
    browser = signed_in(company.client_email)
    theirs = signed_in(OTHER)
    told: list[tuple[list[str], int, bytes]] = []
    for ids in (others, others, dict.fromkeys(others, NOWHERE)):  # the first for what is cached
        with statements(monkeypatch) as said:
            answer = getattr(browser, method)(f"/o/{company.slug}/{path.format(**ids)}")
        told.append((said, answer.status_code, answer.content))
    _first, foreign, missing = told
    assert foreign[1] == missing[1] == 404
    assert foreign[0] == missing[0]
    assert len(foreign[2]) == len(missing[2])
    if method == "get":
        assert theirs.get(f"/o/{company.slug}/{path.format(**others)}").status_code == 200


def test_an_attachment_is_to_be_kept_and_never_run(
    company: Company, others: dict[str, int]
) -> None:
    path = f"/o/{company.slug}/disputes/{others['case']}/files/{others['file']}/"
    answer = signed_in(OTHER).get(path)
    assert answer["Content-Disposition"] == 'attachment; filename="a.txt"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Cache-Control"] == "private, no-store"
