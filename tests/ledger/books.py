"""An organisation per story: what sources say goes in as files, what follows comes out as facts.

books = Books(accounts=["A"])
books.invoice("1", "100.00", outstanding_amount="40.00")
assert books.balance("1", on="2026-02-01") == Decimal("40.00")
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, LiteralString

from duebook.ingest.load import Result
from duebook.reports.aging import AgingRow, aging
from duebook.reports.invoices import invoices
from duebook.visibility.organisations import add_person, create_organisation
from duebook.visibility.seeing import raw
from tests.world import Company

TODAY = date(2026, 6, 30)
IDLE = [f"idle {n}" for n in range(20)]  # beside so many, few accounts are worked out alone
_numbers = itertools.count(1)


class Books(Company):
    """`accounts` are loaded first. The member owns those of `owned`, the client speaks for
    those of `spoken_for`. Nobody has a password: nobody signs in.
    """

    def __init__(
        self,
        *,
        accounts: Sequence[str] = (),
        owned: Sequence[str] = (),
        spoken_for: Sequence[str] = (),
        today: date = TODAY,
    ) -> None:
        self.slug = f"books-{next(_numbers)}"
        self.today = today
        self.org_id = create_organisation(self.slug, name="Books", today=today)
        self.admin_email = f"admin@{self.slug}.example"
        self.member_email = f"member@{self.slug}.example"
        self.client_email = f"client@{self.slug}.example"
        self._joins("admin", self.admin_email)
        if owned:
            self._joins("member", self.member_email)
        owner = dict.fromkeys(owned, self.member_email)
        if accounts:
            rows = [
                {"account_number": each, "name": f"Name {each}", "owner_email": owner.get(each, "")}
                for each in accounts
            ]
            self.loads("accounts", rows)
        if spoken_for:
            self._joins("client", self.client_email, accounts=list(spoken_for))

    def _joins(self, role: str, email: str, accounts: list[str] | None = None) -> None:
        add_person(email, slug=self.slug, role=role, accounts=accounts or [])

    # What a source says: one row of a file, unless a story needs more. Dates as in 2026-01-31.

    def invoice(self, number: str, amount: str, **more: Any) -> Result:
        """Of account A, dated 1 January and due on 31 January, unless told otherwise."""
        return self._row("invoices", invoice(number, amount), more)

    def adjustment(self, number: str, amount: str, *, kind: str, **more: Any) -> Result:
        row = {"adjustment_number": number, "amount": amount, "kind": kind, "date": "2026-01-01"}
        return self._row("adjustments", {"account_number": "A", **row}, more)

    def payment(self, number: str, amount: str, *, date: str, **more: Any) -> Result:
        row = {"payment_number": number, "amount": amount, "date": date}
        return self._row("payments", {"account_number": "A", **row}, more)

    def applies(self, source: str, charge: str, amount: str, *, date: str, **more: Any) -> Result:
        row = {"source_number": source, "invoice_number": charge, "amount": amount, "date": date}
        return self._row("allocations", row, more)

    def _row(self, kind: str, row: dict[str, Any], more: dict[str, Any]) -> Result:
        """`as_at` is said of the file, everything else of the row."""
        row |= more
        options = {"as_at": date.fromisoformat(row.pop("as_at"))} if "as_at" in row else {}
        return self.loads(kind, [row], **options)

    # What follows from it

    def balance(self, number: str, *, on: str) -> Decimal:
        """What is left of the charge or source of this number that is open that day, else 0."""
        found = []
        with self.admin():
            for figure in ("outstanding", "unapplied_credits"):
                rows = invoices(as_of=date.fromisoformat(on), bucket=figure)
                found += [row.balance for row in rows if row.invoice_number == number]
        return max(found, default=Decimal(0))

    def aging(self, *, on: str, account: str = "A") -> AgingRow | None:
        """The account's one row that day, None when it has nothing open."""
        with self.admin():
            rows = aging(as_of=date.fromisoformat(on))
        found = [row for row in rows if row.account_number == account]
        assert len(found) <= 1
        return found[0] if found else None

    def outstanding(self, *, on: str, account: str = "A") -> Decimal:
        row = self.aging(on=on, account=account)
        return row.outstanding if row else Decimal(0)

    def asks(self, query: LiteralString) -> list[Any]:
        """Rows of the organisation; a single column comes as plain values."""
        with self.console():
            rows = raw().execute(query).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def facts(self) -> dict[str, list[tuple[Any, ...]]]:
        """The whole ledger by what people call things: no id, no run, no clock."""
        return {name: self.asks(query) for name, query in FACTS.items()}

    def written(self) -> list[Any]:
        """Which row was last written by whom: whatever writes a row changes this."""
        return [self.asks(query) for query in WRITTEN]


def invoice(number: str, amount: str, **more: Any) -> dict[str, Any]:
    row = {"account_number": "A", "invoice_number": number, "amount": amount}
    return {**row, "issue_date": "2026-01-01", "due_date": "2026-01-31", **more}


NAMED = """
    WITH named AS (
        SELECT d.*, c.account_number, concat_ws(' ', d.kind, d.number, 'for ' || s.kind,
            CASE WHEN d.settles_id IS NOT NULL THEN d.issue_date END, d.void_on) AS name
        FROM ar.document d JOIN ar.customer c ON c.id = d.customer_id
        LEFT JOIN ar.document s ON s.id = d.settles_id)
"""
FACTS: dict[str, LiteralString] = {
    "accounts": """
        SELECT account_number, name, name_origin, sort_name, search_text, currency
        FROM ar.customer ORDER BY 1""",
    "documents": NAMED
    + """
        SELECT name, account_number, class, ages, issue_date, due_date, currency, amount, state,
               origin, intake, account_name, open_amount, closed_on::text,
               first_allocated_on::text, last_changed_on::text
        FROM named ORDER BY 1""",
    "allocations": NAMED
    + """
        SELECT s.name AS source, c.name AS charge, a.dated_on, a.origin, a.stated_amount, a.amount,
               a.effective_on, a.ended_on::text, a.refit_on::text
        FROM ar.allocation a JOIN named s ON s.id = a.source_id JOIN named c ON c.id = a.charge_id
        ORDER BY 1, 2, 3, 4, 9""",
    "settlements": NAMED
    + """
        SELECT d.name, s.stated_on, s.settled_amount
        FROM ar.settlement s JOIN named d ON d.id = s.document_id ORDER BY 1, 2""",
    "disputes": NAMED
    + """
        SELECT d.name, p.opened_on, p.resolved_on, p.amount, p.origin, p.ended_on::text
        FROM ar.dispute p JOIN named d ON d.id = p.document_id ORDER BY 1, 2, 3, 4""",
    "lines": NAMED
    + """
        SELECT d.name, d.account_number, l.line_number, l.description, l.amount, l.status
        FROM ar.document_line l JOIN named d ON d.id = l.document_id ORDER BY 1, 3""",
    "links": NAMED
    + """
        SELECT o.name AS order_name, i.name AS invoice_name, o.account_number, l.amount
        FROM ar.order_link l JOIN named o ON o.id = l.order_id JOIN named i ON i.id = l.invoice_id
        ORDER BY 1, 2""",
    "shipments": """
        SELECT s.number, c.account_number, s.order_number, s.shipped_on, s.expected_on, s.state,
               s.delivered_on, s.carrier, s.tracking
        FROM ar.shipment s JOIN ar.customer c ON c.id = s.customer_id ORDER BY 1""",
    "reminders": NAMED
    + """
        SELECT d.name, d.account_number, r.reminded_on, r.level, r.method
        FROM ar.reminder r JOIN named d ON d.id = r.document_id ORDER BY 1, 3""",
    "stock": """
        SELECT c.account_number, s.item, s.counted_on, s.quantity, s.description, s.unit
        FROM ar.stock s JOIN ar.customer c ON c.id = s.customer_id ORDER BY 1, 2, 3""",
}
WRITTEN: tuple[LiteralString, ...] = (
    "SELECT id, ctid::text, xmin::text FROM ar.customer ORDER BY 1",
    "SELECT customer_id, ctid::text, xmin::text FROM ar.customer_internal ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.customer_access ORDER BY 1",
    "SELECT id, ctid::text, xmin::text FROM ar.document ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.document_version ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.document_line ORDER BY 1",
    "SELECT id, ctid::text, xmin::text FROM ar.allocation ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.settlement ORDER BY 1",
    "SELECT id, ctid::text, xmin::text FROM ar.dispute ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.order_link ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.shipment ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.stock ORDER BY 1",
    "SELECT ctid::text, xmin::text FROM ar.reminder ORDER BY 1",
)
