"""Where one is signed in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.utils import timezone

from duebook.web.account.sessions import program
from tests.account.doing import Browser, login_of, text, trail
from tests.world import World

Fresh = Callable[..., Browser]
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def test_one_sees_where_one_is_signed_in_and_ends_one(world: World, fresh: Fresh) -> None:
    email, here, phone, third = (
        world.acme.member_email,
        fresh(),
        fresh(**{"User-Agent": PHONE}),
        fresh(),
    )
    for each in (here, phone, third):
        each.sign_in(email)
    page = here.get("/account/sessions/")
    assert "Firefox on Linux Here" in text(page)
    assert "Safari on iPhone" in text(page)
    ends = re.findall(r"/account/sessions/\d+/end/", page.content.decode())
    assert len(ends) == 2

    session = UserSession.objects.get(user_id=login_of(email).pk, user_agent=PHONE)
    assert here.post(f"/account/sessions/{session.pk}/end/").status_code == 302
    assert not phone.is_in
    assert third.is_in
    assert trail(world.acme, email)[-1] == ("session ended", {})

    assert here.post("/account/sessions/").status_code == 302
    assert not third.is_in
    assert here.is_in
    assert trail(world.acme, email)[-1] == ("sessions ended", {"count": 1})
    assert "Nowhere else." in text(here.get("/account/sessions/"))


def test_sessions_of_others_are_not_there(world: World, fresh: Fresh) -> None:
    here, other = fresh(), fresh()
    here.sign_in(world.acme.member_email)
    other.sign_in(world.acme.admin_email)
    theirs = UserSession.objects.get(user_id=login_of(world.acme.admin_email).pk)
    own = UserSession.objects.get(user_id=login_of(world.acme.member_email).pk)
    for session in (theirs.pk, own.pk, 10**9):
        assert here.post(f"/account/sessions/{session}/end/").status_code == 404
    assert other.is_in
    assert here.get(f"/account/sessions/{own.pk}/end/").status_code == 405


def test_being_seen_is_noted_once_a_minute(world: World, fresh: Fresh) -> None:
    here = fresh()
    here.sign_in(world.acme.member_email)
    rows = UserSession.objects.filter(user_id=login_of(world.acme.member_email).pk)
    now = timezone.now()
    for ago, is_noted in ((timedelta(seconds=30), False), (timedelta(minutes=2), True)):
        rows.update(last_seen_at=now - ago)
        caches["process"].clear()
        here.get("/account/")
        assert (rows.get().last_seen_at > now - timedelta(seconds=1)) == is_noted


def test_another_program_with_the_same_session_is_noted_at_once(world: World, fresh: Fresh) -> None:
    here = fresh()
    here.sign_in(world.acme.member_email)
    rows = UserSession.objects.filter(user_id=login_of(world.acme.member_email).pk)
    for program_name in ("curl/8.5", PHONE, "curl/8.5"):
        here.get("/account/", headers={"User-Agent": program_name})
        assert rows.get().user_agent == program_name


def test_programs_by_name() -> None:
    assert program(PHONE) == "Safari on iPhone"
    assert program("curl/8.5") == "A program that does not say what it is"
    edge = "Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0"
    assert program(edge) == "Edge on Windows"
