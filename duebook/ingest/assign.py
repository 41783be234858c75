"""Which column feeds which field, by names and by what the values can be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from duebook.ingest.kinds import KINDS, Kind
from duebook.ingest.names import OWN, Meaning, meanings
from duebook.ingest.profile import Profile, same_values
from duebook.ingest.rows import SourceRow

CERTAIN = 0.6
TYPED = 0.8  # so much of a column must be of the field's type
NEAR = 0.3  # two kinds as close as this cannot be told apart
# An open item's amount where the file tells no other.
_AMOUNT, _OPEN = "amount", "outstanding_amount"
_NUMBER, _NAME = "account_number", "account_name"


@dataclass(frozen=True, slots=True)
class Choice:
    """A column for a field; `rivals` are columns that are as good and say something else."""

    column: Profile
    score: float
    reason: str
    rivals: tuple[Profile, ...] = ()


@dataclass(frozen=True, slots=True)
class Assignment:
    """The columns of one kind, as far as they are found."""

    kind: Kind
    choices: Mapping[str, Choice]
    missing: tuple[str, ...]

    @property
    def score(self) -> float:
        return sum(choice.score for choice in self.choices.values())


@dataclass(slots=True)
class _Offers:
    """Every column for each field of a kind, best first."""

    kind: Kind
    by_field: dict[str, list[tuple[float, Profile, str]]] = field(default_factory=dict)


def assignments(
    columns: Sequence[Profile], rows: Sequence[SourceRow], *, kinds: Iterable[str]
) -> list[Assignment]:
    """One of each kind, whole ones first, then by how much of the file they explain."""
    known = {column.position: meanings(column.name) for column in columns if column.name.strip()}
    found = [_assigned(KINDS[name], columns, known, rows) for name in kinds]
    return sorted(found, key=lambda each: (len(each.missing), -each.score))


def rivals(found: Sequence[Assignment]) -> list[Assignment]:
    """The kinds that explain a file as well as the best one."""
    best = found[0]
    return [each for each in found[1:] if not each.missing and best.score - each.score < NEAR]


def _assigned(
    kind: Kind,
    columns: Sequence[Profile],
    known: Mapping[int, list[Meaning]],
    rows: Sequence[SourceRow],
) -> Assignment:
    offers = _offers(kind, columns, known)
    choices: dict[str, Choice] = {}
    taken: set[int] = set()
    for score, name, column, reason in _ranked(offers):
        if name in choices or column.position in taken:
            continue
        equals = [
            other
            for rival, other, _ in offers.by_field[name]
            if rival == score and other.position not in taken and other is not column
        ]
        differ = tuple(other for other in equals if not same_values(column, other, rows))
        choices[name] = Choice(column, score, reason, differ)
        taken.add(column.position)
    _tell_number_from_name(kind, offers, choices, rows)
    _complete_account(kind, choices)
    _complete_amount(choices)
    missing = tuple(each.name for each in kind.fields if each.required and each.name not in choices)
    return Assignment(kind, choices, missing)


def _offers(kind: Kind, columns: Sequence[Profile], known: Mapping[int, list[Meaning]]) -> _Offers:
    offers = _Offers(kind)
    for column in columns:
        for meaning in known.get(column.position, ()):
            if meaning.kind != kind.name:
                continue
            each = kind.fields[kind.slots[meaning.field]]
            if column.fits(each.type, longest=each.longest) >= TYPED:
                offers.by_field.setdefault(meaning.field, []).append(
                    (round(meaning.score, 3), column, meaning.reason)
                )
    return offers


def _ranked(offers: _Offers) -> list[tuple[float, str, Profile, str]]:
    """Surest first; among equals columns with values, then the kind's order of fields."""
    every = [
        (score, name, column, reason)
        for name, each in offers.by_field.items()
        for score, column, reason in each
    ]
    slots = offers.kind.slots
    return sorted(
        every, key=lambda each: (-each[0], not each[2].filled, slots[each[1]], each[2].position)
    )


def _tell_number_from_name(
    kind: Kind, offers: _Offers, choices: dict[str, Choice], rows: Sequence[SourceRow]
) -> None:
    """Of "Customer" and "Name" the one with a code for each name is the number."""
    named = choices.get(_NAME)
    if _NUMBER not in kind.slots or _NUMBER in choices or not named or len(named.rivals) != 1:
        return
    both = (named.column, named.rivals[0])
    may_be = {each.position: score for score, each, _ in offers.by_field.get(_NUMBER, ())}
    for number, name in (both, both[::-1]):
        is_alone = number.position in may_be and name.position not in may_be
        if is_alone and _are_codes_of(number, name, rows):
            reason = f'"{number.name}" holds a code for each "{name.name}"'
            choices[_NUMBER] = Choice(number, may_be[number.position], reason)
            choices[_NAME] = Choice(name, named.score, named.reason)


def _are_codes_of(number: Profile, name: Profile, rows: Sequence[SourceRow]) -> bool:
    """Single words, of which each stands for one name."""
    known: dict[str, str] = {}
    for row in rows:
        if row.trouble or max(number.position, name.position) >= len(row.cells):
            continue
        code, called = (row.cells[each.position].strip() for each in (number, name))
        if code and (len(code.split()) > 1 or known.setdefault(code, called) != called):
            return False
    return bool(known)


def _complete_account(kind: Kind, choices: dict[str, Choice]) -> None:
    """Where customers have names only, their names are what tells them apart."""
    name = "name" if kind.name == "accounts" else _NAME
    if _NUMBER in kind.slots and _NUMBER not in choices and name in choices:
        named = choices[name]
        if kind.name == "accounts" and len(choices) == 1 and named.score < OWN:
            return  # Many files have a column "Customer", and are no list of customers.
        reason = f'"{named.column.name}" is all that tells customers apart'
        choices[_NUMBER] = Choice(named.column, named.score, reason, named.rivals)
        if name == _NAME:
            del choices[name]


def _complete_amount(choices: dict[str, Choice]) -> None:
    """A list of open items may tell only what is open."""
    if _AMOUNT not in choices and _OPEN in choices:
        still = choices.pop(_OPEN)
        reason = f'"{still.column.name}" is what is open, and no other amount is told'
        choices[_AMOUNT] = Choice(still.column, still.score, reason, still.rivals)
