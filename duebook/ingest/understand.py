"""What a file means, when nobody has said: a kind and a whole mapping, with a reason for each part.

Nothing is guessed in silence. Whatever the file leaves open stands in `doubts`, each a sentence
that names the place and the remedy; a proposal with doubts may be shown, corrected and saved as a
mapping, but not loaded.
"""

from __future__ import annotations

from dataclasses import replace

from duebook.ingest.assign import assignments, rivals
from duebook.ingest.by_names import named
from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import Column, Mapping
from duebook.ingest.guess import guess_kind, plain_name
from duebook.ingest.kinds import KINDS, Kind
from duebook.ingest.mapping import plain_mapping
from duebook.ingest.presets import recognised
from duebook.ingest.profile import Profile
from duebook.ingest.proposal import SHOWN, FieldProposal
from duebook.ingest.proposal import Proposal as Proposal
from duebook.ingest.rows import Source
from duebook.ingest.written import PLAIN, Writing, nulls_beside

OWN = "Duebook's own column names"


def understand(
    source: Source, *, kind: str | None = None, given: Mapping | None = None, currency: str = ""
) -> Proposal:
    """Propose a mapping. `given` is what somebody has said already, columns excepted; `currency`
    is what the amounts are in where the file does not tell.

    Raises Unreadable when the file is of no kind.
    """
    given = given or plain_mapping()
    kind = kind or given.kind
    if kind and kind not in KINDS:
        raise Unreadable(f'"{kind}" is no kind of file: use one of {", ".join(KINDS)}.')
    writing = Writing(source, given, currency)
    names = {plain_name(name) for name in source.header}
    own = kind or guess_kind(source.header)
    if own and KINDS[own].required - given.defaults.keys() <= names:
        return _own(writing, KINDS[own])
    if found := recognised(source.header, kind=kind):
        preset, mapping = found
        fields = [
            FieldProposal(name, column.sources, 1.0, f"an export of {preset.title}")
            for name, column in mapping.columns.items()
        ]
        completed = writing.completed(KINDS[preset.table["kind"]], mapping)
        return _proposal(writing, preset.table["kind"], preset.title, completed, fields)
    return _by_names(writing, kind)


def _own(writing: Writing, kind: Kind) -> Proposal:
    """Duebook's names. What is written plainly is read plainly, as it always was."""
    by_name = {plain_name(column.name): column for column in writing.columns}
    fed = {name: by_name[name] for name in kind.slots if name in by_name}
    odd = {
        name: column
        for name, column in fed.items()
        if not _is_plain(column, kind.fields[kind.slots[name]].type)
    }
    mapping = writing.given
    if odd:
        whole = Mapping(
            kind=kind.name,
            columns={name: Column((each.name.strip(),)) for name, each in fed.items()},
        )
        mapping = writing.completed(kind, whole, only=[*odd.values()])
        # Its other rows loaded before, so they do now.
        if writing.doubts and not odd.keys() & kind.required:
            mapping = writing.given
            writing.doubts.clear()
    nulls = nulls_beside(kind, {name: [each] for name, each in fed.items()})
    mapping = replace(mapping, nulls=mapping.nulls | nulls)
    fields = [FieldProposal(name, (each.name,), 1.0, OWN) for name, each in fed.items()]
    return _proposal(writing, kind.name, OWN, mapping, fields)


def _is_plain(column: Profile, type_: str) -> bool:
    match type_:
        case "date":
            seen = column.dates
            if seen.typed and not seen.clear and seen.swapped_in_part():
                return False
            is_plain = bool(seen.clear.keys() & {*PLAIN} or seen.typed)
            return is_plain or not (seen.families or seen.clear)
        case "amount" | "quantity":
            amounts = column.amounts
            if "," in amounts.decimal and "." in amounts.decimal:
                return True
            commas = "," in amounts.decimal or "," in amounts.either
            return not (commas or amounts.thousands or amounts.symbols)
    return True


def _by_names(writing: Writing, asked: str | None) -> Proposal:
    source = writing.source
    found = assignments(writing.columns, writing.rows, kinds=[asked] if asked else list(KINDS))
    best = found[0]
    if best.missing:
        if _is_headerless(writing):
            raise Unreadable(
                f"{source.name} begins with values ({writing.shown}) where the names of its "
                "columns should stand: add a row of names, or say them in a mapping "
                f"({_named_columns(KINDS[asked or 'invoices'], len(source.header))})."
            )
        lacks = ", ".join(best.missing)
        fed = [f"{name} from {each.column.name[:60]}" for name, each in best.choices.items()]
        understood = f"; understood are {', '.join(fed)}" if fed else ""
        has = f"it has {writing.shown}{understood}"
        if asked:
            raise Unreadable(
                f"{source.name} has no column for {lacks}, which {asked} must have: name its "
                f"columns so, or say with a mapping which they are ({has})."
            )
        raise Unreadable(
            f"{source.name} does not tell which kind of rows it holds: say so with --kind "
            f"({', '.join(KINDS)}) or a mapping ({has}; as {best.kind.name} it lacks {lacks})."
        )
    if others := rivals(found):
        several = {each.kind.name for each in (best, *others)}
        kinds = " or ".join(name for name in KINDS if name in several)
        writing.doubts.append(f"{source.name} may hold {kinds}: say which with --kind.")
    mapping, fields = named(writing, best)
    completed = writing.completed(best.kind, mapping)
    return _proposal(writing, best.kind.name, "by the names of its columns", completed, fields)


def _is_headerless(writing: Writing) -> bool:
    """Whether the first row holds a date above dates or an amount above amounts."""
    for column in writing.columns:
        first = Profile(column.position, "")
        first.add(writing.source.header_line, column.name)
        if first.dates.count and column.dates.count:
            return True
        if first.amounts.count and column.amounts.count:
            return True
    return False


def _named_columns(kind: Kind, count: int) -> str:
    """How a mapping names the columns of a file without a header, as an example."""
    names = [f'"{each.name}"' for each in kind.fields if each.required][:count]
    more = ["..."] if len(names) < count else []
    return f"header = [{', '.join(names + more)}]"


def _proposal(
    writing: Writing, kind: str, title: str, mapping: Mapping, fields: list[FieldProposal]
) -> Proposal:
    columns = mapping.columns
    kept = [each for each in fields if each.field in columns or not columns]
    used = {name for each in columns.values() for name in (*each.sources, *each.others)}
    used |= {name for each in kept for name in each.columns}
    unused = [
        column.name.strip()
        for column in writing.columns
        if column.name.strip() and not {writing.label(column), column.name.strip()} & used
    ]
    return Proposal(
        file=writing.source.name,
        kind=kind,
        title=title,
        mapping=replace(mapping, kind=mapping.kind or (kind if columns else None)),
        fields=tuple(kept),
        doubts=tuple(writing.doubts),
        unused=tuple(unused),
        reasons=tuple(writing.reasons),
        sample=tuple(writing.rows[:SHOWN]),
    )


def understand_in_part(source: Source, *, kind: str, currency: str = "") -> Proposal:
    """What of a kind a file seems to have, although it lacks what the kind must have.

    For a person to complete: it cannot be loaded as it is.
    """
    writing = Writing(source, plain_mapping(), currency)
    best = assignments(writing.columns, writing.rows, kinds=[kind])[0]
    columns = {
        name: Column((writing.label(choice.column),)) for name, choice in best.choices.items()
    }
    mapping = Mapping(kind=kind, columns=columns, skip_totals=True)
    fields = [
        FieldProposal(name, columns[name].sources, min(choice.score, 1.0), choice.reason)
        for name, choice in best.choices.items()
    ]
    completed = writing.completed(best.kind, mapping)
    return _proposal(writing, kind, "by the names of its columns", completed, fields)
