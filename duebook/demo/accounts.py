"""The customers of a sample organisation, largest first, each with a habit of paying."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from random import Random

from duebook.demo.blueprints import Blueprint
from duebook.demo.names import Namer, Naming

HISTORY = 730  # days


@dataclass(frozen=True)
class Habit:
    """How many days after the due date money comes, on average, and how that changes."""

    late: float
    spread: float
    sinking: float = 0.0  # further days late by the end of the history
    never: float = 0.005  # share of invoices never paid


SINKING = Habit(late=4, spread=6, sinking=75)
SLOW = Habit(late=36, spread=14)
HOPELESS = Habit(late=82, spread=18, never=0.12)
HABITS = (
    (25, Habit(late=-9, spread=4)),
    (35, Habit(late=1, spread=3)),
    (22, Habit(late=10, spread=7)),
    (9, SLOW),
    (6, SINKING),
    (3, HOPELESS),
)
OF_NAMED = Habit(late=14, spread=22, sinking=15, never=0.02)  # something in every bucket
# So that a small organisation has late payers too.
OF_RANK = {3: SINKING, 5: HOPELESS, 6: SLOW, 9: HOPELESS}


@dataclass(frozen=True)
class Account:
    rank: int
    number: str
    name: str
    type: str
    active: bool
    currencies: tuple[str, ...]
    terms: int
    credit_limit: int  # minor units of the first currency
    contact_name: str
    contact_email: str
    parent: str
    owner_email: str
    habit: Habit
    size: float  # its invoices compared with the typical one
    first_day: int  # days before today on which trade began
    last_day: int  # days before today on which it ended, 0 while it goes on
    pay_weekday: int | None  # pays several invoices at once, on this day of the week
    discount: bool


def accounts(blueprint: Blueprint, rng: Random) -> list[Account]:
    numbers = [blueprint.account_number.format(n=n + 1) for n in range(blueprint.accounts)]
    rng.shuffle(numbers)
    namer = Namer(rng, blueprint.languages)
    return [
        _account(blueprint, rng, rank, numbers=numbers, naming=namer.next())
        for rank in range(blueprint.accounts)
    ]


def shares(count: int) -> list[float]:
    """Cumulative weights by rank: few customers make most of the trade."""
    return list(accumulate(1 / (rank + 1.5) ** 1.05 for rank in range(count)))


def _account(
    blueprint: Blueprint, rng: Random, rank: int, *, numbers: list[str], naming: Naming
) -> Account:
    name, parent = blueprint.named.get(rank, (naming.company, None))
    is_named = rank in blueprint.named
    number = numbers[rank]
    is_told = is_named or rank in OF_RANK
    type_ = "Credit" if is_told else rng.choice(blueprint.types)
    gone = not is_told and rng.random() < 0.06
    size = max(0.2, rng.lognormvariate(0, 0.5)) * (1.5 if rank < blueprint.accounts // 20 else 1)
    limit = int(blueprint.typical_invoice * size * rng.choice((4, 8, 15, 30)) / 50_000 + 1) * 50_000
    return Account(
        rank=rank,
        number=number,
        name=name,
        type=type_,
        active=not gone,
        currencies=_currencies(blueprint, rng, is_named=is_named),
        terms=30 if is_told else 0 if type_ == "Cash" else rng.choice(blueprint.terms),
        credit_limit=0 if type_ == "Cash" or rng.random() < 0.2 else limit,
        contact_name=_client(blueprint, rank, "name") or naming.contact,
        contact_email=_client(blueprint, rank, "email") or _mailbox(rng, naming, number),
        parent=numbers[parent] if parent is not None else _parent(blueprint, rng, rank, numbers),
        owner_email=_owner(blueprint, rng),
        habit=OF_NAMED if is_named else OF_RANK.get(rank) or _habit(rng),
        size=size,
        first_day=HISTORY if is_told or gone or rng.random() < 0.6 else rng.randint(120, HISTORY),
        last_day=rng.randint(200, 500) if gone else 0,
        pay_weekday=rng.randint(0, 4) if rng.random() < 0.3 and not is_named else None,
        discount=rng.random() < blueprint.discount_share,
    )


def _currencies(blueprint: Blueprint, rng: Random, *, is_named: bool) -> tuple[str, ...]:
    own, other = blueprint.currency, blueprint.other_currency
    drawn = rng.random()
    if not other:
        return (own,)
    if is_named or drawn < blueprint.both_share:
        return own, other
    return (other,) if drawn < blueprint.both_share + blueprint.other_share else (own,)


def _habit(rng: Random) -> Habit:
    return rng.choices([habit for _, habit in HABITS], [weight for weight, _ in HABITS])[0]


def _client(blueprint: Blueprint, rank: int, what: str) -> str:
    """The name or e-mail of the client login of an account, if it has one."""
    found = (person for person in blueprint.people if rank in person.ranks)
    return next((getattr(person, what) for person in found), "")


def _mailbox(rng: Random, naming: Naming, number: str) -> str:
    """One in twelve has none, so that an invitation can be refused for want of it."""
    if rng.random() < 0.08:
        return ""
    box = rng.choice(("accounts", "ap", "finance", "office", "payables"))
    return f"{box}@{naming.domain or f'account-{number.lower()}.example'}"


def _parent(blueprint: Blueprint, rng: Random, rank: int, numbers: list[str]) -> str:
    """A few small customers are branches of a large one."""
    large = blueprint.accounts // 20
    return numbers[rng.randrange(large)] if rank > 2 * large and rng.random() < 0.03 else ""


def _owner(blueprint: Blueprint, rng: Random) -> str:
    """Members share out the customers; one in seven is nobody's."""
    members = [person.email for person in blueprint.people if person.role == "member"]
    return "" if rng.random() < 1 / 7 else rng.choice(members)
