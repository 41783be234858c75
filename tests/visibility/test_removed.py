"""Somebody is removed while something of theirs is under way: it ends there."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from duebook.database.migrate import connect
from duebook.jobs import tasks
from duebook.jobs.exports import order_export
from duebook.visibility import people, sharing
from duebook.visibility.models import Login
from duebook.visibility.organisations import PLATFORM, add_person, current
from duebook.visibility.platform import set_barred, set_suspended
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer
from tests.isolation.attacker import Connection, column
from tests.world import PASSWORD, Company

TODAY = date(2026, 6, 30)
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
_numbers = itertools.count(1)


@pytest.fixture
def company(server: None) -> Company:
    made = Company("leaves", today=TODAY)
    made.owes("100.00", due="2026-03-31", account="C1", number="INV-1")
    return made


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    with connect() as connection:
        yield connection


def admin_of(company: Company) -> Viewer:
    return company.viewer(company.admin_email)


def signed_in(email: str) -> Client:
    client = Client(headers={"Host": "localhost"})
    client.force_login(Login.objects.get(email=email), backend=BACKEND)
    return client


def ordered(viewer: Viewer) -> tuple[int, int]:
    """An export that somebody has asked for, and the job that will make it."""
    with seeing(viewer):
        asked = {"report": "aging", "form": "csv", "as_of": TODAY, "basis": "due"}
        export = order_export(viewer, current(viewer), **asked, filters={})  # type: ignore[arg-type]
    with connect() as own:
        job = column(own, "SELECT max(id) FROM ar.job WHERE org_id = %s", [viewer.org_id])[0]
    return export, int(job)


# What may happen meanwhile.


def deactivated(company: Company, viewer: Viewer) -> None:
    with company.admin():
        people.deactivate(admin_of(company), viewer.person_id, at=datetime.now(UTC))


def promoted(company: Company, viewer: Viewer) -> None:
    with company.admin():
        people.change_role(admin_of(company), viewer.person_id, "admin")


def barred(company: Company, viewer: Viewer) -> None:
    set_barred(PLATFORM, viewer.person_id, barred=True)


def suspended(company: Company, viewer: Viewer) -> None:
    set_suspended(PLATFORM, company.slug, suspended=True)


REMOVALS: dict[str, Callable[[Company, Viewer], None]] = {
    "deactivated": deactivated,
    "barred": barred,
    "suspended": suspended,
}


@pytest.mark.parametrize("removal", REMOVALS)
def test_whoever_is_removed_before_the_file_is_made_gets_none(
    company: Company, own: Connection, removal: str
) -> None:
    viewer = company.viewer(company.member_email)
    browser = signed_in(company.member_email)
    export, job = ordered(viewer)

    REMOVALS[removal](company, viewer)
    tasks.run(job)

    assert column(own, "SELECT content FROM ar.export WHERE org_id = %s", [viewer.org_id]) == [None]
    assert gone(browser, company, "export_file", export=export)


@pytest.mark.parametrize("removal", REMOVALS)
def test_whoever_is_removed_before_fetching_the_file_gets_nothing(
    company: Company, own: Connection, removal: str
) -> None:
    viewer = company.viewer(company.member_email)
    browser = signed_in(company.member_email)
    export, job = ordered(viewer)
    tasks.run(job)
    there = browser.get(at(company, "export_file", export=export))
    assert there.status_code == 200
    assert b"100.00" in there.getvalue()

    REMOVALS[removal](company, viewer)

    assert gone(browser, company, "export_file", export=export)
    assert gone(browser, company, "exports")


def test_a_file_made_for_who_somebody_was_is_not_for_who_they_are(company: Company) -> None:
    viewer = company.viewer(company.member_email)
    browser = signed_in(company.member_email)
    export, job = ordered(viewer)
    tasks.run(job)

    promoted(company, viewer)

    assert browser.get(at(company, "export_file", export=export)).status_code == 404


def test_a_file_with_a_customer_no_longer_shared_is_kept_back(company: Company) -> None:
    viewer = company.viewer(company.member_email)
    browser = signed_in(company.member_email)
    export, job = ordered(viewer)
    tasks.run(job)
    with company.admin():
        query = "SELECT id FROM ar.customer WHERE account_number = 'C1'"
        first = column(raw(), query)[0]
        sharing.assign(admin_of(company), [first], None, at=datetime.now(UTC))

    answer = browser.get(at(company, "export_file", export=export))

    assert answer.status_code == 302
    assert answer["Location"] == at(company, "exports")
    assert b"100.00" not in browser.get(at(company, "exports")).content


@pytest.mark.parametrize("removal", REMOVALS)
@pytest.mark.parametrize("who", ["member", "client"])
def test_whoever_is_removed_while_signed_in_sees_nothing_from_then_on(
    company: Company, removal: str, who: str
) -> None:
    email = str(getattr(company, f"{who}_email"))
    browser = signed_in(email)
    page = "aging" if who == "member" else "portal"
    assert browser.get(at(company, page)).status_code == 200

    REMOVALS[removal](company, company.viewer(email))

    assert gone(browser, company, page)
    assert (
        company.slug.encode() not in browser.get("/", follow=True).content or removal == "suspended"
    )


def test_a_person_of_two_organisations_loses_the_one_alone(company: Company) -> None:
    other = Company("stays", today=TODAY)
    add_person(company.member_email, slug=other.slug, role="member", accounts=[])
    browser = signed_in(company.member_email)

    deactivated(company, company.viewer(company.member_email))

    assert gone(browser, company, "aging")
    assert browser.get(at(other, "aging")).status_code == 200


def test_a_service_is_refused_once_its_token_is_revoked(company: Company) -> None:
    from duebook.visibility.tokens import create_token, revoke_token

    admin = admin_of(company)
    with seeing(admin):
        token = create_token(admin, name="Reads", scopes=["read"], expires_at=None)
    program = Client(headers={"Host": "localhost", "Authorization": f"Bearer {token}"})
    address = "/api/v1/organisation"
    assert program.get(address).status_code == 200
    with seeing(admin):
        query = "SELECT max(id) FROM ar.api_token"
        revoke_token(admin, column(raw(), query)[0])
    assert program.get(address).status_code == 401


def test_the_heir_sees_what_was_left_and_the_leaver_nothing(company: Company) -> None:
    email = f"heir-{next(_numbers)}@{company.slug}.example"
    add_person(email, slug=company.slug, role="member", accounts=[], password=PASSWORD)
    leaver, heir = company.viewer(company.member_email), company.viewer(email)
    browser = signed_in(email)
    assert b"100.00" not in browser.get(at(company, "aging")).content

    with company.admin():
        at_once = datetime.now(UTC)
        people.deactivate(admin_of(company), leaver.person_id, at=at_once, heir=heir.person_id)

    assert b"100.00" in browser.get(at(company, "aging")).content
    assert gone(signed_in(company.member_email), company, "aging")


def at(company: Company, page: str, **things: int) -> str:
    return reverse(page, kwargs={"slug": company.slug, **things})


def gone(browser: Client, company: Company, page: str, **things: int) -> bool:
    """Nothing is there any more, or one has to sign in again."""
    answer = browser.get(at(company, page, **things))
    to_sign_in = answer.get("Location", "").startswith(f"/{reverse(settings.LOGIN_URL)[1:]}")
    return answer.status_code == 404 or (answer.status_code == 302 and to_sign_in)
