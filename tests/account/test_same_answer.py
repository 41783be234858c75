"""Nobody learns here whether an address signs in."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import override_settings

from duebook.web.account import evenly
from tests.account.doing import Browser, later
from tests.world import World

Fresh = Callable[..., Browser]
UNKNOWN = "nobody@nowhere.example"


def told(answer: HttpResponse, typed: str) -> tuple[object, ...]:
    """All that is in an answer but the typed address itself and what differs each time."""
    body = answer.content.decode().replace(typed, "ADDRESS")
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    varying = ("Retry-After", "Expires", "Content-Length")
    headers = {name: said for name, said in answer.headers.items() if name not in varying}
    return answer.status_code, body, headers, sorted(answer.cookies)


def test_a_wrong_password_and_an_unknown_address(world: World, fresh: Fresh) -> None:
    known, unknown = fresh(), fresh()
    for _ in range(6):
        here = known.try_to_sign_in(world.acme.admin_email, "not the password at all")
        there = unknown.try_to_sign_in(UNKNOWN, "not the password at all")
        assert told(here, world.acme.admin_email) == told(there, UNKNOWN)
    assert here.status_code == 429


def test_asking_for_a_letter(world: World, fresh: Fresh, letters: list[mail.EmailMessage]) -> None:
    known, unknown = fresh(), fresh()
    for browser, address in ((known, world.acme.admin_email), (unknown, UNKNOWN)):
        answer = browser.post("/account/password/reset/", {"email": address})
        assert (answer.status_code, answer["Location"]) == (302, "/account/password/reset/sent/")
    pages = [each.get("/account/password/reset/sent/") for each in (known, unknown)]
    assert told(pages[0], UNKNOWN) == told(pages[1], UNKNOWN)
    assert [letter.to for letter in letters] == [[world.acme.admin_email]]


def test_letters_are_so_many_an_hour_and_asking_is_never_refused(
    world: World, fresh: Fresh, letters: list[mail.EmailMessage]
) -> None:
    for _ in range(7):
        answer = fresh().post("/account/password/reset/", {"email": world.acme.admin_email})
        assert answer["Location"] == "/account/password/reset/sent/"
    assert len(letters) == 5


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


@pytest.mark.parametrize("form", ["login", "reset"])
def test_it_takes_the_same_time(
    world: World, fresh: Fresh, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """With the real outbox; what is done for known addresses alone is covered."""
    monkeypatch.setattr(evenly, "SECONDS", 0.1)

    def asked(address: str) -> float:
        if form == "reset":
            return seconds(lambda: fresh().post("/account/password/reset/", {"email": address}))
        return seconds(lambda: fresh().try_to_sign_in(address, "not the password at all"))

    with override_settings(
        PASSWORD_HASHERS=["tests.account.doing.SlowerArgon"],
        EMAIL_BACKEND="duebook.post.outbox.Outbox",
    ):
        asked(world.acme.admin_email)  # first uses: templates and connections
        known, unknown = 0.0, 1.0
        rounds: list[tuple[float, float]] = []
        while abs(known - unknown) >= 0.05 and len(rounds) < 40:  # as often as others disturb
            later()  # or the answer is that there were too many
            rounds.append((asked(world.zenith.admin_email), asked(UNKNOWN)))
            known, unknown = (min(times) for times in zip(*rounds, strict=True))
    assert min(known, unknown) >= 0.1
    assert abs(known - unknown) < 0.05, rounds
