"""The first page of the aging: for an admin of all customers, for a member who sees some by teams.

python -m bench.members [--customers N]   50,000 customers of its own, two invoices each
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # What these import wants Django to be set up.
    from django.test import Client

    from duebook.visibility.viewer import Viewer

CUSTOMERS = {"S": 1_000, "M": 10_000, "L": 50_000}
TEAMS = 3
ONE_IN = 8  # of the customers, shared with one of the member's teams
PAIRS = 9
RATIO = 2  # of the member's time to the admin's, at most

LEDGER = """
INSERT INTO ar.customer (org_id, account_number, name, sort_name, search_text)
    SELECT %(org)s, lpad(n::text, 6, '0'), 'Customer ' || n, 'customer ' || n, 'customer ' || n
    FROM generate_series(1, %(count)s::int) n;
INSERT INTO ar.customer_internal (org_id, customer_id)
    SELECT org_id, id FROM ar.customer WHERE org_id = %(org)s;
INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date,
                         currency, amount, open_amount)
    SELECT org_id, id, 'invoice', 'charge', true, account_number || '-' || k,
           '2026-01-01'::date + (id %% 200)::int, '2026-02-01'::date + (id %% 200)::int, 'USD',
           1000 + id %% 977, 1000 + id %% 977
    FROM ar.customer CROSS JOIN generate_series(1, 2) k WHERE org_id = %(org)s;
INSERT INTO ar.team (org_id, name)
    SELECT %(org)s, 'Team ' || k FROM generate_series(1, %(teams)s) k;
INSERT INTO ar.team_member (org_id, team_id, person_id)
    SELECT org_id, id, %(member)s FROM ar.team WHERE org_id = %(org)s;
INSERT INTO ar.customer_access (org_id, principal_id, customer_id, reason)
    SELECT c.org_id, t.ids[1 + c.id %% %(teams)s], c.id, 'team share' FROM ar.customer c,
        (SELECT array_agg(id) AS ids FROM ar.team WHERE org_id = %(org)s) t
    WHERE c.org_id = %(org)s AND c.id %% %(one_in)s = 0"""


@dataclass(frozen=True)
class Page:
    """Medians of the same page, taken in turns."""

    what: str
    customers: int
    seen: int
    admin_seconds: float
    member_seconds: float

    @property
    def ratio(self) -> float:
        return self.member_seconds / self.admin_seconds


def first_pages(customers: int, *, pairs: int = PAIRS) -> list[Page]:
    """An organisation of its own; the page as rows in Python, and as it goes to a browser."""
    from bench.clock import paired_seconds
    from duebook.reports.aging import aging_page
    from duebook.visibility.organisations import current
    from duebook.visibility.seeing import seeing

    slug, admin, member = _invented(customers)

    def rows(viewer: Viewer) -> int:
        with seeing(viewer, read_only=True):
            return aging_page(as_of=current(viewer).today).count

    browsers = {viewer: _browser(viewer) for viewer in (admin, member)}

    def page(viewer: Viewer) -> None:
        answer = browsers[viewer].get(f"/o/{slug}/aging/", headers={"Host": "localhost"})
        assert answer.status_code == 200

    seen = rows(member)
    measured = []
    for what, act in (("rows in Python", rows), ("whole page", page)):
        one, other = paired_seconds(partial(act, admin), partial(act, member), pairs=pairs)
        measured.append(Page(what, customers, seen, one, other))
    return measured


def _invented(customers: int) -> tuple[str, Viewer, Viewer]:
    import psycopg

    from bench.ledgers import TODAY
    from duebook.database.migrate import connect
    from duebook.visibility.organisations import add_person, create_organisation, viewer_of

    slug = f"bench-members-{customers}"
    org = create_organisation(slug, name="Benchmark", today=TODAY)
    emails = [f"{role}@{slug}.example" for role in ("admin", "member")]
    for role, email in zip(("admin", "member"), emails, strict=True):
        add_person(email, slug=slug, role=role, accounts=[])
    admin, member = (viewer_of(slug, email) for email in emails)
    asked = {"org": org, "count": customers, "member": member.person_id}
    with connect() as own:
        with psycopg.ClientCursor(own) as cursor:
            cursor.execute(LEDGER, {**asked, "teams": TEAMS, "one_in": ONE_IN})
        own.execute("VACUUM (ANALYZE)")
    return slug, admin, member


def _browser(viewer: Viewer) -> Client:
    from django.test import Client

    from duebook.visibility.models import Login

    client = Client()
    backend = "allauth.account.auth_backends.AuthenticationBackend"
    client.force_login(Login.objects.get(pk=viewer.person_id), backend=backend)
    return client


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.members")
    parser.add_argument("--customers", type=int, default=CUSTOMERS["L"])
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="duebook-bench-") as folder:
        from bench.__main__ import _served, _use_home

        _use_home(Path(folder) / "home")
        with _served():
            pages = first_pages(asked.customers)
    for each in pages:
        admin, member = each.admin_seconds * 1000, each.member_seconds * 1000
        seen = f"{each.seen:,} of {each.customers:,}"
        print(
            f"{each.what}: admin {admin:.1f} ms, member ({seen}) {member:.1f} ms: {each.ratio:.2f}"
        )
    return 0 if all(each.ratio <= RATIO for each in pages) else 1


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    sys.exit(main())
