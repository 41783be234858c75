"""The columns of a table: what a mapping calls them, what people read, which texts they hold."""

from __future__ import annotations

from django.utils.translation import gettext as _

from duebook.ingest.guess import plain_name
from duebook.ingest.intake_rows import TableProposal

SHOWN = 40


class Columns:
    """Of the sample of a table."""

    def __init__(self, proposal: TableProposal) -> None:
        self.proposal = proposal
        self.names = [plain_name(each) for each in proposal.header]
        self.calls = [self._called(place) for place in range(len(self.names))]

    def labels(self) -> dict[str, str]:
        """By what a mapping calls a column: its name with the first text in it."""
        found = {}
        for place, called in enumerate(self.calls):
            first = next(iter(self._texts(place)), "")
            name = self.proposal.header[place].strip() or _("Column %(n)s") % {"n": place + 1}
            found[called] = f"{name}: {first[:SHOWN]}" if first else name
        return found

    def texts(self, called: str) -> list[str]:
        """The texts of a column, each once."""
        if called in self.calls:
            return self._texts(self.calls.index(called))
        if plain_name(called) in self.names:
            return self._texts(self.names.index(plain_name(called)))
        return []

    def _texts(self, place: int) -> list[str]:
        cells = [row.cells[place].strip() for row in self.proposal.sample if place < len(row.cells)]
        return [*dict.fromkeys(cell for cell in cells if cell)]

    def _called(self, place: int) -> str:
        """Its name, or its place where it has none or several have it."""
        name = self.proposal.header[place].strip()
        is_alone = name and self.names.count(plain_name(name)) == 1
        return name if is_alone else f"#{place + 1}"
