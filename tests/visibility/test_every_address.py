"""Each address, asked for by everybody: own, foreign and missing ids and organisations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from tests.visibility.addresses import (
    ADDRESSES,
    ELSEWHERE,
    NOT_SO,
    NOT_THERE,
    OWNERS,
    SECRETS,
    STRANGERS,
)
from tests.visibility.cast import MISSING, VIEWERS, Cast

METHODS = ("get", "post")
# What ends a session or a visit: new ones are begun after it.
ENDING = ("account_logout", "platform_leave", "usersessions_list", "end_session")


@pytest.fixture(scope="module")
def cast(server: None) -> Iterator[Cast]:
    gathered = Cast.gathered()
    yield gathered
    gathered.own.close()


def routes(
    resolver: URLResolver | None = None, before: str = "/", space: str = ""
) -> Iterator[tuple[str, str]]:
    """Every address of the URL configuration: its name, or its route where it has none."""
    for each in (resolver or get_resolver()).url_patterns:
        route = before + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from routes(each, route, f"{each.namespace}:" if each.namespace else space)
        elif isinstance(each, URLPattern):
            yield space + str(each.name) if each.name else route, route


ROUTES = dict(routes())


def test_every_address_is_in_the_table() -> None:
    there = [name for name, _ in routes()]
    assert len(there) == len(set(there))
    assert sorted(there) == sorted(ADDRESSES)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ADDRESSES)
def test_everybody_gets_what_is_theirs(cast: Cast, name: str, method: str) -> None:
    asked = ADDRESSES[name]
    came = {}
    for viewer in VIEWERS:
        browser = cast.browser(viewer)
        make = cast.new if method == "post" and viewer in asked.who else cast.kept
        own = cast.company(viewer) if "slug" in asked.ids else cast.own_and_foreign(viewer)[0]
        things = {argument: make(thing, viewer, own) for argument, thing in asked.ids.items()}
        came[viewer] = getattr(browser, method)(at(name, things)).status_code
    if name in ENDING:
        cast.sessions.clear()
    assert came == {viewer: asked.expected(viewer, method) for viewer in VIEWERS}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", [name for name, asked in ADDRESSES.items() if asked.ids])
def test_what_is_somebody_elses_is_as_if_it_were_not_there(
    cast: Cast, name: str, method: str
) -> None:
    asked = ADDRESSES[name]
    for viewer in VIEWERS:
        own, abroad = cast.own_and_foreign(viewer)
        for strange in asked.ids:
            if asked.ids[strange] in SECRETS or (name.startswith("platform") and viewer in OWNERS):
                continue  # whoever knows it may use it; every organisation is the owners'
            mine = {
                argument: cast.kept(thing, viewer, own)
                for argument, thing in asked.ids.items()
                if argument != strange
            }
            theirs = cast.kept(asked.ids[strange], viewer, abroad)
            nothing: int | str = MISSING if isinstance(theirs, int) else "0" * len(theirs)
            answers = []
            for each in (theirs, nothing):
                address = at(name, {**mine, strange: each})
                answer = getattr(cast.browser(viewer), method)(address)
                answers.append(_whole(answer, address, (theirs, nothing)))
            assert answers[0] == answers[1], (viewer, strange)
            if (
                method == "get" and viewer not in STRANGERS
            ):  # a form may lead back to where it came from, and say so there
                assert answers[0][0] in (NOT_THERE, NOT_SO, ELSEWHERE), (viewer, strange)


@pytest.mark.parametrize("name", [name for name, route in ROUTES.items() if "<int:" in route])
def test_no_table_holds_an_id_of_thirty_digits(cast: Cast, name: str) -> None:
    viewer = next((each for each in ("admin", "client") if each in ADDRESSES[name].who), "admin")
    things: dict[str, object] = dict.fromkeys(re.findall(r"<str:(\w+)>", ROUTES[name]), "x")
    things |= dict.fromkeys(re.findall(r"<int:(\w+)>", ROUTES[name]), 10**29)
    address = at(name, {"slug": cast.company(viewer).slug, **things})
    for method in METHODS:
        answer = getattr(cast.browser(viewer), method)(address)
        assert answer.status_code in (NOT_THERE, NOT_SO, ELSEWHERE), method


def at(name: str, things: Mapping[str, object]) -> str:
    """The address, with what stands in it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(things[found[1]]), ROUTES[name])


def _whole(
    answer: HttpResponse, address: str, strange: tuple[object, ...]
) -> tuple[int, dict[str, str], list[str], bytes]:
    """All that an answer says, but the time; where it leads on, not to what was asked for."""
    headers = {name: value for name, value in answer.items() if name not in ("Date", "Expires")}
    if "Location" in headers:
        back = unquote(headers["Location"]).replace(address, "")
        for each in strange:  # both: an id of somebody else's may also be one of the own
            back = back.replace(f"/{each}/", "/")
        headers["Location"] = back
    # A message is signed together with the time, and each new session has a number of its own.
    cookies = [
        name if name == settings.SESSION_COOKIE_NAME else cookie.output().split(":")[1]
        for name, cookie in answer.cookies.items()
    ]
    return answer.status_code, headers, cookies, answer.getvalue()
