"""How much a client may send: in bytes before they are read, and in acts of a day."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.test import Client
from psycopg.sql import SQL, Identifier

from duebook.database.migrate import connect
from duebook.ledger import disputes
from duebook.ledger.dispute_files import attach, looked_at
from duebook.reports.disputes import messages
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer
from tests.disputes.conftest import House
from tests.disputes.test_payments import announced
from tests.people.conftest import signed_in

MIB = 1 << 20


class Endless:
    """What somebody sends: zeros, as many as are asked for; `read_bytes` of them were."""

    def __init__(self, head: bytes = b"") -> None:
        self.head = BytesIO(head)
        self.read_bytes = 0
        self.largest = 0

    def read(self, size: int = -1) -> bytes:
        assert size >= 0, "all of it at once"
        piece = self.head.read(size) or bytes(size)
        self.read_bytes += len(piece)
        self.largest = max(self.largest, len(piece))
        return piece

    def readline(self, size: int = -1) -> bytes:
        return self.read(size)


BEGINS = (
    b"--b\r\nContent-Disposition: form-data; name=files; filename=a.pdf\r\n"
    b"Content-Type: application/pdf\r\n\r\n%PDF-"
)


def _sends(client: Client, path: str, sent: Endless, length: int | None) -> Any:
    told: dict[str, Any] = {"wsgi.input": sent, "CONTENT_TYPE": "multipart/form-data; boundary=b"}
    told["CONTENT_LENGTH"] = "" if length is None else str(length)
    if length is None:
        told["HTTP_TRANSFER_ENCODING"] = "chunked"
    return client.generic("POST", path, b"", **told)


@pytest.fixture
def sender(house: House) -> tuple[Client, str]:
    return signed_in(house.client_email), f"/o/{house.slug}/disputes/raise/{house.billed()}/"


def test_more_than_a_message_holds_is_read_to_its_end_and_not_kept(
    sender: tuple[Client, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", _kept)
    client, path = sender
    sent = Endless(BEGINS)
    answer = _sends(client, path, sent, 60 * MIB)
    assert answer.status_code == 400
    assert answer.wsgi_request.upload_refused == "too large"
    assert sent.read_bytes <= 60 * MIB
    assert sent.largest <= MIB


def test_far_too_much_is_refused_unread(sender: tuple[Client, str]) -> None:
    client, path = sender
    sent = Endless(BEGINS)
    answer = _sends(client, path, sent, 400 * MIB)
    assert answer.status_code == 400
    assert sent.read_bytes == 0


def test_a_body_of_no_stated_length_is_none(sender: tuple[Client, str]) -> None:
    client, path = sender
    sent = Endless(BEGINS)
    answer = _sends(client, path, sent, None)
    assert answer.status_code in (400, 411)
    assert sent.read_bytes == 0
    assert not answer.wsgi_request.FILES


@pytest.mark.parametrize("page", ["imports/", "billing/", "no-such-page/"])
def test_a_client_sends_no_file_to_other_pages(
    house: House, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TemporaryFileUploadHandler, "new_file", _kept)
    client = signed_in(house.client_email)
    client.handler.enforce_csrf_checks = True  # a form is read for its token, before any view
    client.cookies["csrftoken"] = "a" * 32
    sent = Endless(BEGINS)
    assert _sends(client, f"/o/{house.slug}/{page}", sent, 400 * MIB).status_code in (403, 404)
    assert sent.read_bytes == 0
    answer = _sends(client, f"/o/{house.slug}/{page}", Endless(BEGINS), 4 * MIB)
    assert answer.status_code in (400, 403, 404)
    assert not answer.wsgi_request.FILES


def _kept(*_: object, **__: object) -> None:
    raise AssertionError("a file too large is kept")


def _often(table: str, id: int, times: int = 99) -> None:
    """As if somebody had done the same so many times more."""
    text = SQL(
        "INSERT INTO ar.{0} SELECT (jsonb_populate_record(t, jsonb_build_object('id', t.id + n"
        " * 1000000))).* FROM ar.{0} t, generate_series(1, %s) n WHERE t.id = %s"
    ).format(Identifier(table))
    with connect() as own:
        own.execute("SET session_replication_role = replica")
        own.execute(text, [times, id])


def _raised(house: House, viewer: Viewer) -> int:
    invoice = house.billed()
    with seeing(viewer):
        reason = disputes.reasons(viewer)[0]
        return disputes.raise_dispute(viewer, invoice, reason=reason, words="Why?")


def _attached(viewer: Viewer, case: int) -> int:
    with seeing(viewer):
        return attach(viewer, messages(case)[0].id, looked_at("a.txt", b"words"))


def test_a_client_raises_a_hundred_disputes_a_day_and_no_more(house: House) -> None:
    _often("dispute_case", _raised(house, house.client_viewer))
    with pytest.raises(Refused, match="100 disputes"):
        _raised(house, house.client_viewer)
    _raised(house, house.member_viewer)  # those who work there go on


def test_a_client_announces_a_hundred_payments_a_day_and_no_more(house: House) -> None:
    _often("portal_payment", announced(house, "10.00", reference="1"))
    with pytest.raises(Refused, match="100 payments"):
        announced(house, "10.00", reference="2")


def test_a_client_attaches_a_hundred_files_a_day_and_no_more(house: House) -> None:
    viewer = house.client_viewer
    _often("dispute_file", _attached(viewer, _raised(house, viewer)))
    with pytest.raises(Refused, match="100 files"):
        _attached(viewer, _raised(house, viewer))
