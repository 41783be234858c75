"""Inviting many accounts: each gets its own outcome, and one letter however often it is begun."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import override_settings

from duebook.jobs import inviting
from duebook.jobs.worker import work
from duebook.visibility import bulk_acts, invitations, joining
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import Connection
from tests.people.conftest import rows, trail
from tests.post.servers import Post, mail_server
from tests.world import Company

OUTCOMES = """
SELECT c.account_number, o.outcome, o.reason FROM ar.bulk_outcome o
JOIN ar.customer c ON c.org_id = o.org_id AND c.id = o.customer_id
WHERE o.org_id = %s AND o.act_id = %s ORDER BY o.place
"""


class Killed(BaseException):
    """As kill -9 would: nothing is put right afterwards."""


@pytest.fixture
def post(own: Connection) -> Iterator[Post]:
    """A mail server that takes everything."""
    own.execute("DELETE FROM door.letter")
    with mail_server() as post, override_settings(DELIVERY=post.address):
        yield post


@pytest.fixture
def company(own: Connection) -> Company:
    return Company("bulk", today=date(2026, 6, 30))


def numbered(company: Company, count: int, **more: str) -> None:
    company.loads(
        "accounts",
        [
            {
                "account_number": f"A{n:03}",
                "name": f"Account {n}",
                "contact_email": f"pay{n}@{company.slug}-client.example",
                **more,
            }
            for n in range(1, count + 1)
        ],
    )


def ids(company: Company, *numbers: str) -> list[int]:
    query = "SELECT account_number, id FROM ar.customer WHERE org_id = %s"
    known = dict(rows(query, company.org_id))
    return [known[number] for number in numbers]


def ordered(company: Company, act: str, customers: list[int], *, by: str = "", **more: Any) -> int:
    viewer = company.viewer(by or company.admin_email)
    told = {"language": "", "may_dispute": True, "chosen": None, **more}
    with seeing(viewer):
        return inviting.order_invitations(viewer, act, customers, at=datetime.now(UTC), **told)


def done() -> None:
    """The worker, and then the letters it has written."""
    work(wait=False)
    work(wait=False)


def outcomes(company: Company, act: int) -> list[tuple[str, str, str]]:
    return rows(OUTCOMES, company.org_id, act)  # type: ignore[return-value]


def recipients(post: Post) -> list[str]:
    return sorted(address for _, addresses in post.envelopes for address in addresses)


def test_each_account_has_its_own_outcome(company: Company, post: Post) -> None:
    numbered(company, 7)
    company.loads(
        "accounts",
        [
            {"account_number": "N1", "name": "No address"},
            {"account_number": "N2", "name": "Bad", "contact_email": "not an address"},
            {"account_number": "N3", "name": "Ours", "contact_email": company.member_email},
            {
                "account_number": "N4",
                "name": "Left",
                "contact_email": "x@y.example",
                "status": "Inactive",
            },
        ],
    )
    admin, at = company.viewer(company.admin_email), datetime.now(UTC)
    pending, expired, declined = ids(company, "A002", "A003", "A004")
    with seeing(admin):
        for customer in (pending, expired, declined):
            asked = invitations.invite(admin, "", role="client", at=at, customer_id=customer)
        raw().execute(
            "UPDATE ar.invitation SET expires_at = now() WHERE customer_id = %s", [expired]
        )
    joining.decline(asked.secret)

    order = ["N1", "A001", "A002", "A003", "A004", "C1", "N2", "N3", "N4", "A005"]
    act = ordered(company, "invite", ids(company, *order), language="he", may_dispute=False)
    done()
    assert outcomes(company, act) == [  # by name
        ("A001", "sent", ""),
        ("A002", "skipped", "pending"),
        ("A003", "skipped", "expired"),
        ("A004", "skipped", "declined"),
        ("A005", "sent", ""),
        ("N2", "skipped", "bad_address"),
        ("C1", "skipped", "accepted"),
        ("N4", "skipped", "inactive"),
        ("N1", "skipped", "no_email"),
        ("N3", "skipped", "colleague"),
    ]
    host = f"{company.slug}-client.example"
    assert recipients(post) == [f"pay1@{host}", f"pay5@{host}"]
    assert "מזמין אתכם" in post.letters[0]["Subject"]
    assert trail(company, "invitations ordered")[0]["count"] == 10
    (told,) = trail(company, "invitations done")
    assert (told["sent"], sum(told["skipped"].values())) == (2, 8)
    kept = "SELECT may_dispute, language FROM ar.invitation WHERE email = %s"
    assert rows(kept, f"pay1@{host}") == [(False, "he")]

    again = ordered(company, "resend", ids(company, "A002", "A003", "A004", "A006", "C1", "N1"))
    done()
    assert outcomes(company, again) == [
        ("A002", "sent", ""),
        ("A003", "sent", ""),
        ("A004", "skipped", "declined"),
        ("A006", "skipped", "not_invited"),
        ("C1", "skipped", "accepted"),
        ("N1", "skipped", "not_invited"),
    ]
    assert len(post.letters) == 4
    with seeing(admin):
        seen = bulk_acts.bulk_act(admin, again)
    assert seen and (seen.done, seen.accounts, seen.is_working) == (6, 6, False)


@pytest.mark.parametrize("moment", ["before the letters", "after the letters"])
def test_a_killed_worker_leaves_nobody_with_two_letters_or_none(
    company: Company, post: Post, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    numbered(company, 6)
    customers = ids(company, *[f"A{n:03}" for n in range(1, 7)])
    act = ordered(company, "invite", customers)
    admin = company.viewer(company.admin_email)
    monkeypatch.setattr(inviting, "AT_ONCE", 4)

    def die(*_asked: Any, **_named: Any) -> None:
        raise Killed

    with monkeypatch.context() as dying, pytest.raises(Killed):
        if moment == "before the letters":
            dying.setattr(inviting, "write_once", die)
        else:
            dying.setattr(bulk_acts, "settle", _settles_once_then(bulk_acts.settle, die))
        inviting.invite_many(admin, act=act)
    left = Counter(outcome for _, outcome, _ in outcomes(company, act))
    assert left == {"writing": 4, "waiting": 2}

    inviting.invite_many(admin, act=act)
    done()
    assert Counter(o for _, o, _ in outcomes(company, act)) == {"sent": 6}
    host = f"{company.slug}-client.example"
    assert recipients(post) == [f"pay{n}@{host}" for n in range(1, 7)]
    for letter in post.letters:  # and every link is good
        secret = letter.get_content().partition("/invitation/")[2].partition("/")[0]
        assert joining.pending(secret).state == "pending"


def _settles_once_then(settle: Any, die: Any) -> Any:
    """The first batch is made; when its letters are written down as sent, the worker dies."""
    times = iter([settle, die])

    def settles(*asked: Any, **named: Any) -> None:
        next(times)(*asked, **named)

    return settles


def test_two_workers_at_once_write_one_letter_each(company: Company, post: Post) -> None:
    """The slower one has made links; the faster one takes its accounts up and makes others."""
    numbered(company, 2)
    act = ordered(company, "invite", ids(company, "A001", "A002"))
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        now = bulk_acts.bulk_act(admin, act)
        assert now
        slow = inviting._made(admin, now)
    assert slow
    inviting.invite_many(admin, act=act)
    inviting._write(admin, now, slow)
    done()
    assert len(post.letters) == 2
    for letter in post.letters:
        secret = letter.get_content().partition("/invitation/")[2].partition("/")[0]
        assert joining.pending(secret).state == "pending"


def test_one_bad_account_never_fails_the_others(
    company: Company, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbered(company, 3)
    (bad,) = ids(company, "A002")
    invite = invitations.invite

    def breaks(viewer: Any, email: str, **named: Any) -> Any:
        if named["customer_id"] == bad:
            raw().execute("SELECT 1 / 0")
        return invite(viewer, email, **named)

    monkeypatch.setattr(invitations, "invite", breaks)
    act = ordered(company, "invite", ids(company, "A001", "A002", "A003"))
    done()
    assert outcomes(company, act) == [
        ("A001", "sent", ""),
        ("A002", "skipped", "failed"),
        ("A003", "sent", ""),
    ]


def test_a_member_invites_the_own_customers_alone_and_sees_the_own_acts(
    company: Company, post: Post
) -> None:
    for number in ("C1", "C2"):
        company.loads(
            "accounts",
            [
                {
                    "account_number": number,
                    "name": "X",
                    "contact_email": f"{number}@client.example",
                    **({"owner_email": company.member_email} if number == "C1" else {}),
                }
            ],
        )
    theirs = ordered(company, "invite", ids(company, "C1", "C2"))
    mine = ordered(company, "resend", ids(company, "C1", "C2"), by=company.member_email)
    done()
    assert [number for number, *_ in outcomes(company, mine)] == ["C1"]
    with company.member():
        member = company.viewer(company.member_email)
        assert [each.id for each in bulk_acts.bulk_acts(member)] == [mine]
        found = raw().execute("SELECT DISTINCT act_id FROM ar.bulk_outcome").fetchall()
        assert found == [(mine,)]
        changed = "UPDATE ar.bulk_outcome SET outcome = 'waiting' WHERE act_id = %s"
        assert raw().execute(changed, [theirs]).rowcount == 0
    with company.client(), pytest.raises(Exception, match="permission denied"):
        raw().execute("SELECT 1 FROM ar.bulk_outcome")
