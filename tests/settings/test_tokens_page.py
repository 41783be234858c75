"""The page of service tokens: shown once, then never; revoked at once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from duebook.visibility.seeing import raw, seeing
from duebook.visibility.tokens import tokens
from tests.settings.conftest import Browser, readable, trail
from tests.world import Company

TOKEN = re.compile(r"duebook_[a-z0-9]{8}_[A-Za-z0-9_-]{43}")


def makes(browser: Browser, **told: str) -> Any:
    return browser.sends("settings/tokens/", **{"name": "ERP", "read": "on", "life": "365", **told})


def status(token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return Client(SERVER_NAME="localhost").get("/api/v1/organisation", headers=headers).status_code


def test_a_token_is_shown_once_and_works(company: Company, nora: Browser) -> None:
    answer = makes(nora)
    (token,) = set(TOKEN.findall(answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    assert status(token) == 200

    secret = token[-43:]
    pages = [nora.sees(f"settings/{path}") for path in ("tokens/", "audit/", "audit/file/", "")]
    assert not any(secret in page for page in pages)
    assert f"duebook_{token[8:16]}_…" in pages[0]
    (entry,) = trail(company, "token created")
    assert entry["token"].keys() == {"name", "prefix", "scopes", "expires_at"}
    assert secret not in str(entry)


def test_sending_the_page_again_makes_no_second_token(company: Company, nora: Browser) -> None:
    makes(nora)
    answer = makes(nora)
    assert answer.status_code == 400
    assert "There is a token called “ERP” already" in readable(answer)
    assert not TOKEN.search(answer.content.decode())


def test_revoking_is_at_once_and_for_good(company: Company, nora: Browser) -> None:
    (token,) = set(TOKEN.findall(makes(nora).content.decode()))
    with seeing(company.viewer(company.admin_email)):
        (ours,) = tokens()
    assert status(token) == 200
    assert nora.sends(f"settings/tokens/{ours.id}/revoke/").status_code == 302
    assert status(token) == 401
    assert "Revoked" in nora.sees("settings/tokens/")
    assert nora.sends(f"settings/tokens/{ours.id}/revoke/").status_code == 404
    assert nora.sends(f"settings/tokens/{10**30}/revoke/").status_code == 404
    assert len(trail(company, "token revoked")) == 1
    makes(nora)  # the name is free again


def test_nobody_revokes_anothers(company: Company, nora: Browser) -> None:
    other = Company("other", today=company.today)
    neighbour = Browser(other, other.admin_email)
    (token,) = set(TOKEN.findall(makes(neighbour).content.decode()))
    with seeing(other.viewer(other.admin_email)):
        (theirs,) = tokens()
    assert nora.sends(f"settings/tokens/{theirs.id}/revoke/").status_code == 404
    assert status(token) == 200


@pytest.mark.parametrize(("life", "days"), [("30", 30), ("90", 90), ("365", 365)])
def test_how_long_it_is_good_for(company: Company, nora: Browser, life: str, days: int) -> None:
    makes(nora, life=life)
    with seeing(company.viewer(company.admin_email)):
        (ours,) = tokens()
    assert ours.expires_at
    until = datetime.now(UTC) + timedelta(days=days)
    assert abs(ours.expires_at - until) < timedelta(minutes=1)


def test_one_without_end_says_so(company: Company, nora: Browser) -> None:
    makes(nora, life="never")
    assert "without end" in nora.sees("settings/tokens/")
    with seeing(company.viewer(company.admin_email)):
        assert [each.expires_at for each in tokens()] == [None]


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({"name": " "}, "This field is required"),
        ({"name": "x" * 81}, "at most 80"),
        ({"life": "7"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_made_is_refused(
    company: Company, nora: Browser, told: dict[str, str], says: str
) -> None:
    answer = makes(nora, **told)
    assert answer.status_code == 400
    assert says in readable(answer)


def test_it_must_be_good_for_something(company: Company, nora: Browser) -> None:
    answer = nora.sends("settings/tokens/", name="ERP", life="30")
    assert answer.status_code == 400
    assert "Choose what it may do" in readable(answer)


def test_a_service_is_a_person_of_its_own(company: Company, nora: Browser) -> None:
    makes(nora, name="Nightly", ingest="on")
    with seeing(company.viewer(company.admin_email)):
        row = (
            raw()
            .execute(
                "SELECT p.name, p.email, m.role, m.active, t.scopes FROM ar.api_token t"
                " JOIN ar.person p ON p.id = t.person_id JOIN ar.membership m ON m.person_id = p.id"
            )
            .fetchone()
        )
    assert row == ("Nightly", "", "service", True, ["ingest", "read"])
    assert "Nightly" in nora.sees("settings/audit/")
