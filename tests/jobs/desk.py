"""Where somebody sends files."""

from __future__ import annotations

from datetime import UTC, datetime

from duebook.ingest import kept_files
from duebook.ingest.intake import (
    Intake,
    Options,
    intake,
)
from duebook.ingest.intake_rows import Outcome, TableOutcome
from duebook.jobs import intakes
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw
from tests.isolation.attacker import column
from tests.world import Company

NOW = datetime.now(UTC)
INVOICES = b"account_number,invoice_number,issue_date,amount\nC1,N-1,2026-06-01,100.00\n"
GERMAN = b"Konto;Beleg;Wann;Wieviel\nC1;R-1;3.4.2026;1234,50\nC2;R-2;5.4.2026;7,00\n"


class Desk:
    """Where somebody sends files."""

    def __init__(self, company: Company, email: str = "") -> None:
        self.company = company
        self.viewer = company.viewer(email or company.admin_email)

    def sends(self, content: bytes, name: str = "june.csv", options: Options | None = None) -> int:
        with self.company.admin():
            file = kept_files.keep(self.viewer, [content], file_name=name, at=NOW)
            return intakes.begin(self.viewer, file, options=options or Options(), at=NOW)

    def sees(self, number: int, *, at: datetime = NOW) -> Intake:
        with self.company.admin():
            found = intake(self.viewer, number, at=at)
        assert found is not None
        return found

    def commits(self, number: int, *, self_settling: bool | None = None) -> Intake:
        with self.company.admin():
            intakes.commit(self.viewer, number, at=NOW, self_settling=self_settling)
        work(wait=False)
        return self.sees(number)

    def numbers(self) -> list[str]:
        """Of the invoices in the ledger."""
        query = "SELECT number FROM ar.document WHERE origin = 'stated' ORDER BY number"
        with self.company.admin():
            return column(raw(), query)

    def chooses(self, number: int, options: Options) -> Intake:
        with self.company.admin():
            intakes.choose(self.viewer, number, options, at=NOW)
        work(wait=False)
        return self.sees(number)

    def checks(self, content: bytes, name: str = "june.csv", **options: object) -> Intake:
        number = self.sends(content, name, Options(**options))  # type: ignore[arg-type]
        work(wait=False)
        return self.sees(number)


def outcome(seen: Intake) -> Outcome:
    assert seen.outcome is not None
    return seen.outcome


def table(seen: Intake) -> TableOutcome:
    [only] = outcome(seen).tables
    return only


def counts(seen: Intake) -> dict[str, int]:
    return table(seen).counts
