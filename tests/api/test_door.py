"""Who may ask, how often, and what is said to everybody else."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from duebook.ingest.kinds import KINDS
from duebook.visibility.models import Login
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.tokens import bearer_of, create_token, revoke_token, tokens
from duebook.web.api import door
from tests.api.conftest import Service, token_of
from tests.world import World


def refused(answer: Any) -> tuple[int, str, Any]:
    """All that tells one refusal from another: status, sentence, and the headers that matter."""
    assert set(answer.json()) == {"detail"}
    headers = {name: value for name, value in answer.headers.items() if name != "Content-Length"}
    return answer.status_code, answer.json()["detail"], headers


@pytest.fixture
def strangers(cast: World) -> dict[str, Service]:
    viewer = cast.acme.viewer(cast.acme.admin_email)
    with seeing(viewer):
        raw().execute("SELECT 1")
    stale = token_of(cast.acme, "read", name="Stale", days=-1)
    gone = token_of(cast.acme, "read", name="Gone")
    with seeing(viewer):
        revoke_token(viewer, next(each.id for each in tokens() if each.name == "Gone"))
    good = token_of(cast.acme, "read", name=f"Good {datetime.now(UTC)}")
    return {
        "nobody": Service(),
        "unknown": Service("duebook_abcdefgh_" + "x" * 43),
        "malformed": Service("x" * 5000),
        "expired": Service(stale),
        "revoked": Service(gone),
        "nearly": Service(good[:-1] + ("A" if good[-1] != "A" else "B")),
        "shouted": Service(good.upper()),
        "prefix": Service(good[:16]),
    }


def test_whoever_has_no_valid_token_hears_the_same(strangers: dict[str, Service]) -> None:
    heard = {name: refused(each.get("aging")) for name, each in strangers.items()}
    assert len({str(each) for each in heard.values()}) == 1, heard
    status, said, headers = heard["nobody"]
    assert status == 401
    assert said == "Send the valid token of a service in the header Authorization: Bearer TOKEN."
    assert headers["WWW-Authenticate"] == 'Bearer realm="Duebook"'
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "bearer\tx", "é"])
def test_no_header_makes_it_stumble(cast: World, header: str) -> None:
    answer = Client(SERVER_NAME="localhost").get(
        "/api/v1/organisation", headers={"Authorization": header}
    )
    assert answer.status_code == 401


def test_a_signed_in_person_is_not_a_service(cast: World) -> None:
    browser = Client(SERVER_NAME="localhost")
    browser.force_login(
        Login.objects.get(email=cast.acme.admin_email),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    assert browser.get("/api/v1/aging").status_code == 401


def test_a_token_opens_no_page(cast: World, service: Service) -> None:
    headers = {"Authorization": f"Bearer {service.token}"}
    answer = Client(SERVER_NAME="localhost").get(f"/o/{cast.acme.slug}/aging/", headers=headers)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/login/")


def test_a_token_that_only_brings_may_not_read(cast: World) -> None:
    feeder = Service(token_of(cast.acme, "ingest", name="Feeder"))
    for question in ("organisation", "aging", "invoices"):
        status, said, _ = refused(feeder.get(question))
        assert (status, said) == (403, "This token may not read; make one with the scope read.")
    both = Service(token_of(cast.acme, "ingest", "read", name="Both"))
    assert both.asks("aging")["count"] == 3


def test_a_revoked_token_is_refused_from_the_next_request(cast: World) -> None:
    viewer = cast.acme.viewer(cast.acme.admin_email)
    service = Service(token_of(cast.acme, "read", name="Short-lived"))
    assert service.get("organisation").status_code == 200
    with seeing(viewer):
        ours = next(each for each in tokens() if each.name == "Short-lived")
        assert revoke_token(viewer, ours.id) == "Short-lived"
        assert revoke_token(viewer, ours.id) is None
    assert service.get("organisation").status_code == 401


def test_a_suspended_organisation_answers_nothing(cast: World) -> None:
    service = Service(token_of(cast.zenith, "read", name="Suspended"))
    _suspend(cast, suspended=True)
    try:
        assert service.get("organisation").status_code == 401
    finally:
        _suspend(cast, suspended=False)
    assert service.get("organisation").status_code == 200


def _suspend(cast: World, *, suspended: bool) -> None:
    from duebook.visibility.models import OrganisationRecord
    from duebook.visibility.organisations import PLATFORM

    with seeing(PLATFORM):
        OrganisationRecord.objects.filter(slug=cast.zenith.slug).update(suspended=suspended)


def test_its_last_use_is_kept_with_where_it_came_from(cast: World) -> None:
    name = "Watched"
    service = Service(token_of(cast.acme, "read", name=name))

    def seen() -> Any:
        with seeing(cast.acme.viewer(cast.acme.admin_email)):
            return next(each for each in tokens() if each.name == name)

    assert seen().last_used_at is None
    service.asks("organisation")
    assert datetime.now(UTC) - seen().last_used_at < timedelta(seconds=30)
    assert seen().last_used_from == "127.0.0.1"


def test_so_many_a_minute_and_no_more(
    cast: World, monkeypatch: pytest.MonkeyPatch, service: Service
) -> None:
    monkeypatch.setattr(door, "PER_MINUTE", 3)
    busy = Service(token_of(cast.acme, "read", name="Busy"))
    assert [busy.get("organisation").status_code for _ in range(5)] == [200, 200, 200, 429, 429]
    answer = busy.get("aging")
    status, said, headers = refused(answer)
    assert status == 429
    assert re.fullmatch(r"A token may ask 3 times a minute; ask again in \d+ seconds\.", said)
    assert 0 < int(headers["Retry-After"]) <= 60
    cache.clear()
    other = Service(token_of(cast.acme, "read", name="Other"))
    assert other.get("organisation").status_code == 200


def test_the_database_keeps_no_token(cast: World) -> None:
    viewer = cast.acme.viewer(cast.acme.admin_email)
    token = token_of(cast.acme, "read", name="Secret")
    assert re.fullmatch(r"duebook_[a-z0-9]{8}_[A-Za-z0-9_-]{43}", token)
    secret = token.rpartition("_")[2] or token[-43:]
    with seeing(viewer):
        rows = [
            raw().execute("SELECT t::text FROM ar.api_token t").fetchall(),
            raw().execute("SELECT e::text FROM ar.audit_event e").fetchall(),
            raw().execute("SELECT p::text FROM ar.person p").fetchall(),
        ]
    assert token not in str(rows)
    assert secret not in str(rows)
    assert "token created" in str(rows)


def test_two_tokens_never_have_one_name(cast: World) -> None:
    from duebook.visibility.organisations import Refused

    viewer = cast.acme.viewer(cast.acme.admin_email)
    token_of(cast.acme, "read", name="Only one")
    with pytest.raises(Refused, match="already"), seeing(viewer):
        create_token(viewer, name="only ONE", scopes=["read"], expires_at=None)


def test_the_bearer_is_a_service_of_the_right_kind(cast: World) -> None:
    for scopes, kind in ((["read"], "service_read"), (["ingest"], "service")):
        token = token_of(cast.acme, *scopes, name=f"Kind {kind}", days=None)
        bearer = bearer_of(token, origin="here")
        assert bearer is not None
        assert (bearer.viewer.kind, bearer.viewer.org_id) == (kind, cast.acme.org_id)
        assert (bearer.slug, bearer.scopes) == (cast.acme.slug, frozenset(scopes))


UNCLEAR = [
    ("aging", {"as_of": "2026-13-01"}, "is not a day"),
    ("aging", {"as_of": "2026-07-01"}, "in the future"),
    ("aging", {"basis": "paid"}, "Choose one of: due, invoice"),
    ("aging", {"layout": "wide"}, "Choose one of: operator, portal"),
    ("aging", {"currency": "usd"}, "three letters"),
    ("aging", {"page": "0"}, "not a page number"),
    ("aging", {"size": "1001"}, "a number from 1 to 1000"),
    ("aging", {"size": "-1"}, "a number from 1 to 1000"),
    ("aging", {"size": "٣"}, "a number from 1 to 1000"),
    ("aging", {"asof": "2026-06-30"}, "There is no parameter “asof” here"),
    ("aging", {"q": "x"}, "There is no parameter “q” here"),
    ("aging", {"as_of": ["2026-06-30", "2026-06-29"]}, "“as_of” is given twice"),
    ("invoices", {"bucket": "days_1_31"}, "is no value of bucket"),
    ("organisation", {"slug": "x"}, "There is no parameter “slug” here"),
]


@pytest.mark.parametrize(("path", "query", "says"), UNCLEAR)
def test_an_unclear_question_is_answered_with_what_to_write(
    service: Service, path: str, query: dict[str, Any], says: str
) -> None:
    status, said, _ = refused(service.get(path, **query))
    assert status == 400
    assert says in said


def test_what_is_not_there_and_what_is_anothers_look_the_same(
    cast: World, service: Service
) -> None:
    cast.zenith.loads("accounts", [{"account_number": "Z9", "name": "Theirs"}])
    known, unknown = (refused(service.get("invoices", account=each)) for each in ("Z9", "Z8"))
    assert known[1].replace("Z9", "Z8") == unknown[1]
    assert (known[0], known[2]) == (unknown[0], unknown[2])
    assert unknown[:2] == (404, "There is no account Z8 that this token may see.")


def test_other_addresses_and_methods_are_refused_as_json(service: Service) -> None:
    for path in ("", "nope", "aging/", "aging/x", "../o/x/"):
        assert refused(service.get(path))[0] == 404, path
    browser = Client(SERVER_NAME="localhost", enforce_csrf_checks=True)
    headers = {"Authorization": f"Bearer {service.token}"}
    for method in ("post", "put", "patch", "delete", "head"):
        answer = getattr(browser, method)("/api/v1/aging", headers=headers)
        assert answer.status_code == 405, method
        assert answer["Allow"] == "GET"


def test_sentences_come_in_one_language(service: Service) -> None:
    answer = Client(SERVER_NAME="localhost").get(
        "/api/v1/aging?as_of=soon",
        headers={"Authorization": f"Bearer {service.token}", "Accept-Language": "he"},
    )
    assert "is not a day" in answer.json()["detail"]


def test_a_mistake_of_ours_tells_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    from duebook.web.api import views

    def fails(**_: Any) -> None:
        raise RuntimeError("the secret of the tests")

    monkeypatch.setattr(views, "aging_page", fails)
    status, said, _ = refused(service.get("aging"))
    assert (status, "secret" in said) == (500, False)


def test_the_description_is_public_and_complete(service: Service) -> None:
    described = Service().asks("openapi.json")
    assert described["openapi"].startswith("3.")
    asked = {path: each for path, each in described["paths"].items() if "get" in each}
    assert {
        "/api/v1/organisation",
        "/api/v1/aging",
        "/api/v1/invoices",
        "/api/v1/monthly",
    } == set(asked)
    brought = {f"/api/v1/sync/{kind}" for kind in KINDS}
    assert brought == set(described["paths"]) - set(asked)
    assert described["components"]["securitySchemes"]["ServiceToken"] == {
        "type": "http",
        "scheme": "bearer",
    }
    for path in asked.values():
        assert set(path["get"]["responses"]) - {"503"} == {"200", "400", "401", "403", "404", "429"}
        assert path["get"]["security"] == [{"ServiceToken": []}]
