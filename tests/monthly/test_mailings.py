"""Views that are mailed: when, to whom, and that each reader gets what they may see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage as Message
from email.policy import default
from io import BytesIO
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from duebook.database.migrate import connect
from duebook.jobs import mailings
from duebook.jobs.worker import work
from duebook.post.letter import Letter
from duebook.visibility import people, saved_views
from duebook.visibility.organisations import add_person
from duebook.visibility.seeing import raw, seeing
from tests.jobs.pages import Desk
from tests.people.conftest import Browser, said, signed_in, trail
from tests.world import PASSWORD, Company

Letters = Callable[[], list[Message]]
QUERY = "sort=account_name&zeros=hide"


@pytest.fixture
def view(company: Company) -> Iterator[int]:
    """A view of the admin's own. Afterwards nothing of it is left."""
    admin = company.viewer(company.admin_email)
    with seeing(admin):
        made = saved_views.save(admin, page="monthly", name="For the board", query=QUERY)
    yield made
    with connect() as own:
        for table in ("mailing", "default_view", "saved_view", "export"):
            own.execute(f"DELETE FROM ar.{table} WHERE org_id = %s", [company.org_id])


@pytest.fixture
def letters(view: int) -> Iterator[Callable[[], list[Message]]]:
    """The letters that are there, the first first, as they would travel."""

    def read() -> list[Message]:
        with connect() as own:
            found = own.execute("SELECT sealed FROM door.letter ORDER BY id").fetchall()
        tokens: list[Any] = [row[0] for row in found]
        contents = (Letter.from_sealed(bytes(token)).content for token in tokens)
        return [message_from_bytes(each, policy=default) for each in contents]

    with connect() as own:
        own.execute("DELETE FROM door.letter")
    yield read


def sets_up(browser: Browser, company: Company, asked_view: int, *to: str, **more: Any) -> Any:
    ids = [company.viewer(each).person_id for each in to]
    form = {"view": asked_view, "day": 31, "time": "07:30", "language": "th", "to": ids, **more}
    return browser.post(f"/o/{company.slug}/monthly/mailings/", form, follow=True)


def becomes_due(company: Company) -> None:
    """As if the worker had not looked for months."""
    with connect() as own:
        query = "UPDATE ar.mailing SET next_at = now() - interval '70 days' WHERE org_id = %s"
        own.execute(query, [company.org_id])


def works() -> int:
    """The worker looks once and does what there is; for how many readers there was something."""
    found = mailings.order_due()
    work(wait=False)
    return found


def accounts(letter: Message) -> list[str]:
    """The account numbers in the attached file."""
    (file,) = letter.iter_attachments()
    assert (file.get_filename() or "").endswith(".xlsx")
    assert "spreadsheetml" in file.get_content_type()
    book = CalamineWorkbook.from_filelike(BytesIO(file.get_content()))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][14] == "มิ.ย. 2026"
    return [str(row[0]) for row in rows[1:-1]]


def body(letter: Message) -> str:
    part = letter.get_body()
    assert part
    return str(part.get_content())


def test_each_reader_gets_what_they_may_see(
    company: Company, admin: Browser, view: int, letters: Letters
) -> None:
    answer = sets_up(admin, company, view, company.admin_email, company.member_email)
    assert said(answer) == ["The view is mailed from now on."]
    assert works() == 0
    becomes_due(company)
    assert works() == 2
    found = {letter["To"]: accounts(letter) for letter in letters()}
    assert found == {company.admin_email: ["C1", "C2"], company.member_email: ["C1"]}
    assert letters()[0]["Subject"] == "For the board: monthly report of Months"
    for email, letter in ((each["To"], each) for each in letters()):
        link = body(letter).split("http://")[1].split("\n")[0].partition("/")[2]
        assert Desk(company, email).fetches(f"/{link}").status_code == 200
        others = {company.admin_email, company.member_email} - {email}
        assert Desk(company, others.pop()).fetches(f"/{link}").status_code == 404
    assert works() == 0  # two missed days are made up by one
    assert len(trail(company, "report mailed")) == 2


def test_who_has_left_gets_nothing(
    company: Company, admin: Browser, view: int, letters: Letters
) -> None:
    gone = f"gone@{company.slug}.example"
    add_person(gone, slug=company.slug, role="member", accounts=[], password=PASSWORD)
    person = company.viewer(gone).person_id
    sets_up(admin, company, view, company.admin_email, gone)
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        people.deactivate(viewer, person, at=datetime.now(UTC))
    becomes_due(company)
    assert works() == 1
    assert [letter["To"] for letter in letters()] == [company.admin_email]
    html = admin.get(f"/o/{company.slug}/monthly/mailings/").content.decode()
    assert "1 has left and gets nothing" in html


def test_pause_send_now_and_remove(
    company: Company, admin: Browser, view: int, letters: Letters
) -> None:
    sets_up(admin, company, view, company.admin_email)
    with seeing(company.viewer(company.admin_email)):
        (mailing,) = mailings.mailings(company.viewer(company.admin_email))
    address = f"/o/{company.slug}/monthly/mailings/{mailing.id}/"

    def does(act: str) -> list[str]:
        return said(admin.post(address, {"act": act}, follow=True))

    does("pause")
    becomes_due(company)
    assert works() == 0
    assert does("send") == ["It is on its way to 1 reader."]
    work(wait=False)
    assert len(letters()) == 1
    does("go_on")
    assert works() == 0  # what fell into the pause is not made up
    assert signed_in(company.member_email).post(address, {"act": "send"}).status_code == 404
    assert admin.post(address, {"act": "frame"}).status_code == 400
    does("remove")
    assert admin.post(address, {"act": "send"}).status_code == 404


def test_a_view_that_is_gone_is_not_mailed(
    company: Company, admin: Browser, view: int, letters: Letters
) -> None:
    sets_up(admin, company, view, company.admin_email)
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        saved_views.remove(viewer, view)
    becomes_due(company)
    assert works() == 0 and letters() == []


@pytest.mark.parametrize(
    ("wrong", "complaint"),
    [
        ({"view": 0}, "Choose one of your saved views"),
        ({"to": []}, "Choose who gets it"),
        ({"day": 29}, "Choose a day from 1 to 28"),
        ({"time": "noon"}, "Write the time as hours and minutes"),
        ({"language": "tlhx"}, "no language that month names are known in"),
    ],
)
def test_what_cannot_be_is_refused(
    company: Company, admin: Browser, view: int, wrong: dict[str, Any], complaint: str
) -> None:
    answer = sets_up(admin, company, view, company.admin_email, **wrong)
    assert complaint in said(answer)[0]
    with seeing(company.viewer(company.admin_email)):
        assert mailings.mailings(company.viewer(company.admin_email)) == []


def test_a_client_and_a_stranger_are_no_readers(
    company: Company, admin: Browser, view: int
) -> None:
    answer = sets_up(admin, company, view, company.client_email)
    assert "Choose who gets it" in said(answer)[0]


@pytest.mark.parametrize(
    ("zone", "day", "at", "since", "expected"),
    [
        ("UTC", 31, "07:30", "2026-01-31 07:29+00", "2026-01-31 07:30+00"),
        ("UTC", 31, "07:30", "2026-01-31 07:30+00", "2026-02-28 07:30+00"),
        ("UTC", 1, "00:00", "2026-12-01 00:00+00", "2027-01-01 00:00+00"),
        ("Pacific/Auckland", 1, "06:00", "2026-06-30 17:59+00", "2026-06-30 18:00+00"),
        # 02:30 is not there on the night the clocks go forward: it is an hour later.
        ("Europe/Berlin", 28, "02:30", "2027-03-01 00:00+00", "2027-03-28 01:30+00"),
        ("Europe/Berlin", 31, "02:30", "2026-10-02 00:00+00", "2026-10-31 01:30+00"),
    ],
)
def test_the_next_time(
    company: Company, zone: str, day: int, at: str, since: str, expected: str
) -> None:
    query = "SELECT guard.monthly_time(%s, %s, %s::time, %s::timestamptz) = %s::timestamptz"
    with company.admin():
        row = raw().execute(query, [zone, day, at, since, expected]).fetchone()
    assert row == (True,)


def test_a_worker_that_died_after_the_letter_writes_no_second_one(
    company: Company, admin: Browser, view: int, letters: Letters
) -> None:
    before = len(trail(company, "report mailed"))
    sets_up(admin, company, view, company.admin_email)
    becomes_due(company)
    mailings.order_due()
    with connect() as own:
        row = own.execute("SELECT args FROM ar.job WHERE task = 'mail' ORDER BY id DESC").fetchone()
    assert row
    work(wait=False)
    assert len(letters()) == 1
    args: Any = row[0]
    mailings.mail(company.viewer(company.admin_email), **args)  # the queue gives it out again
    assert len(letters()) == 1
    assert len(trail(company, "report mailed")) == before + 1
