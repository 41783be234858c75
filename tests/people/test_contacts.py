"""Contacts of a customer: several, each with what they may do; one login for several accounts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from duebook.reports.customers import of_account
from duebook.rollups.days import ready
from duebook.visibility import invitations, joining
from duebook.visibility.disputing import may_dispute
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer
from tests.people.conftest import customer, rows, said, secret_in, signed_in
from tests.world import Company

PASSWORD = "violet anchors hum slowly"


def asks(company: Company, email: str, number: str, *, disputing: bool = True) -> str:
    """The secret of the letter by which somebody is asked to speak for an account."""
    admin, at = company.viewer(company.admin_email), datetime.now(UTC)
    with seeing(admin):
        return invitations.invite(
            admin,
            email,
            role="client",
            at=at,
            customer_id=customer(company, number),
            may_dispute=disputing,
        ).secret


def joins(company: Company, email: str, number: str, *, disputing: bool = True) -> Viewer:
    secret = asks(company, email, number, disputing=disputing)
    if login := joining.login_of(email):
        joining.join_as(secret, login)
    else:
        login, _slug = joining.join(secret, name="Maya", password=PASSWORD)
    return Viewer(company.org_id, login.pk, "client")


def test_who_only_looks_may_not_dispute(company: Company, newcomer: str) -> None:
    first, second = customer(company, "C1"), customer(company, "C2")
    joins(company, newcomer, "C1", disputing=False)
    maya = joins(company, newcomer, "C2")
    with seeing(maya):
        assert (may_dispute(first), may_dispute(second)) == (False, True)
        assert not may_dispute(10**15)
        seen = raw().execute("SELECT id FROM ar.customer ORDER BY id").fetchall()
    assert seen == sorted([(first,), (second,)])  # one login, both accounts
    with seeing(company.viewer(company.admin_email)):
        found = raw().execute("SELECT * FROM guard.contacts(%s)", [first]).fetchall()
    assert (maya.person_id, "Maya", newcomer, False, True) in found
    with seeing(maya), pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw().execute("UPDATE ar.client_link SET may_dispute = true")


def test_the_invitation_sent_again_keeps_what_somebody_may(company: Company, newcomer: str) -> None:
    asks(company, newcomer, "C1", disputing=False)
    admin = company.viewer(company.admin_email)
    ((number,),) = rows(
        "SELECT id FROM ar.invitation WHERE org_id = %s AND email = %s", company.org_id, newcomer
    )
    with seeing(admin):
        anew = invitations.resend(admin, number, at=datetime.now(UTC))
    assert not anew.may_dispute
    assert not joining.pending(anew.secret).may_dispute
    assert joining.pending(asks(company, newcomer, "C1")).may_dispute  # asked for more


def test_one_login_speaks_in_several_organisations(company: Company, newcomer: str) -> None:
    other = Company("second", today=company.today)
    here = joins(company, newcomer, "C1", disputing=False)
    there = joins(other, newcomer, "C1")
    assert here.person_id == there.person_id
    with seeing(here):
        assert not may_dispute(customer(company, "C1"))
        assert not may_dispute(customer(other, "C1"))
    with seeing(there):
        assert may_dispute(customer(other, "C1"))


def test_members_know_the_contacts_of_their_own_customers(company: Company, newcomer: str) -> None:
    own, other = customer(company, "C1"), customer(company, "C2")
    joins(company, newcomer, "C1")
    joins(company, newcomer, "C2")
    query = "SELECT email FROM guard.contacts(%s)"
    with seeing(company.viewer(company.member_email)):
        assert (newcomer,) in raw().execute(query, [own]).fetchall()
        assert raw().execute(query, [other]).fetchall() == []
    outsider = Company("outside", today=company.today)
    with seeing(outsider.viewer(outsider.admin_email)):
        assert raw().execute(query, [own]).fetchall() == []


def test_the_badge_is_the_best_of_all_contacts(company: Company, newcomer: str) -> None:
    """Best first: accepted, pending, expired, declined."""
    admin, account = company.viewer(company.admin_email), customer(company, "C2")

    def badge() -> str:
        with seeing(admin):
            (row,) = of_account(account, as_of=company.today, at=datetime.now(UTC))
            return row.invitation_status

    ready(admin, company.today)
    assert badge() == "Not Invited"
    joining.decline(asks(company, f"d.{newcomer}", "C2"))
    assert badge() == "Declined"
    expired = asks(company, f"e.{newcomer}", "C2")
    assert joining.pending(expired)
    with seeing(admin):
        raw().execute(
            "UPDATE ar.invitation SET expires_at = now() - interval '1 second' WHERE email = %s",
            [f"e.{newcomer}"],
        )
    assert badge() == "Expired"
    asks(company, f"p.{newcomer}", "C2")
    assert badge() == "Pending"
    joins(company, newcomer, "C2")
    assert badge() == "Accepted"


def test_contacts_are_asked_and_looked_after_on_the_accounts_page(
    company: Company, newcomer: str, letters: list[Any]
) -> None:
    company.loads(
        "accounts",
        [{"account_number": "C2", "name": "Second", "contact_email": "pay@second.example"}],
    )
    account = customer(company, "C2")
    boss, place = signed_in(company.admin_email), f"/o/{company.slug}/customers/{account}"
    page = boss.get(f"{place}/contacts/").content.decode()
    assert 'value="pay@second.example"' in page  # as the ERP has it
    told = {"email": newcomer, "called": "Maya", "role": "view", "language": "he"}
    answer = boss.post(f"{place}/contacts/", {**told, "from": "account"})
    assert answer["Location"] == f"{place}/?tab=people#documents"
    assert said(boss.get(answer["Location"])) == [f"{newcomer} is invited."]
    first = secret_in(letters[0])
    assert "הזמנה" in letters[0].body or "מזמין" in letters[0].subject

    ((number,),) = rows("SELECT id FROM ar.invitation WHERE email = %s", newcomer)
    boss.post(f"{place}/contacts/{number}/resend/")
    with pytest.raises(joining.NotPending):
        joining.pending(first)
    joining.decline(secret_in(letters[1]))
    again = boss.post(f"{place}/contacts/{number}/resend/", follow=True)  # singly, explicitly
    assert said(again)[-1] == f"A new letter goes to {newcomer}; the old link is dead."
    login, _slug = joining.join(secret_in(letters[2]), name="Maya", password=PASSWORD)
    maya = Viewer(company.org_id, login.pk, "client")
    with seeing(maya):
        assert not may_dispute(account)

    page = boss.get(f"{place}/?tab=people").content.decode()
    assert "Maya" in page and "View only" in page and "Accepted" in page
    boss.post(f"{place}/contacts/{login.pk}/role/", {"role": "dispute"})
    with seeing(maya):
        assert may_dispute(account)
    boss.post(f"{place}/contacts/{login.pk}/end/")
    with seeing(maya):  # at once
        assert raw().execute("SELECT id FROM ar.customer").fetchall() == []
    assert "Nobody is invited yet." in boss.get(f"{place}/contacts/").content.decode()

    elsewhere = customer(company, "C1")
    stray = boss.post(f"/o/{company.slug}/customers/{elsewhere}/contacts/{number}/resend/")
    assert stray.status_code == 404  # another account's
    assert signed_in(company.member_email).get(f"{place}/contacts/").status_code == 404


def test_a_member_invites_for_the_own_customer_and_ends_nobodys_access(
    company: Company, newcomer: str, letters: list[Any]
) -> None:
    account = customer(company, "C1")
    ben, place = signed_in(company.member_email), f"/o/{company.slug}/customers/{account}"
    told = {"email": newcomer, "called": "", "role": "dispute", "language": "en"}
    assert ben.post(f"{place}/contacts/", told).status_code == 302
    page = ben.get(f"{place}/contacts/").content.decode()
    assert newcomer in page and company.client_email in page
    assert "Withdraw access" not in page
    client = company.viewer(company.client_email).person_id
    assert ben.post(f"{place}/contacts/{client}/end/").status_code == 404
    wrong = ben.post(f"{place}/contacts/", {**told, "email": company.admin_email})
    assert wrong.status_code == 400 and "works here" in wrong.content.decode()
