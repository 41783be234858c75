"""What a column is called, and which field that may be. Values are judged elsewhere."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path
from typing import Any

from duebook.ingest.kinds import KINDS

SYNONYMS = Path(__file__).parent / "synonyms.toml"
TIERS = {"sure": 1.0, "likely": 0.85, "possible": 0.65, "last": 0.6}
_ASIDE = ("ignored", "paid", "terms", "statement")
OWN = 1.0  # Duebook's own name of a field
NEARLY = 0.85  # what a name is worth that is only nearly the same
_ALIKE, _SHORTEST = 0.85, 6

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_PARTS = re.compile(r"[/|()\[\]\n;]| - ")
_WORD = re.compile(r"[^\W_]+|[#№°%<>+]")
_SHORT = {
    "no": "number", "nr": "number", "num": "number", "nbr": "number", "nro": "number",
    "#": "number", "№": "number", "n": "number", "numero": "number", "nummer": "number",
    "inv": "invoice", "cust": "customer", "acct": "account", "acc": "account", "amt": "amount",
    "dt": "date", "curr": "currency", "cur": "currency", "doc": "document", "ref": "reference",
    "bal": "balance", "pmt": "payment", "pymt": "payment", "desc": "description",
    "qty": "quantity", "orig": "original", "tot": "total", "inclusive": "incl", "including": "incl",
    "fra": "factura", "fac": "facture", "מס'": "מספר", "מס": "מספר", "rg": "rechnung",
}  # fmt: skip
_EMPTY = frozenset("the of de la le du del el des der d l a s ° *".split())


@dataclass(frozen=True, slots=True)
class Meaning:
    """A field that a column's name may stand for, and how surely."""

    kind: str
    field: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class _Index:
    """Names, squashed, and what they mean."""

    meanings: dict[str, list[tuple[str, str, float]]] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    paid: frozenset[str] = frozenset()
    terms: frozenset[str] = frozenset()
    statement: frozenset[str] = frozenset()


def meanings(name: str) -> list[Meaning]:
    """Every field the column may feed, surest first; none for a name nobody knows."""
    index = _index()
    forms = squashed(name)
    found = [
        Meaning(kind, each, score, f'"{name}" is one of its names')
        for form in forms
        for kind, each, score in index.meanings.get(form, ())
    ]
    if not found and not is_known(name):
        found = [
            Meaning(kind, each, score * NEARLY, f'"{name}" is nearly one of its names')
            for form in forms
            for near in _near(form)
            for kind, each, score in index.meanings[near]
        ]
    best: dict[tuple[str, str], Meaning] = {}
    for each in found:
        key = each.kind, each.field
        if key not in best or best[key].score < each.score:
            best[key] = each
    return sorted(best.values(), key=lambda each: -each.score)


def is_known(name: str) -> bool:
    """Whether the name belongs to a column rather than to a title or a value."""
    index = _index()
    return any(
        form in index.meanings or form in index.ignored | index.paid | index.terms | index.statement
        for form in squashed(name)
        if not form.isdigit()
    )


def is_ignored(name: str) -> bool:
    return any(form in _index().ignored for form in squashed(name))


def is_paid(name: str) -> bool:
    """Whether the column says what is paid of an amount."""
    return any(form in _index().paid for form in squashed(name))


def is_terms(name: str) -> bool:
    """Whether the column holds payment terms."""
    return any(form in _index().terms for form in squashed(name))


def is_of_statement(name: str) -> bool:
    """Whether the column is one of debits or of credits."""
    return any(form in _index().statement for form in squashed(name))


def word(section: str, text: str) -> str | None:
    """The code that a word of another language stands for."""
    return _words()[section].get(next(iter(_whole(text)), "")) if text.strip() else None


@cache
def squashed(name: str) -> tuple[str, ...]:
    """The name's forms to compare: as a whole, then each part of a bilingual one."""
    parts = [part for part in _PARTS.split(name) if part.strip()]
    forms = _whole(name)
    for part in parts if len(parts) > 1 else ():
        forms |= _whole(part)
    return tuple(forms) or ("",)


def _whole(name: str) -> dict[str, None]:
    """In whatever order its words are, and in the one they have."""
    tokens = _tokens(name)
    return dict.fromkeys(form for form in ("".join(sorted(tokens)), "".join(tokens)) if form)


def _tokens(name: str) -> list[str]:
    text = unicodedata.normalize("NFKD", _CAMEL.sub(" ", name))
    text = "".join(letter for letter in text if not unicodedata.combining(letter)).casefold()
    text = text.replace("ß", "ss").replace('"', "").replace("״", "").replace("'", "")
    tokens = [_SHORT.get(token, token) for token in _WORD.findall(text)]
    kept = [token for token in tokens if token not in _EMPTY]
    return kept or tokens


def _near(form: str) -> Iterable[str]:
    if len(form) < _SHORTEST:
        return
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(form)
    for known in _index().meanings:
        if abs(len(known) - len(form)) > 3 or len(known) < _SHORTEST:
            continue
        matcher.set_seq1(known)
        if matcher.real_quick_ratio() < _ALIKE or matcher.quick_ratio() < _ALIKE:
            continue
        if matcher.ratio() >= _ALIKE:
            yield known


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(SYNONYMS.read_text(encoding="utf-8"))


@cache
def _index() -> _Index:
    table = _table()
    known: dict[str, list[tuple[str, str, float]]] = {}
    for kind in KINDS.values():
        for each in kind.fields:
            tiers = table.get(kind.name, {}).get(each.name) or table["common"].get(each.name, {})
            scores = {
                form: TIERS[tier]
                for tier, names in tiers.items()
                for name in names
                for form in _whole(name)
            }
            # Its own name, unless the list knows better: "date" alone says little of an invoice.
            for form in _whole(each.name):
                scores.setdefault(form, OWN)
            for form, score in scores.items():
                known.setdefault(form, []).append((kind.name, each.name, score))
    return _Index(known, *(_forms(table[each]) for each in _ASIDE))


def _forms(names: Iterable[str]) -> frozenset[str]:
    return frozenset(form for name in names for form in _whole(name))


@cache
def _words() -> dict[str, dict[str, str]]:
    return {
        section: {
            form: code for code, words in codes.items() for each in words for form in _whole(each)
        }
        for section, codes in _table()["words"].items()
    }
