"""What the product writes, and the page on which a demonstration shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client, override_settings

from duebook.jobs import upkeep
from duebook.jobs.worker import work
from duebook.post import letters
from tests.isolation.attacker import Connection, column


@pytest.fixture
def demo(own: Connection) -> Iterator[Client]:
    with override_settings(DEMO=True):
        yield Client(SERVER_NAME="localhost")


def page(client: Client, address: str = "/outbox/") -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return str(answer.content.decode())


def latest(client: Client) -> str:
    """The address of the newest letter."""
    found = re.findall(r'href="(/outbox/\d+/)"', page(client))
    return str(found[0])


def test_the_first_line_is_the_subject_and_links_are_whole(own: Connection) -> None:
    subject, text = letters.written(
        "sample", language="en", name="Nora", link=letters.absolute("/x/?a=1&b=2")
    )
    assert subject == "Hello Nora"
    assert text.startswith("Dear Nora,\n\nhttp://localhost:8000/x/?a=1&b=2\n")


def test_nothing_anybody_is_called_makes_a_line_of_its_own(own: Connection) -> None:
    subject, text = letters.written("sample", language="en", name="Nora\nBcc: x\n\nPay to", link="")
    assert subject == "Hello Nora Bcc: x Pay to"
    assert text.startswith("Dear Nora Bcc: x Pay to,\n")


def test_the_language_is_the_readers_and_then_as_before(own: Connection) -> None:
    from django.utils.translation import get_language, override

    with override("he"):
        _, english = letters.written("sample", language="en", name="N", link="")
        assert get_language() == "he"
    assert "Sent by Duebook at http://localhost:8000" in english


def test_a_demonstration_shows_its_letters_newest_first(demo: Client) -> None:
    assert "No letter yet." in page(demo)
    for name in ("Ann", "<b>Ben</b>"):
        link = letters.absolute("/account/password/reset/x/")
        letters.send("sample", to="to@b.example", language="en", name=name, link=link)
    assert re.findall(r'dir="auto">Hello ([^<]*)<', page(demo)) == ["&lt;b&gt;Ben&lt;/b&gt;", "Ann"]
    shown = page(demo, latest(demo))
    assert "Dear &lt;b&gt;Ben&lt;/b&gt;," in shown
    assert '<a href="http://localhost:8000/account/password/reset/x/" rel="nofollow">' in shown, (
        shown
    )


def test_the_form_for_browsers_is_never_drawn(demo: Client) -> None:
    message = EmailMultiAlternatives(
        "Hi", "javascript:alert(1) <script>alert(2)</script>", None, ["a@b.example"]
    )
    message.attach_alternative("<script>alert(3)</script>", "text/html")
    message.send()
    shown = page(demo, latest(demo))
    assert "alert(3)" not in shown
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown


@pytest.mark.parametrize("path", ["/outbox/", "/outbox/1/", "/outbox/99999999/"])
@pytest.mark.parametrize("seen", [{"DEMO": False}, {"DEMO": True, "IS_PUBLIC": True}])
def test_elsewhere_there_is_no_such_page(own: Connection, path: str, seen: dict[str, bool]) -> None:
    letters.send("sample", to="a@b.example", language="en", name="N", link="")
    client = Client(SERVER_NAME="localhost")
    with override_settings(**seen):
        missing, answer = client.get("/no-such-page/"), client.get(path)
    assert answer.status_code == missing.status_code == 404
    assert answer.content == missing.content
    assert answer.headers == missing.headers


def test_a_letter_that_is_not_there_is_missing(demo: Client) -> None:
    assert demo.get("/outbox/99999999/").status_code == 404


def test_a_letter_sealed_with_another_secret_is_named_only(demo: Client, own: Connection) -> None:
    letters.send("sample", to="a@b.example", language="en", name="N", link="")
    own.execute("UPDATE door.letter SET sealed = 'x'")
    assert "(cannot be opened)" in page(demo, latest(demo))


def test_a_demonstration_sends_nothing_by_itself(demo: Client, own: Connection) -> None:
    letters.send("sample", to="a@b.example", language="en", name="N", link="")
    with override_settings(DELIVERY=""):
        work(wait=False)
    assert column(own, "SELECT sent_at FROM door.letter") == [None]


@pytest.mark.parametrize(("is_demo", "left"), [(False, 1), (True, 2)])
def test_letters_are_kept_for_thirty_days(own: Connection, is_demo: bool, left: int) -> None:
    for _ in range(2):
        letters.send("sample", to="a@b.example", language="en", name="N", link="")
    aged = "UPDATE door.letter SET written_at = now() - interval '31 days'"
    own.execute(f"{aged} WHERE id = (SELECT min(id) FROM door.letter)")
    with override_settings(DEMO=is_demo):
        upkeep.tidy()
    assert column(own, "SELECT count(*) FROM door.letter") == [left]


def test_who_waits_for_a_mail_server_is_told_so(
    own: Connection, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    import logging

    monkeypatch.setattr(logging.getLogger("duebook"), "propagate", True)
    letters.send("sample", to="a@b.example", language="en", name="N", link="")
    with override_settings(DELIVERY=""):
        work(wait=False)
        upkeep.tidy()
    assert "Letters wait for a mail server: 1. Name one with DUEBOOK_SMTP." in caplog.text
    assert "a@b.example" not in caplog.text
