"""Letters leave: once the work they are about is kept, by a real mail server, in the end."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import mail
from django.core.mail import BadHeaderError, EmailMessage, EmailMultiAlternatives
from django.db import transaction
from django.test import override_settings

from duebook.jobs.worker import work
from duebook.post import letters
from duebook.post.delivery import order_waiting
from duebook.post.server import BadAddress, MailServer
from duebook.visibility.seeing import seeing
from tests.isolation.attacker import Connection, column
from tests.post.servers import certificate, free_port, mail_server
from tests.world import World

HEBREW = "תזכורת: חשבונית פתוחה"
KEPT = "SELECT recipient, sent_at IS NOT NULL, attempts, trouble FROM door.letter ORDER BY id"
LATER = "UPDATE queue.procrastinate_jobs SET scheduled_at = now() + interval '1 hour'"
NOW = "UPDATE queue.procrastinate_jobs SET scheduled_at = NULL"


def write(subject: str = HEBREW, to: str = "nora@marlowick.example") -> None:
    EmailMessage(
        subject, "שלום\nhttps://duebook.example/x", "Duebook <due@book.example>", [to]
    ).send()


def test_a_letter_goes_out_encrypted_and_signed_in(
    own: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(certificate=file) as post, override_settings(DELIVERY=post.address):
        write()
        work(wait=False)
    assert post.encrypted == [True]
    assert post.envelopes == [("due@book.example", ["nora@marlowick.example"])]
    (letter,) = post.letters
    assert (letter["Subject"], letter["From"]) == (HEBREW, "Duebook <due@book.example>")
    assert letter.get_content() == "שלום\r\nhttps://duebook.example/x\r\n"
    assert letter["Message-ID"].endswith("@localhost>")
    assert own.execute(KEPT).fetchall() == [("nora@marlowick.example", True, 1, "")]


def test_a_server_with_a_certificate_of_its_own_making_is_not_trusted(
    own: Connection, tmp_path: Path
) -> None:
    file = certificate(tmp_path)
    with mail_server(certificate=file) as post, override_settings(DELIVERY=post.address):
        write()
        work(wait=False)
    assert post.letters == []
    ((_, is_sent, _, trouble),) = own.execute(KEPT).fetchall()
    assert (is_sent, trouble) == (
        False,
        "The mail server cannot be reached (SSLCertVerificationError).",
    )


def test_a_server_without_encryption_gets_nothing(own: Connection) -> None:
    with mail_server() as post, override_settings(DELIVERY=post.address.partition("?")[0]):
        write()
        work(wait=False)
    assert post.letters == []
    assert own.execute(KEPT).fetchone() == (
        "nora@marlowick.example",
        False,
        1,
        "The mail server cannot be reached (SMTPNotSupportedError).",
    )


def test_a_server_that_was_down_gets_it_later_and_once(own: Connection) -> None:
    port = free_port()
    with override_settings(DELIVERY=f"smtp://localhost:{port}?starttls=no"):
        write()
        work(wait=False)
        assert own.execute(KEPT).fetchall()[0][1:] == (
            False,
            1,
            "The mail server cannot be reached (ConnectionRefusedError).",
        )
        waits = (
            "SELECT extract(epoch FROM scheduled_at - (SELECT max(at) FROM"
            " queue.procrastinate_events WHERE type = 'deferred_for_retry'))"
            " FROM queue.procrastinate_jobs"
        )
        assert 2 < column(own, waits)[0] <= 4
        own.execute(LATER)
        with mail_server(port) as post:
            work(wait=False)  # not yet its time
            assert post.letters == []
            own.execute(NOW)
            work(wait=False)
            own.execute(NOW)
            work(wait=False)
    assert len(post.letters) == 1
    assert own.execute(KEPT).fetchall()[0][1:] == (True, 2, "")
    assert column(own, "SELECT count(*) FROM queue.procrastinate_jobs") == [0]


def test_eight_attempts_and_no_more(own: Connection, capfd: pytest.CaptureFixture[str]) -> None:
    with override_settings(DELIVERY=f"smtp://localhost:{free_port()}?starttls=no"):
        write()
        waits = []
        for _ in range(10):
            own.execute(NOW)
            work(wait=False)
            asked = (
                "SELECT round(extract(epoch FROM scheduled_at - now())) FROM"
                " queue.procrastinate_jobs WHERE status = 'todo'"
            )
            waits += [int(each) for each in column(own, asked)]
    assert own.execute(KEPT).fetchall()[0][1:3] == (False, 8)
    assert len(waits) == 7
    assert 5 * 3600 < sum(waits) < 7 * 3600
    assert column(own, "SELECT status::text FROM queue.procrastinate_jobs") == ["failed"]
    assert "nora@marlowick.example" not in capfd.readouterr().err


@pytest.mark.parametrize(
    ("answer", "attempts_to_come"),
    [("451 later", 1), ("552 never", 0), ("554 5.7.1 <nora@marlowick.example> no", 0)],
)
def test_what_the_server_refuses_for_good_is_not_tried_again(
    own: Connection, answer: str, attempts_to_come: int
) -> None:
    with mail_server() as post, override_settings(DELIVERY=post.address):
        post.answers.append(answer)
        write()
        work(wait=False)
        assert column(own, "SELECT count(*) FROM queue.procrastinate_jobs") == [attempts_to_come]
    ((_, is_sent, attempts, trouble),) = own.execute(KEPT).fetchall()
    assert (is_sent, attempts) == (False, 1)
    assert trouble == f"The mail server refused it ({answer[:3]})."


def test_without_a_server_letters_wait_for_one(own: Connection) -> None:
    with override_settings(DELIVERY=""):
        write()
        work(wait=False)
    assert own.execute(KEPT).fetchall()[0][1:] == (False, 0, "")
    with mail_server() as post, override_settings(DELIVERY=post.address):
        assert order_waiting() == 0  # it may still be in the queue
        own.execute("UPDATE door.letter SET written_at = now() - interval '2 minutes'")
        assert order_waiting() == 1
        order_waiting()  # is ordered already
        work(wait=False)
    assert len(post.letters) == 1


def test_a_letter_about_something_undone_is_not_sent(own: Connection, world: World) -> None:
    class Undone(Exception):
        pass

    with pytest.raises(Undone), transaction.atomic(using="default"):
        write()
        raise Undone
    with pytest.raises(Undone), world.acme.admin():
        letters.send("sample", to="a@b.example", language="en", name="Nora")
        raise Undone
    assert own.execute(KEPT).fetchall() == []
    with seeing(world.acme.viewer(world.acme.admin_email)):
        letters.send("sample", to="a@b.example", language="en", name="Nora")
        assert own.execute(KEPT).fetchall() == []
    assert len(own.execute(KEPT).fetchall()) == 1


def test_what_a_letter_says_is_sealed(own: Connection) -> None:
    write()
    kept = bytes(column(own, "SELECT sealed FROM door.letter")[0])
    assert b"duebook.example" not in kept
    own.execute("UPDATE door.letter SET sealed = %s", [kept[:-9] + b"A" + kept[-8:]])
    with mail_server() as post, override_settings(DELIVERY=post.address):
        work(wait=False)
    assert post.letters == []
    assert own.execute(KEPT).fetchall()[0][1:] == (False, 1, "It was sealed with another secret.")


@pytest.mark.parametrize("subject", ["One\nBcc: all@world.example", "One\r\nTo: x@y.example"])
def test_no_header_is_smuggled_in(own: Connection, subject: str) -> None:
    with pytest.raises(BadHeaderError):
        write(subject)
    with pytest.raises(BadHeaderError):
        write(to=f"a@b.example{subject[3:]}")
    assert own.execute(KEPT).fetchall() == []


def test_several_recipients_and_a_second_form_travel_together(own: Connection) -> None:
    message = EmailMultiAlternatives("Hi", "plain", None, ["a@b.example"], cc=["c@d.example"])
    message.bcc = ["hidden@e.example"]
    message.attach_alternative("<b>rich</b>", "text/html")
    with mail_server() as post, override_settings(DELIVERY=post.address):
        message.send()
        work(wait=False)
    assert [to for _, to in post.envelopes] == [["a@b.example", "c@d.example", "hidden@e.example"]]
    assert "hidden@e.example" not in str(post.letters[0])


def test_a_letter_to_nobody_is_none(own: Connection) -> None:
    assert mail.send_mail("Hi", "text", None, []) == 0
    assert own.execute(KEPT).fetchall() == []


@pytest.mark.parametrize(
    "address",
    [
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://mail.example:port",
        "smtp://mail.example:99999",
        "smtp://mail.example?starttls=perhaps",
        "smtp://me:secret@mail.example?starttls=no",
    ],
)
def test_addresses_that_are_none(address: str) -> None:
    with pytest.raises(BadAddress) as said:
        MailServer.at(address)
    assert "secret" not in str(said.value)
    assert str(said.value).startswith("DUEBOOK_SMTP ")


def test_addresses() -> None:
    found = MailServer.at("smtps://me%40here:p%2Fw@mail.example")
    assert (found.host, found.port, found.user, found.password) == (
        "mail.example",
        465,
        "me@here",
        "p/w",
    )
    assert found.backend().use_ssl and not found.backend().use_tls
    assert MailServer.at("smtp://mail.example").backend().use_tls
