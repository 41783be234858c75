"""The cast: two organisations, their people, and facts one can add up in the head.

world.acme.owes("100.00", due="2026-03-31")
with world.acme.admin():
    assert aging(as_of=date(2026, 3, 31))[0].current == Decimal("100.00")
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

from django.contrib.auth.hashers import Argon2PasswordHasher

from duebook.ingest.load import Result, Results, load, open_file
from duebook.visibility.organisations import (
    add_person,
    console_of,
    create_organisation,
    viewer_of,
)
from duebook.visibility.seeing import seeing
from duebook.visibility.viewer import Viewer

PASSWORD = "a password for the tests"
_numbers = itertools.count(1)


class QuickArgon(Argon2PasswordHasher):
    time_cost, memory_cost, parallelism = 1, 64, 1


class World:
    """Acme with three customers, an admin, a member who owns the first, a client of the first;
    Zenith with the same numbers and names, so that a leak cannot hide behind a difference."""

    def __init__(self, *, today: date = date(2026, 6, 30)) -> None:
        self.acme = Company("acme", today=today)
        self.zenith = Company("zenith", today=today)


class Company:
    def __init__(self, name: str, *, today: date, currency: str = "USD") -> None:
        self.slug = f"{name}-{next(_numbers)}"
        self.today = today
        self.org_id = create_organisation(
            self.slug, name=name.title(), currency=currency, today=today
        )
        self.admin_email = f"admin@{self.slug}.example"
        self.member_email = f"member@{self.slug}.example"
        self.client_email = f"client@{self.slug}.example"
        for role, email in (("admin", self.admin_email), ("member", self.member_email)):
            add_person(email, slug=self.slug, role=role, accounts=[], password=PASSWORD)
        self.loads(
            "accounts",
            [
                {"account_number": "C1", "name": "First", "owner_email": self.member_email},
                {"account_number": "C2", "name": "Second"},
                {"account_number": "C3", "name": "Third"},
            ],
        )
        add_person(
            self.client_email, slug=self.slug, role="client", accounts=["C1"], password=PASSWORD
        )

    def loads(self, kind: str, rows: Sequence[Mapping[str, object]], **options: object) -> Result:
        """Rows through the real door: written to a file, imported."""
        return self.loads_all({kind: rows}, **options)[0]

    def loads_all(
        self, batch: Mapping[str, Sequence[Mapping[str, object]]], **options: object
    ) -> Results:
        with tempfile.TemporaryDirectory() as folder:
            files = []
            for kind, rows in batch.items():
                path = Path(folder) / f"{kind}.csv"
                write(path, rows)
                files.append(open_file(path, kind=kind, mapping=None))
            return load(console_of(self.slug), files, **options)  # type: ignore[arg-type]

    def owes(
        self,
        amount: str,
        *,
        due: str,
        account: str = "C1",
        issued: str = "2026-01-01",
        **more: object,
    ) -> str:
        """An invoice; its number comes back."""
        number = str(more.pop("number", f"INV-{next(_numbers)}"))
        row = {"account_number": account, "invoice_number": number, "issue_date": issued}
        self.loads("invoices", [{**row, "due_date": due, "amount": amount, **more}])
        return number

    def viewer(self, email: str) -> Viewer:
        return viewer_of(self.slug, email)

    def admin(self) -> AbstractContextManager[None]:
        return seeing(self.viewer(self.admin_email))

    def member(self) -> AbstractContextManager[None]:
        return seeing(self.viewer(self.member_email))

    def client(self) -> AbstractContextManager[None]:
        return seeing(self.viewer(self.client_email))

    @contextmanager
    def console(self) -> Iterator[None]:
        with seeing(console_of(self.slug)):
            yield


def write(path: Path, rows: Sequence[Mapping[str, object]]) -> None:
    """A CSV file whose header is every column that any row has."""
    import csv

    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
