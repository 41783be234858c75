"""Words for states, sorts and yes or no, translated into Duebook's codes, or asked about."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from duebook.ingest.feeds import Column, Mapping
from duebook.ingest.kinds import Field, Kind
from duebook.ingest.names import word
from duebook.ingest.profile import Profile, is_currency, symbol_currency
from duebook.ingest.rows import SourceRow

_PLAIN_BOOLS = frozenset(("yes", "y", "true", "t", "1", "no", "n", "false", "f", "0"))
_PAYMENT = "payment"


@dataclass
class Translated:
    """The columns with their translations; fields whose words say nothing are gone."""

    columns: dict[str, Column]
    doubts: list[str] = field(default_factory=list)


def translated(
    kind: Kind,
    mapping: Mapping,
    fed: Pairs[str, Sequence[Profile]],
    *,
    rows: Sequence[SourceRow],
    file: str,
) -> Translated:
    """Words are looked up in five languages; those that a mapping translates stay as they are."""
    done = Translated(dict(mapping.columns))
    for name, column in mapping.columns.items():
        each = kind.fields[kind.slots[name]]
        if len(fed[name]) != 1 or each.type not in ("code", "bool", "currency"):
            continue
        words = [text for text in fed[name][0].words if text.casefold() not in column.translate]
        amount = fed["amount"][0] if fed.get("amount") else None
        match each.type:
            case "bool":
                _bools(done, name, column, words)
            case "currency":
                _currencies(done, name, column, words)
            case "code" if name == "kind" and kind.name == "invoices" and amount:
                _kinds(done, each, words, fed[name][0], amount, rows=rows, file=file)
            case "code":
                _codes(done, each, words, fed[name][0], file=file)
    return done


def _bools(done: Translated, name: str, column: Column, words: Sequence[str]) -> None:
    meant = {each.casefold(): word("bool", each) for each in words}
    if not all(meant.values()):
        del done.columns[name]
        return
    more = {text: str(code) for text, code in meant.items() if text not in _PLAIN_BOOLS}
    done.columns[name] = replace(column, translate={**column.translate, **more})


def _currencies(done: Translated, name: str, column: Column, words: Sequence[str]) -> None:
    more = {each.casefold(): symbol_currency(each) for each in words if not is_currency(each)}
    known = {text: code for text, code in more.items() if code}
    if known:
        done.columns[name] = replace(column, translate={**column.translate, **known})


def _codes(
    done: Translated, each: Field, words: Sequence[str], profile: Profile, *, file: str
) -> None:
    column = done.columns[each.name]
    more: dict[str, str] = {}
    for text in words:
        if each.code(text):
            continue
        code = word("status", text) if each.name == "status" else None
        if code and each.code(code):
            more[text.casefold()] = code
        else:
            done.doubts.append(_asked(file, profile, text, each))
            return
    if more:
        done.columns[each.name] = replace(column, translate={**column.translate, **more})


def _kinds(
    done: Translated,
    each: Field,
    words: Sequence[str],
    profile: Profile,
    amount: Profile,
    *,
    rows: Sequence[SourceRow],
    file: str,
) -> None:
    """Sorts of documents. Where a minus tells credits, an unknown sort says nothing more."""
    column = done.columns[each.name]
    sign = done.columns["amount"].sign
    more: dict[str, str] = {}
    unknown: list[str] = []
    for text in words:
        code = each.code(text) or word("kind", text)
        if code in each.choices:
            more |= {} if each.code(text) else {text.casefold(): str(code)}
        else:
            unknown.append(text)
            more[text.casefold()] = ""
    positive = [
        text for text in unknown if not sign and not _is_negative(text, profile, amount, rows)
    ]
    payments = [text for text in positive if word("kind", text) == _PAYMENT]
    if len(unknown) == len(words) and not payments and (amount.amounts.negative or len(words) == 1):
        del done.columns[each.name]
        return
    if payments or (positive and not amount.amounts.negative):
        done.doubts.append(_asked(file, profile, (payments or positive)[0], each))
        return
    if more:
        done.columns[each.name] = replace(column, translate={**column.translate, **more})


def _is_negative(text: str, profile: Profile, amount: Profile, rows: Sequence[SourceRow]) -> bool:
    """Whether the rows of that sort have amounts with a minus only."""
    cells = [
        row.cells[amount.position].strip()
        for row in rows
        if not row.trouble
        and max(profile.position, amount.position) < len(row.cells)
        and row.cells[profile.position].strip() == text
    ]
    return all(
        each[:1] in ("-", "(", "\u2212") or each[-1:] in ("-", ")") for each in cells if each
    )


def _asked(file: str, profile: Profile, text: str, each: Field) -> str:
    return (
        f'{file}: "{text[:60]}" in {profile.name} is no {each.name} that Duebook knows: '
        f"translate it in a mapping to one of {', '.join(each.choices)}."
    )
