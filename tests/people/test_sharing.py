"""Owners, shares and teams: who sees a customer, and how that is taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from duebook.ingest import load
from duebook.reports import access as reports
from duebook.reports.access import Filter
from duebook.visibility import access, people, sharing, teams
from duebook.visibility.organisations import Refused, viewer_of
from duebook.visibility.seeing import raw, seeing
from tests.people.conftest import customer, owners, seen_by, trail
from tests.people.sharing import NOW, admin_of, ids, worker
from tests.world import Company


def test_owner_and_access_stay_in_step(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        done = sharing.assign(admin, ids(company, "C1", "C2"), zoe_id, at=NOW)
    assert done.count == 2
    assert owners(company) == {"C1": zoe, "C2": zoe, "C3": None}
    assert seen_by(company, zoe) == ["C1", "C2"]
    assert seen_by(company, company.member_email) == []
    member = company.viewer(company.member_email).person_id
    (entry,) = trail(company, "owner assigned")
    was = {each["owner"]: each["count"] for each in entry.pop("before")["owners"]}
    assert was == {None: 1, member: 1}
    assert entry == {
        "count": 2,
        "customers": ids(company, "C1", "C2"),
        "after": {"owner": zoe_id},
    }
    with seeing(admin):
        assert sharing.assign(admin, ids(company, "C1", "C2"), zoe_id, at=NOW).count == 0
        assert sharing.assign(admin, ids(company, "C1"), None, at=NOW).count == 1
    assert owners(company) == {"C1": None, "C2": zoe, "C3": None}
    assert len(trail(company, "owner assigned")) == 2  # what changes nothing is not recorded


def test_imports_and_the_page_write_the_same_rows(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        sharing.assign(admin, ids(company, "C1", "C2", "C3"), zoe_id, at=NOW)
    company.loads(
        "accounts",
        [
            {"account_number": "C1", "name": "First", "owner_email": company.member_email},
            {"account_number": "C2", "name": "Second", "owner_email": ""},
        ],
    )
    assert owners(company) == {"C1": company.member_email, "C2": None, "C3": zoe}


def test_accounts_met_on_an_invoice_get_an_owner_too(company: Company) -> None:
    company.owes("10.00", due="2026-03-31", account="C9")
    zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        sharing.assign(admin, ids(company, "C9"), zoe_id, at=NOW)
    assert owners(company)["C9"] == zoe
    assert seen_by(company, zoe) == ["C9"]


def test_a_share_ends_and_other_ways_stay(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        team = teams.create_team(admin, "Late payers")
        teams.add_to_team(admin, team, zoe_id)
        assert sharing.share(admin, ids(company, "C1", "C2"), zoe_id, at=NOW).count == 2
        assert sharing.share(admin, ids(company, "C2", "C3"), team, at=NOW).count == 2
        assert sharing.share(admin, ids(company, "C2", "C3"), team, at=NOW).count == 0
    assert seen_by(company, zoe) == ["C1", "C2", "C3"]
    with seeing(admin):
        assert sharing.unshare(admin, ids(company, "C1", "C2", "C3"), zoe_id, at=NOW).count == 2
    assert seen_by(company, zoe) == ["C2", "C3"]
    with seeing(admin):
        teams.remove_from_team(admin, team, zoe_id)
    assert seen_by(company, zoe) == []
    assert [entry["count"] for entry in trail(company, "customers shared")] == [2, 2]
    assert trail(company, "customers unshared") == [
        {"principal": zoe_id, "count": 2, "customers": ids(company, "C1", "C2")}
    ]


def test_only_people_who_work_here_and_teams_can_be_given_customers(company: Company) -> None:
    other = Company("elsewhere", today=company.today)
    admin = admin_of(company)
    _gone, gone_id = worker(company, "gone")
    boss = admin_of(other)
    with seeing(boss):
        foreign_team = teams.create_team(boss, "Theirs")
    with seeing(admin):
        people.deactivate(admin, gone_id, at=NOW)
    client = company.viewer(company.client_email).person_id
    foreign = other.viewer(other.member_email).person_id
    sentence = "Choose somebody who works here and is active: an admin or a member."
    for nobody in (gone_id, client, foreign, foreign_team, 10**15, company.org_id):
        for act in (sharing.assign, sharing.share):
            with pytest.raises(Refused) as no, seeing(admin):
                act(admin, ids(company, "C1"), nobody, at=NOW)
            assert str(no.value) == sentence
    assert owners(company)["C1"] == company.member_email


def test_foreign_customers_are_not_there_to_be_given(company: Company) -> None:
    other = Company("neighbour", today=company.today)
    admin = admin_of(company)
    _zoe, zoe_id = worker(company, "zoe")
    with seeing(admin):
        assert sharing.assign(admin, ids(other, "C1", "C2"), zoe_id, at=NOW).count == 0
        assert sharing.share(admin, ids(other, "C1"), zoe_id, at=NOW).count == 0
    assert owners(other) == {"C1": other.member_email, "C2": None, "C3": None}


def test_undo_gives_back_exactly_what_was(company: Company) -> None:
    _zoe, zoe_id = worker(company, "zoe")
    ida, ida_id = worker(company, "ida")
    admin = admin_of(company)
    with seeing(admin):
        sharing.assign(admin, ids(company, "C2"), ida_id, at=NOW)
        done = sharing.assign(admin, ids(company, "C1", "C2", "C3"), zoe_id, at=NOW)
    assert done.count == 3
    with seeing(admin):
        assert sharing.undo(admin, done.id, at=NOW).count == 3
    assert owners(company) == {"C1": company.member_email, "C2": ida, "C3": None}
    with seeing(admin), pytest.raises(Refused, match="cannot be taken back"):
        sharing.undo(admin, done.id, at=NOW)


def test_undo_leaves_alone_what_was_changed_since(company: Company) -> None:
    _zoe, zoe_id = worker(company, "zoe")
    ida, ida_id = worker(company, "ida")
    admin = admin_of(company)
    with seeing(admin):
        done = sharing.assign(admin, ids(company, "C1", "C2", "C3"), zoe_id, at=NOW)
        sharing.assign(admin, ids(company, "C3"), ida_id, at=NOW)
    with seeing(admin):
        assert sharing.undo(admin, done.id, at=NOW).count == 2
    assert owners(company) == {"C1": company.member_email, "C2": None, "C3": ida}
    (entry,) = trail(company, "access change undone")
    assert (entry["act"], entry["count"]) == ("assign", 2)


def test_shares_are_undone_both_ways(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        sharing.share(admin, ids(company, "C1"), zoe_id, at=NOW)
        more = sharing.share(admin, ids(company, "C1", "C2"), zoe_id, at=NOW)
        sharing.undo(admin, more.id, at=NOW)
    assert seen_by(company, zoe) == ["C1"]
    with seeing(admin):
        less = sharing.unshare(admin, ids(company, "C1", "C2"), zoe_id, at=NOW)
        sharing.undo(admin, less.id, at=NOW)
    assert seen_by(company, zoe) == ["C1"]


def test_a_change_is_ones_own_and_kept_a_week(company: Company) -> None:
    zoe, zoe_id = worker(company, "zoe", role="admin")
    admin, other = admin_of(company), viewer_of(company.slug, zoe)
    with seeing(admin):
        done = sharing.assign(admin, ids(company, "C2"), zoe_id, at=NOW)
        assert sharing.done(admin, done.id, at=NOW) == sharing.Done(done.id, "assign", "Zoe", 1)
    with seeing(other):
        assert sharing.done(other, done.id, at=NOW) is None
        with pytest.raises(Refused):
            sharing.undo(other, done.id, at=NOW)
    with seeing(admin), pytest.raises(Refused):
        sharing.undo(admin, done.id, at=NOW + timedelta(days=7))
    with seeing(admin):
        sharing.assign(admin, ids(company, "C3"), zoe_id, at=NOW + timedelta(days=7))
        kept = raw().execute("SELECT count(*) FROM ar.access_change").fetchone()
    assert kept == (1,)


def test_owners_wait_for_imports(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    assert access.IMPORTS == load.IMPORTS
    monkeypatch.setattr(access, "WAIT", "100ms")
    admin = admin_of(company)
    from duebook.database.migrate import connect

    with connect() as importer, importer.transaction():
        importer.execute(
            "SELECT pg_advisory_xact_lock(%s, %s::int)", [load.IMPORTS, company.org_id]
        )
        with seeing(admin):
            with pytest.raises(Refused, match="A file is being loaded"):
                sharing.assign(admin, ids(company, "C2"), admin.person_id, at=NOW)
            # The page can still be shown.
            assert reports.customers(Filter()).count == 3
    with seeing(admin):
        assert sharing.assign(admin, ids(company, "C2"), admin.person_id, at=NOW).count == 1


def test_fifty_thousand_customers_at_once(company: Company) -> None:
    from duebook.database.migrate import connect

    with connect() as own:
        own.execute(
            "INSERT INTO ar.customer (org_id, account_number, name, sort_name, search_text)"
            " SELECT %s, 'M' || n, 'Many ' || n, 'many ' || n, 'many ' || n || ' m' || n"
            " FROM generate_series(1, 50000) AS n",
            [company.org_id],
        )
        own.execute("ANALYZE ar.customer")
    _zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    chosen = Filter(search="MANY")
    with seeing(admin):
        found = reports.customer_ids(chosen)
        done = sharing.assign(admin, found, zoe_id, at=NOW, chosen=chosen.told())
    assert done.count == 50_000
    (entry,) = trail(company, "owner assigned")
    assert (entry["count"], len(entry["customers"])) == (50_000, 100)
    assert entry["filter"] == {"search": "MANY"}
    with seeing(admin):
        page = reports.customers(Filter(owner=zoe_id), page=500)
        assert (page.count, page.pages, len(page.rows)) == (50_000, 500, 100)
    with seeing(admin):
        assert sharing.undo(admin, done.id, at=NOW).count == 50_000
        assert reports.customers(Filter(owner=zoe_id)).count == 0


def test_who_sees_a_customer_and_why(company: Company) -> None:
    _zoe, zoe_id = worker(company, "zoe")
    admin = admin_of(company)
    with seeing(admin):
        team = teams.create_team(admin, "Hotels")
        teams.add_to_team(admin, team, zoe_id)
        sharing.share(admin, ids(company, "C1"), team, at=NOW)
        sharing.share(admin, ids(company, "C1"), admin.person_id, at=NOW)
        ways = reports.who_sees(customer(company, "C1"))
        told = [(way.why, way.person, way.team, way.active) for way in ways]
    assert told == [
        ("share", company.admin_email, None, True),
        ("owner", company.member_email, None, True),
        ("team share", "Zoe", "Hotels", True),
        ("admin", company.admin_email, None, True),
        ("client", company.client_email, None, True),
    ]
    with seeing(admin):
        raw().execute("UPDATE ar.org SET member_scope = 'all' WHERE org_id = %s", [company.org_id])
        people.deactivate(admin, zoe_id, at=NOW)
        ways = reports.who_sees(customer(company, "C2"))
        assert [(way.why, way.person) for way in ways] == [
            ("all", company.member_email),
            ("admin", company.admin_email),
        ]
        ways = reports.who_sees(customer(company, "C1"))
        assert [(way.why, way.active) for way in ways if way.person == "Zoe"] == [
            ("team share", False)
        ]
