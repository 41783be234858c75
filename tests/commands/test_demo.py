"""demo: organisations to look at, people who can sign in, letters on a page."""

from __future__ import annotations

import http.cookiejar
import re
import signal
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import urlencode

import pytest

from tests.commands.serving import (
    WAIT_SECONDS,
    Serving,
    asks_for_a_new_password,
    duebook,
    needs_proc,
    nothing_is_left,
    run,
)

pytestmark = needs_proc


@pytest.fixture(scope="module")
def first(home: Path) -> list[str]:
    """What the first demonstration in a home says."""
    with duebook("demo", home) as serving:
        demonstrates(serving)
        assert serving.stop(signal.SIGTERM) == (0, "")
        nothing_is_left(serving, home)
    return serving.said


def test_demo(home: Path, first: list[str]) -> None:
    """It loads its organisations once; everybody it names can sign in, also all at once."""
    assert any(line.startswith("Loading ") for line in first)
    with duebook("demo", home) as serving:
        demonstrates(serving)
        assert not any(line.startswith("Loading ") for line in serving.said)
        assert serving.stop(signal.SIGTERM) == (0, "")
        nothing_is_left(serving, home)


def test_a_demonstration_shows_its_letters(home: Path, first: list[str]) -> None:
    email = "ann@post.example"
    for asked in ("org create post --name Post", f"user create {email} --org post --role admin"):
        done = run(home, *asked.split())
        assert (done.returncode, done.stderr) == (0, "")
    with duebook("demo", home) as serving:
        serving.listen(until="Letters are not sent but shown at")
        assert serving.said[-1].endswith(f"http://localhost:{serving.port}/outbox/")
        assert serving.answers() == 200
        asks_for_a_new_password(serving.address, email)
        with urllib.request.urlopen(f"{serving.address}/outbox/", timeout=WAIT_SECONDS) as page:
            assert email in page.read().decode()
        assert serving.stop(signal.SIGTERM) == (0, "")
        nothing_is_left(serving, home)
    with duebook("serve", home) as serving:
        serving.listen(until="http://")
        assert serving.answers() == 200
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(f"{serving.address}/outbox/", timeout=WAIT_SECONDS)
        assert refused.value.code == 404


def demonstrates(serving: Serving) -> None:
    serving.listen(until="stop with Ctrl-C")
    serving.listen(until="client of")
    assert serving.answers() == 200
    logins = people(serving.said)
    assert sorted(logins.values()) == ["admin", "client", "member"]
    (password,) = re.findall(r"password (\S+)$", "\n".join(serving.said), re.M)
    with ThreadPoolExecutor(9) as together:
        asked = [serving] * 9, [*logins] * 3, [password] * 9
        assert list(together.map(signs_in, *asked)) == [True] * 9
    assert not signs_in(serving, next(iter(logins)), f"{password}!")


def people(said: list[str]) -> dict[str, str]:
    """Who can sign in, and as what."""
    return dict(re.findall(r"^  (\S+@\S+) +(admin|member|client) of", "\n".join(said), re.M))


def signs_in(serving: Serving, email: str, password: str) -> bool:
    """Whether the sign-in page sends them on to a page of theirs."""
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    with browser.open(f"{serving.address}/account/login/", timeout=WAIT_SECONDS) as page:
        form = page.read().decode()
    (token,) = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', form)[:1]
    filled = urlencode({"login": email, "password": password, "csrfmiddlewaretoken": token})
    try:
        login = f"{serving.address}/account/login/"
        with browser.open(login, filled.encode(), timeout=WAIT_SECONDS) as page:
            return page.status == 200 and "/account/login/" not in page.geturl()
    except HTTPError as refused:
        assert refused.code == 400
        return False
