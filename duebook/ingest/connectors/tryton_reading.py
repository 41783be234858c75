"""What of Tryton is read: whatever was written since a moment, and what hangs together with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from duebook.ingest.connectors.connector import Known
from duebook.ingest.connectors.tryton_client import Domain, Record, Tryton
from duebook.ingest.connectors.tryton_facts import Facts, Invoice, Line, Row

LINE, INVOICE, PARTY = "account.move.line", "account.invoice", "party.party"
RECEIVABLE: Domain = [
    ["account.type.receivable", "=", True],
    ["move.state", "=", "posted"],
    ["party", "!=", None],
]
LINE_FIELDS = (
    "debit credit amount_second_currency second_currency party maturity_date reconciliation"
    " create_date write_date move.date move.journal move.create_date move.write_date"
).split()
INVOICE_FIELDS = (
    "number invoice_date state move cancel_move additional_moves payment_lines"
    " create_date write_date"
).split()
PARTY_FIELDS = "code name active email create_date write_date".split()


@dataclass
class Reading:
    """One look at what changed. `since` None: everything."""

    tryton: Tryton
    since: datetime | None
    years: bool
    lines: dict[int, Line] = field(default_factory=dict)
    invoices: dict[int, Invoice] = field(default_factory=dict)
    asked: dict[str, set[int]] = field(default_factory=dict)

    def rows(self, known: Known) -> dict[str, list[Row]]:
        """By kind, in the fields of docs/ingest.md."""
        self._look_up()
        self._take_invoices(self.tryton.search(INVOICE, self._billed(), INVOICE_FIELDS))
        self._take_lines(self._written("", "move."))
        while self._hang_together():
            pass
        parties = self._parties(known)
        facts = Facts(
            self.lines,
            [*self.invoices.values()],
            {each["id"]: _account(each) for each in parties},
            self.years,
        )
        applied = facts.allocations()
        standing = {row["external_id"] for row in applied}
        ended = [
            {**row, "amount": "0"}
            for row in known.allocations(facts.sources())
            if row["external_id"] not in standing
        ]
        accounts = [_party(each) for each in parties]
        return {"accounts": accounts, **facts.rows(), "allocations": applied + ended}

    def _look_up(self) -> None:
        """What lines name by their ids."""
        search, company = self.tryton.search, self.tryton.context["company"]
        codes = search("currency.currency", [], ["code"])
        self.currencies = {each["id"]: str(each["code"]) for each in codes}
        journals = search("account.journal", [], ["name", "type"])
        self.journals = {each["id"]: (each["name"], each["type"]) for each in journals}
        (own,) = self.tryton.model("company.company", "read", [company], ["currency"])
        self.currency = self.currencies[own["currency"]]
        self.own: Domain = [["company", "=", company]]
        fields = self.tryton.model("account.move", "fields_get", ["post_number"])
        # Where the draft has a number too, the one of the posted entry is another.
        self.number = "post_number" if "post_number" in fields else "number"
        self.line_fields = [*LINE_FIELDS, f"move.{self.number}"]

    def _billed(self) -> Domain:
        return [*self._customers(), *self._since("")]

    def _customers(self) -> Domain:
        """Invoices that were posted, whatever became of them."""
        return [*self.own, ["type", "=", "out"], ["move", "!=", None], ["number", "!=", None]]

    def _receivable(self) -> Domain:
        return [*RECEIVABLE, ["move.company", "=", self.own[0][2]]]

    def _since(self, *places: str) -> Domain:
        if self.since is None:
            return []
        at = self.since.replace(tzinfo=None)  # Tryton's own are of UTC, and do not say so
        fields = [f"{place}{name}" for place in places for name in ("create_date", "write_date")]
        return [["OR", *([name, ">=", at] for name in fields)]]

    def _written(self, *places: str) -> Iterator[Record]:
        domain = [*self._receivable(), *self._since(*places)]
        return self.tryton.search(LINE, domain, self.line_fields)

    def _hang_together(self) -> bool:
        """One step further, from lines to their invoices and groups, and from these to lines."""
        if self.since is None:
            return False  # everything is there
        before = len(self.lines), len(self.invoices)
        moves = self._new("moves", (line.move for line in self.lines.values()))
        for name in ("move", "additional_moves", "cancel_move"):
            found = self.tryton.those(INVOICE, name, moves, INVOICE_FIELDS, *self._customers())
            self._take_invoices(found)
        paid = self._new("paid", self.lines)
        self._take_invoices(
            self.tryton.those(INVOICE, "payment_lines", paid, INVOICE_FIELDS, *self._customers())
        )
        invoices = [*self.invoices.values()]
        for name, ids in (
            ("move", self._new("own", (move for each in invoices for move in each.moves))),
            ("id", self._new("paying", (line for each in invoices for line in each.paid_by))),
            (
                "reconciliation",
                self._new("groups", (line.group for line in self.lines.values() if line.group)),
            ),
        ):
            found = self.tryton.those(LINE, name, ids, self.line_fields, *self._receivable())
            self._take_lines(found)
        return (len(self.lines), len(self.invoices)) != before

    def _new(self, what: str, ids: Iterable[int]) -> list[int]:
        """Those that were not asked for yet."""
        asked = self.asked.setdefault(what, set())
        new = set(ids) - asked
        asked |= new
        return sorted(new)

    def _take_lines(self, records: Iterable[Record]) -> None:
        for record in records:
            move = record["move."]
            foreign = record["second_currency"]
            amount = record["debit"] - record["credit"]
            if foreign and record["amount_second_currency"] is not None:
                amount = Decimal(record["amount_second_currency"])
            name, type_ = self.journals.get(move["journal"], ("", ""))
            self.lines[record["id"]] = Line(
                id=record["id"],
                move=move["id"],
                move_number=move[self.number] or str(move["id"]),
                party=record["party"],
                amount=amount,
                currency=self.currencies[foreign] if foreign else self.currency,
                is_foreign=bool(foreign),
                dated=move["date"],
                due=record["maturity_date"],
                group=record["reconciliation"],
                journal=name,
                journal_type=type_,
                version=max(_version(record), _version(move)),
            )

    def _take_invoices(self, records: Iterable[Record]) -> None:
        for record in records:
            moves = {record["move"], *record["additional_moves"]}
            self.invoices[record["id"]] = Invoice(
                id=record["id"],
                number=record["number"],
                dated=record["invoice_date"],
                is_cancelled=record["state"] == "cancelled",
                moves=frozenset(moves),
                counter=record["cancel_move"],
                paid_by=frozenset(record["payment_lines"]),
                version=_version(record),
            )

    def _parties(self, known: Known) -> list[Record]:
        """Of the lines; and those that were changed themselves, if they are customers."""
        wanted = {line.party for line in self.lines.values()}
        if self.since is not None:
            changed = {each["id"] for each in self.tryton.search(PARTY, self._since(""), [])}
            mechanism = "party.contact_mechanism"
            written = self.tryton.search(mechanism, self._since(""), ["party"])
            changed |= {each["party"] for each in written}
            loaded = known.accounts(map(str, sorted(changed)))
            wanted |= {party for party in changed if str(party) in loaded}
        return list(self.tryton.those(PARTY, "id", sorted(wanted), PARTY_FIELDS))


def _account(party: Record) -> str:
    return str(party["code"] or f"#{party['id']}")


def _party(party: Record) -> Row:
    return {
        "account_number": _account(party),
        "name": party["name"] or _account(party),
        "status": "active" if party["active"] else "inactive",
        "contact_email": party["email"] or "",
        "external_id": str(party["id"]),
        "source_version": _version(party).strftime("%Y%m%d%H%M%S%f"),
    }


def _version(record: Record) -> datetime:
    written: datetime = record["write_date"] or record["create_date"]
    return written
