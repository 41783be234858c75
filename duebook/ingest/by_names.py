"""A mapping made of the columns that names and values point to, and what they leave open."""

from __future__ import annotations

from collections.abc import Sequence

from duebook.ingest.assign import CERTAIN, Assignment, Choice
from duebook.ingest.feeds import Column, Mapping
from duebook.ingest.finish import days_of_terms
from duebook.ingest.kinds import Kind
from duebook.ingest.names import is_ignored, is_of_statement, is_paid, is_terms
from duebook.ingest.profile import Profile
from duebook.ingest.proposal import FieldProposal
from duebook.ingest.rows import SourceRow
from duebook.ingest.written import Writing

_FOLLOWS = {
    "outstanding_amount": "what is paid is taken off the amount",
    "due_date": "the payment terms are added to the document's date",
}


def named(writing: Writing, best: Assignment) -> tuple[Mapping, list[FieldProposal]]:
    """The assignment as a mapping; what it leaves open is added to the writing's doubts."""
    kind, choices = best.kind, _sure(writing, best)
    columns = {
        name: Column((writing.label(choices[name].column),))
        for name in kind.slots
        if name in choices
    }
    if (less := _less_what_is_paid(writing, kind, columns)) is not None:
        columns["outstanding_amount"] = less
    if kind.name == "invoices" and "due_date" not in columns:
        columns |= _due_by_terms(writing)
    if kind.name == "invoices":
        _refuse_statements(writing)
    if kind.name == "invoices" and not {"outstanding_amount", "settled_date"} & columns.keys():
        _refuse_unknown_amounts(writing, choices["amount"].column, columns)
    fields = []
    for name, column in columns.items():
        choice = choices.get(name)
        score = min(choice.score, 1.0) if choice else CERTAIN
        reason = choice.reason if choice else _FOLLOWS[name]
        fields.append(FieldProposal(name, (*column.sources, *column.others), score, reason))
    return Mapping(kind=kind.name, columns=columns, skip_totals=True), fields


def _sure(writing: Writing, best: Assignment) -> dict[str, Choice]:
    kind, choices, file = best.kind, dict(best.choices), writing.source.name
    for name, choice in best.choices.items():
        column = choice.column.name
        if choice.rivals:
            names = " and ".join(f'"{each.name}"' for each in (choice.column, *choice.rivals))
            writing.doubts.append(
                f"{file}: {names} may each be the {name}, and they differ: say which in a mapping, "
                "or leave one out of the file."
            )
        elif choice.score < CERTAIN and kind.fields[kind.slots[name]].required:
            writing.doubts.append(
                f'{file}: "{column}" may be the {name}, but its name does not say so clearly: '
                "name the column in a mapping."
            )
        elif choice.score < CERTAIN:
            del choices[name]
    return choices


def _less_what_is_paid(writing: Writing, kind: Kind, columns: dict[str, Column]) -> Column | None:
    if "outstanding_amount" not in kind.slots or "outstanding_amount" in columns:
        return None
    used = {name for column in columns.values() for name in column.sources}
    paid = [
        writing.label(each)
        for each in writing.columns
        if is_paid(each.name) and each.amounts.count and writing.label(each) not in used
    ]
    return Column(columns["amount"].sources, less=tuple(paid)) if len(paid) == 1 else None


def _refuse_statements(writing: Writing) -> None:
    """Beside debits and credits a balance may run on from row to row, and be nobody's."""
    found = [each for each in writing.columns if is_of_statement(each.name) and each.amounts.count]
    if found:
        names = " and ".join(f'"{each.name}"' for each in found[:2])
        makes = "makes" if len(found) == 1 else "make"
        writing.doubts.append(
            f"{writing.source.name}: {names} {makes} it look like a statement of account, whose "
            "balance may run on from row to row: name the columns of amount and "
            "outstanding_amount in a mapping."
        )


def _due_by_terms(writing: Writing) -> dict[str, Column]:
    """A due date from the payment terms, where the file has no other and they can be counted."""
    found = [each for each in writing.columns if is_terms(each.name) and each.filled]
    if len(found) != 1:
        return {}
    known = writing.given.terms
    unknown = [text for text in found[0].words if days_of_terms(text, known=known) is None]
    if unknown:
        code = unknown[0][:40].replace('"', "")
        writing.doubts.append(
            f'{writing.source.name}: it has no due dates, and "{code}" in {found[0].name} may be '
            f'any number of days: say in a mapping how many they are ([terms] "{code}" = 30).'
        )
    return {"due_date": Column((), terms=writing.label(found[0]))}


def _refuse_unknown_amounts(writing: Writing, whole: Profile, columns: dict[str, Column]) -> None:
    """A column nobody knows may be what is still open, and then every figure would be wrong."""
    used = {name for column in columns.values() for name in column.sources}
    for column in writing.columns:
        if writing.label(column) in used or is_ignored(column.name) or not column.name.strip():
            continue
        if _may_be_part_of(whole, column, writing.rows):
            writing.doubts.append(
                f'{writing.source.name}: "{column.name}" holds amounts that may be what is still '
                "open, but Duebook does not know its name: feed outstanding_amount from it in a "
                "mapping, or leave the column out of the file."
            )
            return


def _may_be_part_of(whole: Profile, column: Profile, rows: Sequence[SourceRow]) -> bool:
    """Amounts, each between zero and the row's whole amount: some a part of it (with decimals, for
    a number of pieces may be less, too), or some the whole and some nothing.
    """
    seen = column.amounts
    if not seen.count or seen.count < column.filled or seen.count * 2 < whole.filled:
        return False
    pairs = [
        (_size(row.cells[column.position]), _size(row.cells[whole.position]))
        for row in rows
        if not row.trouble and max(column.position, whole.position) < len(row.cells)
    ]
    if not all(part <= all_ for part, all_ in pairs):
        return False
    is_part = seen.with_decimals and any(part and part != all_ for part, all_ in pairs)
    is_whole = any(part and part == all_ for part, all_ in pairs)
    return bool(is_part) or (is_whole and any(all_ and not part for part, all_ in pairs))


def _size(cell: str) -> float:
    """Roughly, whatever the marks: only to be compared, never stored."""
    text = cell.strip()
    last = max(text.rfind("."), text.rfind(","))
    has_decimals = last >= 0 and len(text) - last <= 3
    whole, part = (text[:last], text[last + 1 :]) if has_decimals else (text, "")
    digits = ["".join(letter for letter in each if letter.isdecimal()) for each in (whole, part)]
    return float(f"{digits[0][:30] or 0}.{digits[1] or 0}")
