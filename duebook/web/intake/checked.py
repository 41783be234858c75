"""What a check found, or a commit did, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext

from duebook.ingest.intake import Intake
from duebook.ingest.intake_rows import Outcome, TableOutcome
from duebook.ledger.effect import Owed
from duebook.visibility.organisations import Organisation
from duebook.web.intake import words
from duebook.web.templatetags.figures import count

SHOWN = 12  # accounts of each currency
INVALID_SHOWN = 50
NOTES = {
    "due date before the issue date": lazy("due dates before the date of the document"),
}


@dataclass(frozen=True)
class Count:
    """One kind of row: how many, and what becomes of them."""

    code: str
    name: str
    number: int
    meaning: str


@dataclass(frozen=True)
class CurrencyEffect:
    """What changes in one currency: the largest changes, all the others together, the total.

    `before` and `after` of the total are those of all accounts that change; None when these are too
    many to be known one by one.
    """

    currency: str
    rows: list[Owed]
    others: int
    others_change: Decimal
    accounts: int
    change: Decimal
    before: Decimal | None
    after: Decimal | None


class Checked:
    """`intake` has an outcome."""

    def __init__(self, intake: Intake, *, organisation: Organisation) -> None:
        assert intake.outcome is not None
        self.intake, self.organisation = intake, organisation
        self.outcome: Outcome = intake.outcome
        self.closing = self.outcome.closing
        self.self_settling = self.outcome.self_settling
        self.taken_back = self.outcome.taken_back
        self.says_nothing_new = self.outcome.says_nothing_new

    @property
    def is_done(self) -> bool:
        return self.intake.state == "done"

    @property
    def rows(self) -> int:
        return sum(each.rows for each in self.outcome.tables)

    @property
    def new_accounts(self) -> int:
        return sum(each.new_accounts for each in self.outcome.tables)

    @property
    def changes(self) -> int:
        """How much the button does."""
        counts = self.outcome.counts()
        closed = self.closing.count if self.closing else 0
        return counts.get("new", 0) + counts.get("changed", 0) + closed

    def counts(self) -> list[Count]:
        """In a fixed order; what did not occur is left out, but for the first three and invalid."""
        found = self.outcome.counts()
        always = ("new", "changed", "unchanged", "invalid")
        return [
            Count(code, str(word), found.get(code, 0), self._meaning(code, found.get(code, 0)))
            for code, word in words.ACTIONS.items()
            if code in always or found.get(code)
        ]

    def _meaning(self, code: str, number: int) -> str:
        if code == "new" and self.new_accounts:
            said = ngettext("%(n)s new account", "%(n)s new accounts", self.new_accounts)
            return said % {"n": count(self.new_accounts)}
        return str(words.MEANINGS[code]) if number or code != "invalid" else _("every row is fine")

    def tables(self) -> list[tuple[TableOutcome, str, list[int]]]:
        """Each with the name of its kind and its counts in their order."""
        return [
            (each, words.kind(each.kind), [each.counts.get(code, 0) for code in words.ACTIONS])
            for each in self.outcome.tables
        ]

    def actions(self) -> list[str]:
        return [str(word) for word in words.ACTIONS.values()]

    def invalid(self) -> list[tuple[int, TableOutcome]]:
        """The tables with invalid rows, with their number."""
        return [(at, each) for at, each in enumerate(self.outcome.tables) if each.invalid]

    @property
    def invalid_count(self) -> int:
        return self.outcome.counts().get("invalid", 0)

    @property
    def valid_count(self) -> int:
        return self.rows - self.invalid_count

    def notes(self) -> list[tuple[str, int]]:
        """Oddities that were let pass."""
        return [
            (str(NOTES.get(warning, warning)), number)
            for each in self.outcome.tables
            for warning, number in each.warnings.items()
        ]

    def look_alikes(self) -> list[TableOutcome]:
        return [
            each
            for each in self.outcome.tables
            if each.look_alikes.document_count or each.look_alikes.account_count
        ]

    def closed_amounts(self) -> list[tuple[str, Decimal]]:
        return list(self.closing.amounts.items()) if self.closing else []

    @property
    def closed_on(self) -> date | None:
        return self.closing.closed_on if self.closing else None

    def effects(self) -> Iterator[CurrencyEffect]:
        """By currency."""
        for total in self.outcome.effect.totals:
            rows = [row for row in self.outcome.effect.rows if row.currency == total.currency]
            first = rows[:SHOWN]
            is_whole = len(rows) == total.accounts
            yield CurrencyEffect(
                currency=total.currency,
                rows=first,
                others=total.accounts - len(first),
                others_change=total.change - sum((row.change for row in first), Decimal(0)),
                accounts=total.accounts,
                change=total.change,
                before=sum((row.before for row in rows), Decimal(0)) if is_whole else None,
                after=sum((row.after for row in rows), Decimal(0)) if is_whole else None,
            )
