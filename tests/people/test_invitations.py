"""Invitations: who may be asked, what a link is good for, and for how long."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import psycopg
import pytest

from duebook.reports.people import open_invitations
from duebook.visibility import invitations, joining
from duebook.visibility.joining import NotPending
from duebook.visibility.organisations import Refused, add_person
from duebook.visibility.seeing import raw, seeing
from tests.people.conftest import NOW, customer, trail
from tests.world import PASSWORD, Company


def test_only_the_digest_of_the_links_secret_is_stored(company: Company) -> None:
    with company.admin():
        asked = invitations.invite(
            company.viewer(company.admin_email), "New@Acme.example", role="member", at=NOW
        )
        stored = raw().execute("SELECT hash, email, expires_at FROM ar.invitation").fetchall()
    assert stored == [
        (
            hashlib.sha256(asked.secret.encode()).digest(),
            "new@acme.example",
            NOW + timedelta(days=30),
        )
    ]
    assert len(asked.secret) == 43  # 256 bits
    assert asked.secret not in str(trail(company, "invitation sent"))
    assert trail(company, "invitation sent") == [
        {"invitation": asked.id, "email": "new@acme.example", "role": "member", "customer": None}
    ]


def test_a_link_sent_again_kills_the_one_before(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    at = _now()
    with seeing(admin):
        first = invitations.invite(admin, "a@new.example", role="member", at=at)
    assert joining.pending(first.secret).inviter == company.admin_email
    with seeing(admin):
        second = invitations.resend(admin, first.id, at=at)
    assert second.id == first.id
    with pytest.raises(NotPending):
        joining.pending(first.secret)
    assert joining.pending(second.secret).state == "pending"
    with seeing(admin):  # inviting anew is sending again, with the new role
        third = invitations.invite(admin, "A@NEW.example", role="admin", at=at)
    assert third.id == first.id
    assert joining.pending(third.secret).role == "admin"


def test_states_are_judged_on_reading(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(admin, "a@new.example", role="member", at=NOW)
        for later, state in ((29, "pending"), (30, "expired"), (400, "expired")):
            found = open_invitations(at=NOW + timedelta(days=later), clients=False)
            assert [each.state for each in found] == [state]
        again = invitations.resend(admin, asked.id, at=NOW + timedelta(days=31))
        found = open_invitations(at=NOW + timedelta(days=60), clients=False)
        assert [(each.id, each.state) for each in found] == [(again.id, "pending")]


def test_the_life_of_a_link_is_a_setting(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        raw().execute("UPDATE ar.org SET invitation_days = 2 WHERE org_id = %s", [company.org_id])
        asked = invitations.invite(admin, "a@new.example", role="member", at=_now())
        assert asked.expires_at - _now() <= timedelta(days=2)
        old = invitations.invite(
            admin, "b@new.example", role="member", at=_now() - timedelta(days=2, seconds=1)
        )
    assert joining.pending(asked.secret)
    with pytest.raises(NotPending):
        joining.pending(old.secret)


def test_who_has_declined_is_asked_again_only_by_name(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(admin, "a@new.example", role="member", at=_now())
    joining.decline(asked.secret)
    with pytest.raises(NotPending):
        joining.decline(asked.secret)
    with seeing(admin):
        assert [each.state for each in open_invitations(at=_now(), clients=False)] == ["declined"]
        both = invitations.invite_all(
            admin, ["a@new.example", "b@new.example"], role="member", at=_now()
        )
        assert [(each.email, each.reason) for each in both] == [
            (
                "a@new.example",
                "a@new.example has declined; invite them again by themselves if you are sure.",
            ),
            ("b@new.example", ""),
        ]
        anew = invitations.resend(admin, asked.id, at=_now(), again=True)
    assert joining.pending(anew.secret).state == "pending"


def test_a_withdrawn_invitation_is_as_if_nobody_was_asked(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(admin, "a@new.example", role="member", at=_now())
        invitations.withdraw(admin, asked.id, at=_now())
        assert open_invitations(at=_now(), clients=False) == []
        with pytest.raises(Refused, match="was withdrawn; invite them anew"):
            invitations.resend(admin, asked.id, at=_now())
    with pytest.raises(NotPending):
        joining.pending(asked.secret)
    with seeing(admin):
        anew = invitations.invite(admin, "a@new.example", role="member", at=_now())
    assert anew.id != asked.id


@pytest.mark.parametrize(
    ("email", "role", "sentence"),
    [
        ("{admin}", "admin", "{admin} is an admin here already."),
        ("{member}", "member", "{member} is a member here already."),
        ("{member}", "admin", "{member} works here already; change their role on their own page."),
        ("{client}", "client", "{client} speaks for this account already."),
        ("{client}", "member", "{client} is a client here; withdraw their access first."),
        (
            "{member}",
            "client",
            "{member} works here and cannot be a client too; take another address.",
        ),
        ("nobody", "member", "“nobody” is not an e-mail address; write it as name@example.com."),
        ("a@b.example\nBcc: c@d.example", "member", "“a@b.example\nBcc: c@d.example” is not an"),
        ("", "member", "An invitation needs an e-mail address; write one."),
    ],
)
def test_who_cannot_be_asked(company: Company, email: str, role: str, sentence: str) -> None:
    cast = {
        "admin": company.admin_email,
        "member": company.member_email,
        "client": company.client_email,
    }
    admin = company.viewer(company.admin_email)
    number = customer(company, "C1") if role == "client" else None
    with seeing(admin), pytest.raises(Refused) as no:
        invitations.invite(admin, email.format(**cast), role=role, at=NOW, customer_id=number)
    assert str(no.value).startswith(sentence.format(**cast))
    with seeing(admin):
        assert raw().execute("SELECT count(*) FROM ar.invitation").fetchone() == (0,)


def test_a_client_of_one_account_is_asked_for_another(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(
            admin,
            company.client_email,
            role="client",
            at=_now(),
            customer_id=customer(company, "C2"),
        )
    found = joining.pending(asked.secret)
    assert (found.account, found.role, found.organisation) == ("Second", "client", "House")


def test_without_an_address_the_accounts_contact_is_asked(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin), pytest.raises(Refused, match="needs an e-mail address"):
        invitations.invite(admin, "", role="client", at=NOW, customer_id=customer(company, "C2"))
    company.loads(
        "accounts",
        [{"account_number": "C2", "name": "Second", "contact_email": "pay@second.example"}],
    )
    with seeing(admin):
        asked = invitations.invite(
            admin, "", role="client", at=NOW, customer_id=customer(company, "C2")
        )
    assert (asked.email, asked.account) == ("pay@second.example", "Second")


def test_members_ask_clients_of_their_own_customers_alone(company: Company) -> None:
    member = company.viewer(company.member_email)
    own, other = customer(company, "C1"), customer(company, "C2")
    with seeing(member):
        asked = invitations.invite(member, "x@y.example", role="client", at=NOW, customer_id=own)
        assert asked.account == "First"
        with pytest.raises(Refused, match="Only an admin"):
            invitations.invite(member, "z@y.example", role="member", at=NOW)
        with pytest.raises(Refused, match="needs the account"):
            invitations.invite(member, "z@y.example", role="client", at=NOW, customer_id=other)
    with seeing(member), pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw().execute(
            "INSERT INTO ar.invitation (org_id, email, role, invited_by, hash, expires_at)"
            " VALUES (%s, 'z@y.example', 'admin', %s, '', now())",
            [company.org_id, member.person_id],
        )


def test_a_foreign_customer_is_nobodys_account(company: Company) -> None:
    other = Company("other", today=company.today)
    admin = company.viewer(company.admin_email)
    with seeing(admin), pytest.raises(Refused, match="choose one"):
        invitations.invite(
            admin, "x@y.example", role="client", at=NOW, customer_id=customer(other, "C1")
        )


def test_hundreds_of_addresses_are_too_many(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin), pytest.raises(Refused, match="These are 201 addresses; invite 200 at most"):
        invitations.invite_all(
            admin, [f"p{n}@x.example" for n in range(201)], role="member", at=NOW
        )


def test_an_admin_stays_one_whatever_else_they_accept(company: Company) -> None:
    """An invitation as member, sent to another address of the last admin."""
    from duebook.visibility.models import Login

    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(admin, "second@address.example", role="member", at=_now())
    joining.join_as(asked.secret, Login.objects.get(pk=admin.person_id))
    assert company.viewer(company.admin_email).kind == "admin"


def test_who_works_there_cannot_become_a_client(company: Company) -> None:
    from duebook.visibility.models import Login

    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(
            admin,
            "alias@address.example",
            role="client",
            at=_now(),
            customer_id=customer(company, "C2"),
        )
    member = Login.objects.get(email=company.member_email)
    with pytest.raises(Refused, match="You work at House"):
        joining.join_as(asked.secret, member)
    assert joining.pending(asked.secret).state == "pending"


def test_a_client_who_comes_back_speaks_for_the_new_account_alone(company: Company) -> None:
    from duebook.visibility import people
    from duebook.visibility.models import Login

    admin = company.viewer(company.admin_email)
    login = Login.objects.get(email=company.client_email)
    with seeing(admin):
        people.deactivate(admin, login.pk, at=_now())
        asked = invitations.invite(
            admin,
            company.client_email,
            role="client",
            at=_now(),
            customer_id=customer(company, "C3"),
        )
    joining.join_as(asked.secret, login)
    with company.client():
        found = raw().execute("SELECT account_number FROM ar.customer").fetchall()
    assert found == [("C3",)]


def test_a_suspended_organisation_lets_nobody_in(company: Company) -> None:
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        asked = invitations.invite(admin, "a@new.example", role="member", at=_now())
        raw().execute("UPDATE ar.org SET suspended = true WHERE org_id = %s", [company.org_id])
    with pytest.raises(NotPending):
        joining.pending(asked.secret)


def test_the_same_address_in_two_organisations_is_one_login(company: Company) -> None:
    from duebook.visibility.organisations import organisations_of

    other = Company("second", today=company.today)
    add_person("both@x.example", slug=company.slug, role="member", accounts=[], password=PASSWORD)
    boss = other.viewer(other.admin_email)
    with seeing(boss):
        asked = invitations.invite(boss, "BOTH@x.example", role="admin", at=_now())
    login = joining.login_of("both@x.example")
    assert login
    assert joining.join_as(asked.secret, login) == other.slug
    assert {(place.slug, place.kind) for place in organisations_of(login.pk)} == {
        (company.slug, "member"),
        (other.slug, "admin"),
    }


def _now():
    from datetime import UTC, datetime

    return datetime.now(UTC)
