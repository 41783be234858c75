"""Saved views: own and shared, with days that move along; who may do what with them."""

from __future__ import annotations

import re
from datetime import date

import pytest

from duebook.visibility.saved_views import day_of, resolved
from tests.customers.conftest import TODAY, listed
from tests.people.conftest import Browser, signed_in
from tests.world import Company


@pytest.mark.parametrize(
    ("written", "today", "day"),
    [
        ("-7d", date(2026, 3, 3), date(2026, 2, 24)),
        ("-0d", date(2026, 3, 3), date(2026, 3, 3)),
        ("month-end", date(2026, 3, 3), date(2026, 2, 28)),
        ("month-end", date(2024, 2, 29), date(2024, 2, 29)),
        ("month-end", date(2026, 12, 31), date(2026, 12, 31)),
        ("-1m-end", date(2026, 1, 31), date(2025, 12, 31)),
        ("-2m-end", date(2024, 4, 30), date(2024, 2, 29)),
        ("-13m-end", date(2026, 1, 1), date(2024, 12, 31)),
        ("2026-01-01", date(2026, 3, 3), None),
        ("-1m", date(2026, 3, 3), None),
        ("", date(2026, 3, 3), None),
    ],
)
def test_days_move_along(written: str, today: date, day: date | None) -> None:
    assert day_of(written, today=today) == day


def test_what_is_no_relative_day_stays() -> None:
    told = resolved("as_of=2026-01-01&q=a+b&status=Active&status=Inactive", today=TODAY)
    assert told == "as_of=2026-01-01&q=a+b&status=Active&status=Inactive"
    assert resolved("as_of=-0d&q=x", today=TODAY) == "q=x"


@pytest.fixture
def member(company: Company) -> Browser:
    return signed_in(company.member_email)


def save(browser: Browser, company: Company, name: str, query: str, **more: str) -> int:
    form = {"page": "customers", "name": name, "query": query, **more}
    answer = browser.post(f"/o/{company.slug}/views/", form)
    assert answer.status_code == 302
    there = re.search(r"/views/(\d+)/$", answer["Location"])
    assert there, answer["Location"]
    return int(there[1])


def change(browser: Browser, company: Company, view: int, act: str, **more: str) -> int:
    answer = browser.post(f"/o/{company.slug}/views/{view}/change/", {"act": act, **more})
    return answer.status_code


def opened(browser: Browser, company: Company, view: int) -> str:
    answer = browser.get(f"/o/{company.slug}/views/{view}/")
    return answer["Location"] if answer.status_code == 302 else str(answer.status_code)


def test_a_view_opens_as_it_was_saved_and_its_day_moves(admin: Browser, company: Company) -> None:
    page = f"/o/{company.slug}/customers/"
    query = "sort=account_name&after=1.USD&open=3&page=2&q=&status=Active&as_of=2026-05-31"
    html = listed(admin, company, f"?{query}").html
    assert re.findall(r'<option value="([^"]*)"', html) == ["2026-05-31", "-30d", "-1m-end"]
    view = save(admin, company, "  Month   end ", query, day="-1m-end")
    there = opened(admin, company, view)
    assert there == f"{page}?as_of=2026-05-31&sort=account_name&status=Active&view={view}"
    html = admin.get(there).content.decode()
    assert "<bdi>Month end</bdi>" in html
    assert "changed</span>" not in html
    html = admin.get(there.replace("account_name", "-account_name")).content.decode()
    assert "changed</span>" in html
    assert change(admin, company, view, "save", query="q=x&status=Active") == 302
    assert opened(admin, company, view) == f"{page}?q=x&status=Active&view={view}"
    assert change(admin, company, view, "remove") == 302
    assert opened(admin, company, view) == "404"


def test_own_views_are_seen_by_nobody_else_until_shared(
    admin: Browser, member: Browser, company: Company
) -> None:
    view = save(member, company, "Mine", "q=first")
    assert opened(admin, company, view) == "404"
    assert change(admin, company, view, "share") == 404
    assert change(member, company, view, "share") == 302
    assert opened(admin, company, view).endswith(f"?q=first&view={view}")
    for act in ("rename", "save", "remove", "share"):
        change(admin, company, view, act, name="Theirs", query="q=other")
    assert opened(admin, company, view).endswith(f"?q=first&view={view}")
    change(member, company, view, "rename", name="Ours")
    change(member, company, view, "save", query="q=second")
    assert opened(admin, company, view).endswith(f"?q=second&view={view}")
    assert "Ours" in listed(admin, company).html
    change(member, company, view, "unshare")
    assert opened(admin, company, view) == "404"
    change(member, company, view, "share")
    change(admin, company, view, "unshare")  # an admin may
    assert opened(admin, company, view) == "404"
    assert opened(member, company, view) != "404"
    change(member, company, view, "remove")


def test_a_member_cannot_take_a_shared_view_away(
    admin: Browser, member: Browser, company: Company
) -> None:
    view = save(admin, company, "For all", "q=all", shared="on")
    for act in ("unshare", "remove", "rename", "save"):
        assert change(member, company, view, act, name="X", query="q=x") == 302
    assert opened(member, company, view).endswith(f"?q=all&view={view}")
    change(admin, company, view, "remove")
    assert opened(member, company, view) == "404"


def test_the_page_opens_with_the_default_view(
    admin: Browser, member: Browser, company: Company
) -> None:
    page = f"/o/{company.slug}/customers/"
    view = save(admin, company, "First thing", "q=first", shared="on")
    change(member, company, view, "default")
    assert member.get(page)["Location"] == f"{page}?q=first&view={view}"
    assert admin.get(page).status_code == 200
    assert member.get(f"{page}?view=none").status_code == 200
    assert member.get(page, headers={"HX-Request": "true"}).status_code == 200
    change(admin, company, view, "unshare")
    assert member.get(page).status_code == 200  # it is no longer there for the member
    change(admin, company, view, "share")
    change(member, company, view, "no_default")
    assert member.get(page).status_code == 200
    change(admin, company, view, "remove")


def test_names_are_told_apart_and_needed(admin: Browser, company: Company) -> None:
    view = save(admin, company, "Late", "q=x")
    for name in ("Late", " ", "x" * 81):
        form = {"page": "customers", "name": name, "query": "q=y"}
        answer = admin.post(f"/o/{company.slug}/views/", form)
        assert answer["Location"] == f"/o/{company.slug}/customers/?q=y"
    day = {"page": "customers", "name": "Bad", "query": "", "day": "-1y"}
    assert "/customers/" in admin.post(f"/o/{company.slug}/views/", day)["Location"]
    page = admin.get(f"/o/{company.slug}/views/").content.decode()
    assert page.count(">Late</a>") == 1
    assert ">Bad<" not in page
    assert admin.post(f"/o/{company.slug}/views/", {"page": "moon"}).status_code == 400
    change(admin, company, view, "remove")


def test_clients_have_no_views(company: Company) -> None:
    client = signed_in(company.client_email)
    assert client.get(f"/o/{company.slug}/views/").status_code == 404
