"""The tables of a file that somebody sends, each with what it is understood to be so far."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import BadMapping, Mapping
from duebook.ingest.intake_rows import Landing, TableChoice, TableProposal
from duebook.ingest.landing import landings, sampled
from duebook.ingest.lines import with_lines
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.mappings import Recogniser
from duebook.ingest.opening import (
    InDoubt,
    Opened,
    digest_of,
    headed,
    open_table,
    remembered,
    tables_in,
    titled,
)
from duebook.ingest.proposal import SHOWN, FieldProposal, Proposal
from duebook.ingest.rows import Source, SourceRow, tabled
from duebook.ingest.understand import OWN

CHOSEN = "as chosen"


@dataclass(frozen=True)
class Table:
    """A table of a file; `opened` only when nothing about it is open."""

    proposal: TableProposal
    opened: Opened | None = None


@dataclass(frozen=True)
class Reading:
    """How the tables of a file are to be read: by what somebody chose, else as understood.

    `currency` is the organisation's, for files that name none.
    """

    kind: str
    choices: Pairs[str, TableChoice]
    currency: str
    saved: Recogniser

    def tables(self, path: Path) -> list[Table]:
        """Raises Unreadable when there is no table at all to ask about."""
        digest = digest_of(path)
        found = [source for sources in tables_in(path, self._mapping) for source in sources]
        says = [self._says(source) for source in found]
        summed = {mapping.lines_file.casefold() for mapping in says} - {""}
        return [
            self._table(path, source, mapping, digest=digest, beside=found)
            if source.name in self.choices or _last(source) not in summed
            else Table(_bare(source, TableChoice(left_out=True), ""))
            for source, mapping in zip(found, says, strict=True)
        ]

    def _choice(self, name: str) -> TableChoice:
        return self.choices.get(name) or TableChoice(kind=self.kind)

    def _mapping(self, name: str) -> Mapping:
        """What is said of a table. A mapping that cannot be one is told of with its table."""
        try:
            return parse_mapping(self._choice(name).mapping, name="The mapping")
        except BadMapping:
            return Mapping()

    def _says(self, source: Source) -> Mapping:
        """What is said of a table, else what was saved for its header."""
        mapping = self._mapping(source.name)
        if mapping.columns:
            return mapping
        with suppress(Unreadable):
            kind = self._choice(source.name).kind or mapping.kind
            if known := remembered(source, kind, self.saved):
                return known.mapping()
        return mapping

    def _table(
        self, path: Path, source: Source, says: Mapping, *, digest: str, beside: Sequence[Source]
    ) -> Table:
        choice = self._choice(source.name)
        if choice.left_out:
            return Table(_bare(source, choice, ""))
        try:
            mapping = parse_mapping(choice.mapping, name="The mapping")
            source = headed(source, mapping)
            if says.lines_file:
                source = with_lines(titled(source, says), says, _lines(says, beside))
            opened = open_table(
                path,
                source,
                choice.kind or None,
                replace(mapping, sheet=""),
                currency=self.currency,
                digest=digest,
                saved=self.saved,
            )
        except InDoubt as doubt:
            return Table(_proposed(doubt.source, doubt.proposal))
        except (Unreadable, BadMapping) as trouble:
            return Table(_bare(source, choice, str(trouble)))
        return Table(_understood(opened, choice), opened)


def _lines(mapping: Mapping, beside: Sequence[Source]) -> Source:
    """The table whose lines a mapping sums up. Raises BadMapping when it is not there."""
    wanted = mapping.lines_file.casefold()
    for each in beside:
        if _last(each) == wanted:
            return tabled(each, header=None)
    raise BadMapping(
        f"The amounts are taken from {mapping.lines_file}: send that file along, in one ZIP file."
    )


def _last(source: Source) -> str:
    """What the file itself is called, wherever it is packed."""
    return source.name.rpartition("/")[2].casefold()


def _understood(opened: Opened, choice: TableChoice) -> TableProposal:
    if opened.proposal:
        return _proposed(opened.source, opened.proposal)
    mapping, kind = opened.bound.mapping, opened.bound.kind.name
    why = f"saved as {opened.saved_as}" if opened.saved_as else CHOSEN
    return replace(
        _seen(opened.source, kind, replace(mapping, kind=kind)),
        title=why if mapping.columns else OWN,
        saved_as=opened.saved_as,
        fields=[
            FieldProposal(feed.field.name, (*feed.column.sources, *feed.column.others), 1.0, why)
            for feed in opened.bound.feeds
        ],
    )


def _proposed(source: Source, proposal: Proposal) -> TableProposal:
    return replace(
        _seen(source, proposal.kind, replace(proposal.mapping, kind=proposal.kind)),
        title=proposal.title,
        fields=list(proposal.fields),
        doubts=list(proposal.doubts),
        unused=list(proposal.unused),
        reasons=list(proposal.reasons),
    )


def _bare(source: Source, choice: TableChoice, trouble: str) -> TableProposal:
    """Of a table that nothing can be said of, or shall not."""
    rows: list[SourceRow] = []
    with suppress(Unreadable):
        rows = list(islice(source, SHOWN))
    return TableProposal(
        table=source.name,
        kind=choice.kind,
        title="",
        mapping=choice.mapping,
        header=list(source.header),
        typed=source.typed,
        sample=sampled(rows),
        trouble=trouble,
        left_out=choice.left_out,
    )


def _seen(source: Source, kind: str, mapping: Mapping) -> TableProposal:
    """The first rows, as they stand there and as they would land."""
    rows = list(islice(source, SHOWN))
    landing: list[Landing] = []
    with suppress(BadMapping, Unreadable):  # The doubts say why.
        landing = landings(
            rows, mapping, kind=kind, header=source.header, table=source.name, typed=source.typed
        )
    return TableProposal(
        table=source.name,
        kind=kind,
        title="",
        mapping=mapping_text(mapping),
        header=list(source.header),
        typed=source.typed,
        sample=sampled(rows),
        landing=landing,
    )
