"""A file on its way into the ledger, through the real queue."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from duebook.ingest import kept_files
from duebook.ingest.intake import Intake, NotNow, Options, intake
from duebook.jobs import intakes
from duebook.jobs.worker import work
from duebook.visibility.seeing import raw
from tests.isolation.attacker import column
from tests.world import Company

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
INVOICES = b"account_number,invoice_number,issue_date,amount\nC1,N-1,2026-06-01,100.00\n"


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


def test_a_cancelled_file_goes_nowhere(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    with acme.admin():
        intakes.cancel(desk.viewer, number, at=NOW)
    assert desk.sees(number).state == "cancelled"
    with acme.admin(), pytest.raises(NotNow):
        intakes.commit(desk.viewer, number, at=NOW)


def test_a_file_of_duebooks_own_is_checked_at_once_and_loaded_when_said(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    work(wait=False)
    checked = desk.sees(number)
    assert (checked.state, checked.trouble, checked.stalled) == ("checked", "", "")
    assert checked.outcome is not None
    [table] = checked.outcome.tables
    assert (table.table, table.kind, table.counts) == ("june.csv", "invoices", {"new": 1})
    [owed] = checked.outcome.effect.rows
    assert (owed.account_number, owed.change) == ("C1", Decimal("100.00"))
    assert desk.numbers() == ["A-1", "A-2"]  # nothing is loaded yet
    desk.commits(number)
    done = desk.sees(number)
    assert done.state == "done"
    assert done.batch_id is not None
    assert desk.numbers() == ["A-1", "A-2", "N-1"]
