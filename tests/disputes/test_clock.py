"""By when an answer is due, and what is attached."""

from __future__ import annotations

from datetime import date

import pytest

from duebook.database.migrate import connect
from duebook.ledger.dispositions import Disposition, dispose
from duebook.ledger.dispute_files import attach, attached, looked_at
from duebook.ledger.disputes import raise_dispute
from duebook.reports.disputes import messages
from duebook.visibility.guarded import NotThere
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw, seeing
from tests.disputes.conftest import House

DUE = "SELECT guard.business_due(%s, %s, %s, %s)::text"


@pytest.mark.parametrize(
    ("begins", "hours", "weekend", "due"),
    [
        ("2026-06-29 10:00+00", 24, "sat-sun", "2026-06-30 10:00:00+00"),  # a Monday
        ("2026-06-26 10:00+00", 24, "sat-sun", "2026-06-29 10:00:00+00"),  # over the weekend
        ("2026-06-27 10:00+00", 1, "sat-sun", "2026-06-29 01:00:00+00"),  # on a Saturday
        ("2026-06-25 10:00+00", 24, "fri-sat", "2026-06-28 10:00:00+00"),
        ("2026-06-26 10:00+00", 24, "none", "2026-06-27 10:00:00+00"),
        ("2026-06-29 10:00+00", 240, "sat-sun", "2026-07-13 10:00:00+00"),  # ten business days
    ],
)
def test_only_business_days_count(
    server: None, begins: str, hours: int, weekend: str, due: str
) -> None:
    with connect() as own:
        own.execute("SET TIME ZONE 'UTC'")
        assert own.execute(DUE, [begins, hours, "UTC", weekend]).fetchone() == (due,)


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("page.html", b"%PDF-1.7 x", "page.pdf"),  # by what it is, not by what it is called
        ("../../etc/x.exe", b"\x89PNG\r\n\x1a\n x", "x.png"),
        ("a.txt", "Grüße".encode(), "a.txt"),
    ],
)
def test_a_file_is_known_by_its_content(name: str, content: bytes, kept: str) -> None:
    assert looked_at(name, content).name == kept


@pytest.mark.parametrize(
    "content",
    [b"", b"<html>", b" <svg onload=x>", b"MZ\x90\0", b"PK\3\4\0", b"\xff\xfe\0", b"#!/bin/sh"],
)
def test_other_kinds_are_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        looked_at("innocent.pdf", content)
    with pytest.raises(Refused, match="larger"):
        looked_at("large.pdf", b"%PDF-" + b"x" * (10 << 20))


def test_a_file_is_sealed_and_for_those_who_see_the_dispute(house: House) -> None:
    invoice = house.billed()
    with seeing(house.client_viewer):
        case = raise_dispute(house.client_viewer, invoice, reason="other", words="See the paper.")
        file = looked_at("paper.txt", b"a secret word")
        kept = attach(house.client_viewer, messages(case)[0].id, file)
    (content,) = house.asks("SELECT content FROM ar.dispute_file")
    assert b"secret" not in bytes(content)
    with seeing(house.member_viewer):
        assert attached(house.member_viewer, case, kept).content == b"a secret word"
        with pytest.raises(NotThere):  # a message of somebody else's takes no file
            attach(house.member_viewer, messages(case)[0].id, file)


def test_a_refused_posting_leaves_nothing_and_the_viewers_own_eyes(house: House) -> None:
    invoice = house.billed("100.00")
    with seeing(house.client_viewer):
        case = raise_dispute(house.client_viewer, invoice, reason="other", words="Wrong.")
    taken = house.billed("5.00", number="TAKEN")
    assert taken
    with seeing(house.member_viewer):
        said = Disposition("reissued", "New.", posts=True, number="TAKEN")
        with pytest.raises(Refused, match="already"):
            dispose(house.member_viewer, case, said, today=date(2026, 6, 30))
        assert raw().execute("SELECT current_user").fetchone() == ("duebook_member",)
    assert house.asks("SELECT state FROM ar.dispute_case") == ["open"]
