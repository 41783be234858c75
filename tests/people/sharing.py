"""People who are given customers."""

from __future__ import annotations

from datetime import UTC, datetime

from duebook.visibility.organisations import add_person, viewer_of
from duebook.visibility.viewer import Viewer
from tests.people.conftest import customer
from tests.world import Company

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def worker(company: Company, name: str, role: str = "member") -> tuple[str, int]:
    email = f"{name}@{company.slug}.example"
    add_person(email, slug=company.slug, role=role, accounts=[], name=name.title())
    return email, viewer_of(company.slug, email).person_id


def admin_of(company: Company) -> Viewer:
    return company.viewer(company.admin_email)


def ids(company: Company, *numbers: str) -> list[int]:
    return [customer(company, number) for number in numbers]
