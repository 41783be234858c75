"""A file on its way into the ledger, through the real queue."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from duebook.ingest import kept_files
from duebook.ingest.intake import Intake, NotNow, Options, intake
from duebook.jobs import intakes
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


def test_a_cancelled_file_goes_nowhere(acme: Company) -> None:
    desk = Desk(acme)
    number = desk.sends(INVOICES)
    with acme.admin():
        intakes.cancel(desk.viewer, number, at=NOW)
    assert desk.sees(number).state == "cancelled"
    with acme.admin(), pytest.raises(NotNow):
        intakes.commit(desk.viewer, number, at=NOW)
