"""The trail as admins read it: found by person, act, day and words; as a file; verified."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache

from duebook.export.tables import harmless
from duebook.visibility.audit import coming_from
from duebook.visibility.seeing import raw
from duebook.web.settings.audit_page import SHOWN
from tests.audit.conftest import Trail
from tests.settings.conftest import Browser, readable
from tests.world import Company


@pytest.fixture
def nora(trail: Trail) -> Browser:
    return Browser(trail.company, trail.company.admin_email)


def lines(text: str) -> list[dict[str, str]]:
    return [*csv.DictReader(io.StringIO(text))]


def file(browser: Browser, **query: Any) -> list[dict[str, str]]:
    answer = browser.get(f"{browser.root}settings/audit/file/", data=query)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    return lines(answer.content.decode())


def page(browser: Browser, **query: Any) -> str:
    return browser.sees("settings/audit/", **query)


def test_an_entry_says_who_what_when_and_from_where(trail: Trail, nora: Browser) -> None:
    person = trail.viewer.person_id
    with coming_from("192.0.2.7 Firefox"):
        trail.does(
            "role changed", person=person, before={"role": "member"}, after={"role": "admin"}
        )
    said = page(nora)
    email = trail.company.admin_email
    assert f"{email} 192.0.2.7 Firefox Changed a person's role Person {email}" in said
    assert "Before After Role member admin" in said
    assert "Times of UTC." in said
    newest, oldest = said.index("Changed a person's role"), said.index("Created the organisation")
    assert newest < oldest
    assert "Duebook" in said
    assert "Command line" in said


def test_what_nobody_foresaw_is_shown_as_it_is(trail: Trail, nora: Browser) -> None:
    trail.does(
        "<b>odd</b>", thing={"deep": [1, {"x": None}, True], "n": 1.50}, before=1, after=None
    )
    answer = nora.get(f"{nora.root}settings/audit/")
    assert "&lt;b&gt;odd&lt;/b&gt;" in answer.content.decode()
    assert "thing n: 1.5, deep: 1, x: –, on" in readable(answer)


def test_ids_are_shown_as_names_and_numbers(trail: Trail, nora: Browser) -> None:
    with trail.company.admin():
        ids = raw().execute("SELECT id FROM ar.customer ORDER BY account_number").fetchall()
    customers = [row[0] for row in ids]
    other = trail.company.viewer(trail.company.member_email).person_id
    trail.does("customers shared", principal=other, customers=customers, count=3)
    trail.does("owner assigned", before={"owners": {str(other): 2}}, after={"owner": None})
    said = page(nora)
    assert f"Person or team {trail.company.member_email}" in said
    assert "Accounts C1, C2, C3" in said
    assert f"Owners {trail.company.member_email}: 2" in said
    assert "Owner –" in said


def test_a_long_list_is_cut_where_one_stops_reading(trail: Trail, nora: Browser) -> None:
    trail.does("customers shared", customers=[10**6 + n for n in range(500)])
    assert "and 488 more" in page(nora)


def test_filters_find_what_matches(trail: Trail, nora: Browser) -> None:
    trail.does("team created", name="Strange 100% team_name")
    console = next(row for row in file(nora) if row["person"] == "Command line")["person_id"]
    only = {
        "action": {"action": "team created"},
        "words": {"q": "100% TEAM_n"},
        "both": {"q": "strange", "action": "team created"},
    }
    for name, query in only.items():
        assert [row["action"] for row in file(nora, **query)] == ["team created"], name
        assert page(nora, **query).count("Strange 100% team_name") >= 1
    assert {row["person"] for row in file(nora, person=console)} == {"Command line"}
    assert {row["person"] for row in file(nora, person="0")} == {"Duebook"}
    assert "No entry matches." in page(nora, q="Strange 1000")
    assert "No entry matches." in page(nora, person="999999999999")
    assert "No entry matches." in page(nora, q="\0", action="no such")


def test_a_day_is_the_organisations(trail: Trail, nora: Browser) -> None:
    """23:30 of the 4th in UTC is already the 5th in Jerusalem, and still the 4th in New York."""
    trail.does("moved")
    trail.tampers(
        "UPDATE ar.audit_event SET at = '2026-01-04 23:30:00+00'"
        " WHERE org_id = %(org)s AND action = 'moved'"
    )
    for zone, day, shown in (
        ("UTC", "2026-01-04", "4 Jan 2026, 23:30:00 UTC"),
        ("Asia/Jerusalem", "2026-01-05", "5 Jan 2026, 01:30:00 UTC+2"),
        ("America/New_York", "2026-01-04", "4 Jan 2026, 18:30:00 UTC-5"),
        ("Asia/Kathmandu", "2026-01-05", "5 Jan 2026, 05:15:00 UTC+5:45"),
    ):
        with trail.company.admin():
            raw().execute("UPDATE ar.org SET timezone = %s", [zone])
        found = {"from": day, "to": day}
        assert [row["action"] for row in file(nora, **found)] == ["moved"], zone
        assert shown in page(nora, **found)
        for other in (date.fromisoformat(day).toordinal() + n for n in (-1, 1)):
            beside = date.fromordinal(other).isoformat()
            assert file(nora, **{"from": beside, "to": beside}) == []


@pytest.mark.parametrize(
    "query",
    [
        {"from": "yesterday"},
        {"to": "2026-02-30"},
        {"from": "20260101"},
        {"to": "9999-12-31"},
        {"person": "x"},
        {"person": "-1"},
        {"person": "9" * 19},
        {"before": "1.5"},
    ],
)
def test_an_unclear_question_is_told_so(trail: Trail, nora: Browser, query: dict[str, str]) -> None:
    assert nora.get(f"{nora.root}settings/audit/", data=query).status_code == 400


def test_pages_follow_each_other_without_a_gap(trail: Trail, nora: Browser) -> None:
    for number in range(2 * SHOWN):
        trail.does("counted", number=number)
    found: list[int] = []
    query: dict[str, str] = {}
    for _page in range(10):
        html = nora.get(f"{nora.root}settings/audit/", data=query).content.decode()
        found += [int(part.split('"')[0]) for part in html.split('id="entry-')[1:]]
        if "before=" not in html.split("Pages")[-1] or "Older" not in html:
            break
        older = html.split("Older")[0].rsplit("before=", 1)[1].split('"')[0]
        query = {"before": older}
    assert found == list(range(trail.verified().head.seq, 0, -1))


def test_the_file_has_everything_and_fetching_it_is_an_entry(trail: Trail, nora: Browser) -> None:
    trail.does("=cmd|' /C calc'!A0", note="=1+1")
    rows = file(nora)
    assert [int(row["entry"]) for row in rows] == list(range(len(rows), 0, -1))
    assert rows[0]["action"] == "'=cmd|' /C calc'!A0"
    assert rows[0]["detail"] == '{"note": "=1+1"}'
    assert rows[0]["at"].endswith("+00:00")
    again = file(nora, q="calc")
    assert again == []
    newest = file(nora)[0]
    assert (newest["action"], newest["entry"]) == ("audit exported", str(len(rows) + 2))
    assert newest["detail"] == '{"asked": {"q": "calc"}, "entries": 0}'
    assert trail.verified().trouble == ""


def test_no_cell_is_a_formula() -> None:
    for cell in ("=1", "+1", "-1", "@x", "\t=1", "\r=1"):
        assert harmless(cell) == f"'{cell}"
    for cell in ("", "1", "a=1", "'=1"):
        assert harmless(cell) == cell


def test_verification_is_said_and_remembered(trail: Trail, nora: Browser) -> None:
    cache.clear()
    assert "Not verified yet." in page(nora)
    head = trail.verified().head
    said = nora.sees("settings/audit/verification/")
    assert "The trail is intact" in said
    assert str(head) in said
    trail.does("one more")
    assert f"Verified up to entry {head.seq}," in page(nora)

    trail.tampers(f"DELETE FROM ar.audit_link WHERE org_id = %(org)s AND seq = {head.seq}")
    assert f"Entry {head.seq} is not the one that was verified." in page(nora)
    said = nora.sees("settings/audit/verification/")
    assert "The trail was changed" in said
    assert f"Entry {head.seq} is missing" in said
    cache.clear()


def test_the_neighbours_trail_is_not_here(trail: Trail, nora: Browser) -> None:
    other = Company("beside", today=date(2026, 6, 30))
    neighbour = Browser(other, other.admin_email)
    neighbour.saves(name="Secret plans")
    assert "Secret plans" in page(neighbour)
    assert "Secret plans" not in page(nora)
    ids = [row["person_id"] for row in file(neighbour)]
    for person in set(ids) - {"0"}:
        assert file(nora, person=person) == []


def test_reading_it_changes_nothing(trail: Trail, nora: Browser) -> None:
    before = trail.verified()
    page(nora)
    nora.sees("settings/audit/verification/")
    assert trail.verified() == before
