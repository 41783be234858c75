"""The sample organisations of `duebook demo`.

    for organisation in sample_organisations(today):
        paths = organisation.write(folder / organisation.slug)

The same day and seed give the same bytes. Files hold only what an import accepts, so the
demonstration shows nothing that a real ledger could not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

from duebook.demo.accounts import Account, accounts
from duebook.demo.adjusting import adjust
from duebook.demo.billing import invoices
from duebook.demo.blueprints import BLUEPRINTS, Blueprint
from duebook.demo.collecting import collect
from duebook.demo.files import write_files
from duebook.demo.ordering import orders
from duebook.demo.papers import CREDIT, CREDIT_NOTE, DEBIT, OFFSET, RECEIPT, History, Order, Paper
from duebook.demo.reminding import remind
from duebook.demo.supplying import supply

SEED = 20_240_229

# The password of every sample login. It is printed and published: for the demonstration only.
PASSWORD = "open-the-duebook"


@dataclass(frozen=True)
class SamplePerson:
    """`accounts` are the account numbers that a client login is linked to.

    One e-mail may stand in several organisations: it is one login with several memberships.
    """

    email: str
    name: str
    role: str
    accounts: tuple[str, ...] = ()


@dataclass(frozen=True)
class SampleOrganisation:
    slug: str
    name: str
    currency: str
    timezone: str
    settings: Mapping[str, str | int | bool]
    people: tuple[SamplePerson, ...]
    blueprint: Blueprint
    accounts: tuple[Account, ...]
    today: date
    seed: int

    def write(self, folder: Path) -> list[Path]:
        """Its two years as import files, in the order in which they load."""
        members = list(self.accounts)
        return write_files(folder, members, self.history())

    def history(self) -> History:
        rng = Random(f"{self.seed}/{self.slug}/history")
        members, today, history = list(self.accounts), self.today, History()
        billed = invoices(self.blueprint, members, today=today, rng=rng)
        history.papers += billed
        collect(history, billed, self.blueprint, today=today, rng=rng)
        adjust(history, members, billed, today=today, rng=rng)
        history.orders = orders(self.blueprint, members, billed, today=today, rng=rng)
        number(history, self.blueprint)
        supplied = Random(f"{self.seed}/{self.slug}/supply")
        supply(history, members, self.blueprint, today=today, rng=supplied)
        remind(history, today=today, rng=Random(f"{self.seed}/{self.slug}/reminders"))
        return history


def sample_organisations(today: date, *, seed: int = SEED) -> list[SampleOrganisation]:
    """Three of different size, with 24 months of history up to `today`."""
    return [_organisation(blueprint, today=today, seed=seed) for blueprint in BLUEPRINTS]


def _organisation(blueprint: Blueprint, *, today: date, seed: int) -> SampleOrganisation:
    members = accounts(blueprint, Random(f"{seed}/{blueprint.slug}/accounts"))
    return SampleOrganisation(
        slug=blueprint.slug,
        name=blueprint.name,
        currency=blueprint.currency,
        timezone=blueprint.timezone,
        settings=blueprint.settings,
        people=tuple(
            SamplePerson(
                email=person.email,
                name=person.name,
                role=person.role,
                accounts=tuple(members[rank].number for rank in person.ranks),
            )
            for person in blueprint.people
        ),
        blueprint=blueprint,
        accounts=tuple(members),
        today=today,
        seed=seed,
    )


def number(history: History, blueprint: Blueprint) -> None:
    """Consecutive in order of date, each kind of paper in its organisation's own format."""
    formats = {
        CREDIT_NOTE: blueprint.credit_number,
        DEBIT: blueprint.adjustment_number,
        CREDIT: blueprint.adjustment_number,
        RECEIPT: blueprint.payment_number,
        OFFSET: blueprint.payment_number,
    }
    history.papers.sort(key=lambda paper: (paper.on, paper.account.number, paper.amount))
    taken: Counter[str] = Counter()
    for paper in history.papers:
        _number(paper, formats.get(paper.kind, blueprint.invoice_number), taken)
    for order in history.orders:
        _number(order, blueprint.order_number, taken)


def _number(paper: Paper | Order, pattern: str, taken: Counter[str]) -> None:
    taken[pattern] += 1
    paper.number = pattern.format(n=taken[pattern], year=paper.on.year, yy=paper.on.year % 100)
