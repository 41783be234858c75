"""A real Tryton: what is done there through its own interface is owed here after the next poll.

One company with one story per test; after each, every party owes the same in both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from duebook.database.server import running
from duebook.ingest.connectors.connector import Trouble
from duebook.ingest.connectors.tryton import TrytonConnector
from duebook.ingest.connectors.tryton_client import Tryton
from duebook.reports.aging import aging
from duebook.reports.invoices import invoices
from duebook.visibility.organisations import current
from duebook.visibility.seeing import raw
from tests.connectors.conftest import Watched
from tests.connectors.tryton_server import (
    ADMIN_PASSWORD,
    DATABASE,
    READER,
    READER_PASSWORD,
    serving,
)
from tests.ledger.books import Books

TODAY = date.today()  # noqa: DTZ011  # Tryton itself asks what day it is


@dataclass
class Office:
    """Somebody at work in Tryton, through the interface its own clients use."""

    tryton: Tryton

    def __post_init__(self) -> None:
        self.tryton.context = {"company": 1}
        self.receivable = self._one("account.account", ["type.receivable", "=", True])
        self.revenue = self._one("account.account", ["type.revenue", "=", True])
        self.sales = self._one("account.journal", ["type", "=", "revenue"])
        self.cash = self._one("account.journal", ["type", "=", "cash"])
        self.method = self._one("account.invoice.payment.method")
        self.usd = self._one("currency.currency", ["code", "=", "USD"])
        self.eur = self._one("currency.currency", ["code", "=", "EUR"])

    def party(self, name: str) -> int:
        told = {"name": name, "addresses": [["create", [{"city": "Halden"}]]]}
        return int(self.tryton.model("party.party", "create", [told])[0])

    def invoice(
        self,
        party: int,
        amount: str,
        *,
        on: date = TODAY,
        term: str = "30 days",
        currency: int | None = None,
        post: bool = True,
    ) -> int:
        line = {
            "type": "line",
            "description": "Timber",
            "account": self.revenue,
            "quantity": 1,
            "unit_price": Decimal(amount),
            "currency": currency or self.usd,
            "company": 1,
        }
        told = {
            "type": "out",
            "company": 1,
            "party": party,
            "invoice_address": self._one("party.address", ["party", "=", party]),
            "journal": self.sales,
            "account": self.receivable,
            "currency": currency or self.usd,
            "payment_term": self._one("account.invoice.payment_term", ["name", "=", term]),
            "invoice_date": on,
            "lines": [["create", [line]]],
        }
        made = self.tryton.model("account.invoice", "create", [told])
        if post:
            self.tryton.model("account.invoice", "post", made)
        return int(made[0])

    def pays(self, invoice: int, amount: str, *, on: date = TODAY) -> None:
        """By the form Tryton has for it: as a part, where it is not all."""
        (read,) = self._read("account.invoice", invoice, ["party", "currency", "amount_to_pay"])
        start = {
            "payee": read["party"],
            "payees": [read["party"]],
            "amount": Decimal(amount),
            "currency": read["currency"],
            "payment_method": self.method,
            "date": on,
            "company": 1,
            "description": "Paid",
        }
        where = {"active_model": "account.invoice", "active_id": invoice, "active_ids": [invoice]}
        session = self._begin("account.invoice.pay")
        told: dict[str, Any] = {"start": start}
        answer = self._step("account.invoice.pay", session, told, "choice", where)
        if (view := answer.get("view")) and view["state"] == "ask":
            told["ask"] = {
                name: value for name, value in view["defaults"].items() if "." not in name
            } | {"type": "partial"}
            self._step("account.invoice.pay", session, told, "pay", where)

    def credits(self, invoice: int, *, refund: bool) -> list[int]:
        """A credit note for all of it; with a refund it takes the invoice's place."""
        before = {each["id"] for each in self.tryton.search("account.invoice", [], [])}
        session = self._begin("account.invoice.credit")
        where = {"active_model": "account.invoice", "active_id": invoice, "active_ids": [invoice]}
        told = {"start": {"with_refund": refund, "with_refund_allowed": True}}
        told["start"]["invoice_date"] = TODAY  # type: ignore[assignment]
        self._step("account.invoice.credit", session, told, "credit", where)
        made = {each["id"] for each in self.tryton.search("account.invoice", [], [])} - before
        return sorted(made)

    def post(self, invoices: list[int]) -> None:
        self.tryton.model("account.invoice", "post", invoices)

    def cancel(self, invoice: int) -> None:
        self.tryton.model("account.invoice", "cancel", [invoice])

    def enters(self, party: int, amount: str, *, journal: int | None = None) -> int:
        """An entry by hand that adds so much to what the party owes; the line's id."""
        worth = Decimal(amount)
        debit, credit = max(worth, Decimal(0)), max(-worth, Decimal(0))
        period = self._one("account.period", ["start_date", "<=", TODAY], ["end_date", ">=", TODAY])
        bank = self._one(
            "account.account",
            ["type.statement", "=", "balance"],
            ["type.receivable", "=", False],
            ["type.payable", "=", False],
        )
        move = {
            "journal": journal or self.cash, "period": period, "date": TODAY, "company": 1,
            "lines": [["create", [
                {"account": self.receivable, "party": party, "debit": debit, "credit": credit},
                {"account": bank, "debit": credit, "credit": debit},
            ]]],
        }  # fmt: skip
        made = self.tryton.model("account.move", "create", [move])
        self.tryton.model("account.move", "post", made)
        return self._one("account.move.line", ["move", "=", made[0]], ["party", "=", party])

    def lines_of(self, invoice: int) -> list[int]:
        (read,) = self._read("account.invoice", invoice, ["lines_to_pay"])
        return list(read["lines_to_pay"])

    def reconciles(self, lines: list[int]) -> None:
        where = {"active_model": "account.move.line", "active_id": lines[0], "active_ids": lines}
        name = "account.move.reconcile_lines"
        session = self._begin(name)
        self._step(name, session, {}, "start", where)

    def unreconciles(self, line: int) -> None:
        (read,) = self._read("account.move.line", line, ["reconciliation"])
        self.tryton.model("account.move.reconciliation", "delete", [read["reconciliation"]])

    def owed(self) -> dict[str, Decimal]:
        """What Tryton itself says that each party owes, in the company's currency."""
        parties = self.tryton.search("party.party", [], ["code", "receivable"])
        return {each["code"]: each["receivable"] for each in parties if each["receivable"]}

    def _one(self, model: str, *domain: list[Any]) -> int:
        return int(self.tryton.model(model, "search", list(domain), 0, 1, [["id", "ASC"]])[0])

    def _read(self, model: str, record: int, fields: list[str]) -> Any:
        return self.tryton.model(model, "read", [record], fields)

    def _begin(self, wizard: str) -> int:
        return int(self.tryton.call(f"wizard.{wizard}.create", self.tryton.context)[0])

    def _step(self, wizard: str, session: int, data: Any, state: str, where: Any) -> Any:
        context = self.tryton.context | where
        return self.tryton.call(f"wizard.{wizard}.execute", session, data, state, context)


@pytest.fixture(scope="module")
def address(server: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running() as embedded:
        folder = tmp_path_factory.mktemp("tryton")
        with serving(embedded, folder) as found:
            yield found


@pytest.fixture(scope="module")
def office(address: str) -> Office:
    return Office(Tryton(address, database=DATABASE, user="admin", password=ADMIN_PASSWORD))


@pytest.fixture(scope="module")
def settings(address: str) -> dict[str, object]:
    return {"address": address, "database": DATABASE, "user": READER}


@pytest.fixture(scope="module")
def erp(settings: dict[str, object]) -> Watched:
    """Connected before anything is done there."""
    return Watched(Books(today=TODAY), type="tryton", settings=settings, secret=READER_PASSWORD)


def owed(watched: Watched) -> dict[str, Decimal]:
    """In the company's currency, of which one EUR is worth two (tryton_setup.py)."""
    with watched.books.admin():
        rows = [row for row in aging(as_of=TODAY) if row.outstanding]
    worth = {"USD": 1, "EUR": 2}
    return {row.account_number: row.outstanding * worth[row.currency] for row in rows}


def agree(watched: Watched, office: Office) -> None:
    """After the next poll both say the same, and nothing was left out."""
    state = watched.poll(after=timedelta(minutes=1))
    assert state.trouble == ""
    assert owed(watched) == office.owed()


def open_of(watched: Watched, account: str) -> list[tuple[str, Decimal]]:
    with watched.books.admin():
        rows = invoices(as_of=TODAY, account=account)
        return [(row.kind, row.balance) for row in rows]


def code(office: Office, party: int) -> str:
    return str(office._read("party.party", party, ["code"])[0]["code"])


def test_invoices_payments_and_credits_arrive_change_and_settle(erp: Watched, office: Office):
    ann, ben = office.party("Ann"), office.party("Ben")
    first, second = office.invoice(ann, "100.00"), office.invoice(ann, "40.00")
    third = office.invoice(ben, "70.00")
    office.invoice(ben, "999.00", post=False)  # a draft is nothing yet
    agree(erp, office)
    found = owed(erp)
    assert (found[code(office, ann)], found[code(office, ben)]) == (140, 70)

    office.pays(first, "30.00")
    office.pays(second, "40.00")
    agree(erp, office)
    assert open_of(erp, code(office, ann)) == [("invoice", Decimal("70.00"))]

    office.pays(first, "70.00")
    (credit,) = office.credits(third, refund=False)
    office.post([credit])
    agree(erp, office)
    assert owed(erp).get(code(office, ben)) is None
    assert len(open_of(erp, code(office, ben))) == 1  # the credit is there, and applied to nothing

    office.reconciles([*office.lines_of(third), *office.lines_of(credit)])
    agree(erp, office)
    assert open_of(erp, code(office, ann)) == []
    assert open_of(erp, code(office, ben)) == []


def test_a_cancelled_invoice_is_void(erp: Watched, office: Office):
    party = office.party("Cat")
    invoice = office.invoice(party, "55.00")
    agree(erp, office)
    office.cancel(invoice)
    agree(erp, office)
    assert code(office, party) not in owed(erp)
    with erp.books.admin():
        row = raw().execute(
            "SELECT d.state FROM ar.document d JOIN ar.customer c ON c.id = d.customer_id"
            " WHERE c.account_number = %s", [code(office, party)]
        )  # fmt: skip
        assert row.fetchall() == [("void",)]


def test_a_credit_note_that_takes_an_invoices_place_settles_it(erp: Watched, office: Office):
    party = office.party("Dan")
    invoice = office.invoice(party, "60.00")
    agree(erp, office)
    office.credits(invoice, refund=True)
    agree(erp, office)
    assert open_of(erp, code(office, party)) == []


def test_reconciled_by_hand_and_taken_apart_again(erp: Watched, office: Office):
    party = office.party("Eve")
    one, two = office.invoice(party, "30.00"), office.invoice(party, "50.00")
    paid = office.enters(party, "-80.00")
    agree(erp, office)
    assert [balance for _, balance in open_of(erp, code(office, party))] == [30, 50]

    office.reconciles([paid, *office.lines_of(one), *office.lines_of(two)])
    agree(erp, office)
    assert open_of(erp, code(office, party)) == []

    office.unreconciles(paid)
    agree(erp, office)
    assert [balance for _, balance in open_of(erp, code(office, party))] == [30, 50]
    office.reconciles([paid, *office.lines_of(two), *office.lines_of(one)])
    agree(erp, office)
    assert open_of(erp, code(office, party)) == []


def test_entries_without_an_invoice_are_adjustments(erp: Watched, office: Office):
    party = office.party("Fay")
    office.enters(party, "25.00")
    office.enters(party, "-10.00", journal=office.sales)
    agree(erp, office)
    assert owed(erp)[code(office, party)] == Decimal("15.00")
    with erp.books.admin():
        rows = raw().execute(
            "SELECT d.kind, d.amount FROM ar.document d JOIN ar.customer c ON c.id = d.customer_id"
            " WHERE c.account_number = %s ORDER BY d.kind", [code(office, party)]
        )  # fmt: skip
        assert rows.fetchall() == [("credit_adjustment", 1000), ("debit_adjustment", 2500)]


def test_each_instalment_has_its_own_due_date(erp: Watched, office: Office):
    party = office.party("Gil")
    invoice = office.invoice(party, "90.00", term="Two halves")
    agree(erp, office)
    with erp.books.admin():
        rows = invoices(as_of=TODAY, account=code(office, party))
        assert sorted((row.due_date, row.balance) for row in rows) == [
            (TODAY + timedelta(days=30), Decimal("45.00")),
            (TODAY + timedelta(days=60), Decimal("45.00")),
        ]
    office.pays(invoice, "45.00")
    agree(erp, office)
    assert open_of(erp, code(office, party)) == [("invoice", Decimal("45.00"))]


def test_names_and_addresses_follow(erp: Watched, office: Office):
    party = office.party("Hal")
    office.invoice(party, "1.00")
    agree(erp, office)
    told = {"type": "email", "value": "hal@example.com", "party": party}
    office.tryton.model("party.contact_mechanism", "create", [told])
    office.tryton.model("party.party", "write", [party], {"name": "Hal & Sons"})
    agree(erp, office)
    with erp.books.admin():
        row = raw().execute(
            "SELECT name, contact_email FROM ar.customer WHERE account_number = %s",
            [code(office, party)],
        )
        assert row.fetchall() == [("Hal & Sons", "hal@example.com")]


def test_an_invoice_in_another_currency_is_owed_in_it(erp: Watched, office: Office):
    party = office.party("Ida")
    invoice = office.invoice(party, "80.00", currency=office.eur)
    agree(erp, office)
    with erp.books.admin():
        (row,) = [row for row in aging(as_of=TODAY) if row.account_number == code(office, party)]
    assert (row.currency, row.outstanding) == ("EUR", Decimal("80.00"))
    office.pays(invoice, "80.00")
    agree(erp, office)
    assert open_of(erp, code(office, party)) == []


def test_one_who_comes_later_has_the_same(
    erp: Watched, office: Office, settings: dict[str, object]
):
    """All of it at once gives what came bit by bit; and nothing comes twice."""
    late = Watched(Books(today=TODAY), type="tryton", settings=settings, secret=READER_PASSWORD)
    agree(late, office)
    assert owed(late) == owed(erp)

    def runs(*, saying: str) -> Any:
        query = "SELECT count(*) FROM ar.ingest_run WHERE counts ?| string_to_array(%s, ' ')"
        with late.books.admin():
            return raw().execute(query, [saying]).fetchone()

    news = runs(saying="new changed")
    late.poll()  # looks back, and finds nothing new
    known = runs(saying="unchanged")
    late.poll()  # finds the same, and keeps no run of it
    assert runs(saying="new changed") == news
    assert runs(saying="unchanged") == known


def test_what_is_wrong_is_said_in_a_sentence(
    erp: Watched, office: Office, settings: dict[str, object]
):
    with erp.books.admin():
        house = current(erp.admin)

    def said(secret: str = READER_PASSWORD, **other: object) -> str:
        return TrytonConnector(settings | other, secret=secret, organisation=house).test()

    assert said().startswith("Signed in at Halden & Roe: ")
    for wrong, sentence in (
        ({"secret": "no"}, "does not know this user"),
        ({"database": "nowhere"}, "no such database"),
        ({"address": "http://localhost:1"}, "cannot be reached"),
        ({"company": "Another"}, "Name the company"),
    ):
        with pytest.raises(Trouble, match=sentence):
            said(**wrong)  # type: ignore[arg-type]
