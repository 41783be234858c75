"""The form that shows how a table is understood, and takes what a person says instead."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.http import QueryDict
from django.utils.translation import gettext as _

from duebook.ingest.encoding import Unreadable
from duebook.ingest.feeds import BadMapping, Column, Mapping
from duebook.ingest.finish import days_of_terms
from duebook.ingest.intake_rows import Landing, TableChoice, TableProposal
from duebook.ingest.kinds import KINDS, Field
from duebook.ingest.landing import landings, source_of
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.proposal import FieldProposal
from duebook.ingest.understand import understand, understand_in_part
from duebook.web.intake import words
from duebook.web.intake.columns import Columns
from duebook.web.intake.doubts import Doubt, doubt
from duebook.web.intake.mapping_lines import (
    FORMATS,
    KEPT,
    WORDS_MAX,
    Choice,
    Line,
    Lines,
    words_of,
)

SHOWN = 8
DAYS_MAX = 3650
# Decimal and thousands marks, and an amount written with them.
MARKS = {
    ".,": "1,234.56",
    ",.": "1.234,56",
    ", ": "1 234,56",
    ".'": "1'234.56",
    ".": "1234.56",
    ",": "1234,56",
}


@dataclass(frozen=True)
class Known:
    """What is understood of a table as one kind."""

    kind: str
    mapping: Mapping
    fields: Sequence[FieldProposal]
    doubts: Sequence[str]
    trouble: str = ""


class TableForm:
    """One table of the file. `data` is what was sent, None when the page is only shown.

    Ask `mapping` first: `trouble` says in a sentence why there is none.
    """

    def __init__(
        self,
        proposal: TableProposal,
        *,
        number: int,
        currency: str,
        data: QueryDict | None,
        is_one_of_many: bool = False,
    ) -> None:
        self.proposal, self.number, self.currency, self.data = proposal, number, currency, data
        self.prefix, self.columns = f"t{number}-", Columns(proposal)
        self.kind = self._sent("kind", proposal.kind)
        is_out = proposal.left_out or bool(proposal.trouble and is_one_of_many)
        self.is_left_out = self._sent("use", "" if is_out else "on") != "on"
        self.save_as = self._sent("save_as", proposal.saved_as)
        self.has_moved = self.kind != self._sent("was", proposal.kind)  # the kind, just now
        self.known = self._known()
        self.trouble = self.known.trouble
        self.mapping = self._mapping()
        self.doubts = [
            (f"{self.prefix}answer-{at}", each, self._answer(at))
            for at, each in enumerate(map(doubt, self.known.doubts))
        ]

    @property
    def title(self) -> str:
        return self.proposal.table

    @property
    def kinds(self) -> list[Choice]:
        choices = [Choice(code, str(said), code == self.kind) for code, said in words.KINDS.items()]
        return choices if self.kind else [Choice("", _("Choose …"), True), *choices]

    def unanswered(self) -> str:
        """The first thing that is still open, in one sentence; empty when nothing is."""
        if self.is_left_out:
            return ""
        if self.trouble:
            return self.trouble
        if self.mapping is None:
            return _("%(table)s: choose what it holds, or leave it out.") % {"table": self.title}
        for _name, each, answer in self.doubts:
            if not self._is_answered(each, answer):
                said = _("%(table)s: answer the question about it first: %(doubt)s")
                return said % {"table": self.title, "doubt": each.said}
        found = self.landing()
        return self.trouble if not found else ""

    def choice(self) -> TableChoice:
        """What was said, as the worker takes it."""
        if self.is_left_out or self.mapping is None:
            return TableChoice(kind=self.kind, left_out=True)
        return TableChoice(
            kind=self.kind, mapping=mapping_text(self.mapping), save_as=self.save_as.strip()
        )

    def landing(self) -> list[Landing]:
        """The first rows as they would land. Without any, `trouble` says why."""
        if self.mapping is None or self.is_left_out:
            return []
        source = source_of(self.proposal)
        try:
            found = landings(
                source,
                self.mapping,
                kind=self.kind,
                header=source.header,
                table=source.name,
                typed=source.typed,
            )
        except (BadMapping, Unreadable) as trouble:
            self.trouble = self.trouble or str(trouble)
            return []
        return found[:SHOWN]

    @property
    def landing_fields(self) -> list[str]:
        """The fields that are fed, in the order of the kind."""
        mapping = self.mapping or Mapping()
        return [name for name in self._slots() if {name} & {*mapping.columns, *mapping.defaults}]

    def landing_rows(self) -> list[tuple[Landing, list[str]]]:
        fields = self.landing_fields
        return [(row, [row.values.get(name, "") for name in fields]) for row in self.landing()]

    def fed_lines(self) -> list[Line]:
        """The fields that each row must have, then the others that a column feeds."""
        found = [line for line in self._lines if line.fed or line.of.required]
        return sorted(found, key=lambda line: not line.of.required)

    def unfed_lines(self) -> list[Line]:
        """The fields that could be fed as well."""
        return [line for line in self._lines if not (line.fed or line.of.required)]

    @cached_property
    def _lines(self) -> list[Line]:
        return Lines(self).all() if self.mapping else []

    def marks(self) -> list[Choice]:
        """How amounts are written."""
        mapping = self.mapping or Mapping()
        found = "" if self._asks("marks") else mapping.decimal + mapping.thousands
        sent = self._sent("marks", found)
        known = dict(MARKS)
        if found:
            known.setdefault(found, f"1{mapping.thousands}234{mapping.decimal}56")
        choices = [Choice(value, said, value == sent) for value, said in known.items()]
        return choices if sent in known else [Choice("", _("Choose …"), True), *choices]

    def default_currency(self) -> str:
        return (self.mapping or Mapping()).defaults.get("currency", "")

    @property
    def asks_currency(self) -> bool:
        """Whether the rows themselves do not say it."""
        return "currency" in self._slots() and "currency" not in (self.mapping or Mapping()).columns

    def terms(self) -> list[tuple[str, str, int | None]]:
        """Codes of payment terms that say no number of days: a field's name, the code, its days."""
        mapping = self.mapping or Mapping()
        columns = {each.terms for each in mapping.columns.values() if each.terms}
        codes = dict.fromkeys(text for column in columns for text in self.columns.texts(column))
        said = {code: mapping.terms.get(code.casefold()) for code in codes}
        asked = [code for code in codes if days_of_terms(code, known={}) is None]
        return [(f"{self.prefix}terms-{code}", code, said[code]) for code in asked[:WORDS_MAX]]

    # What is known

    def _known(self) -> Known:
        proposal = self.proposal
        if self.kind == proposal.kind and proposal.mapping:
            mapping = parse_mapping(proposal.mapping, name=proposal.table)
            return Known(proposal.kind, mapping, proposal.fields, proposal.doubts)
        if self.kind not in KINDS:
            self.kind = ""
            return Known("", Mapping(), (), (), proposal.trouble)
        source = source_of(proposal)
        try:
            found = understand(source, kind=self.kind, currency=self.currency)
        except Unreadable:  # it lacks columns: they may be named on the form
            found = understand_in_part(source, kind=self.kind, currency=self.currency)
        return Known(found.kind, found.mapping, found.fields, found.doubts)

    @cached_property
    def whole(self) -> Mapping:
        """With every column said, where the file's own names say it."""
        mapping = replace(self.known.mapping, kind=self.kind)
        if mapping.columns:
            return mapping
        return replace(mapping, columns={f.field: Column(f.columns) for f in self.known.fields})

    def _mapping(self) -> Mapping | None:
        if not self.kind:
            return None
        whole = self.whole
        if self.data is None or self.has_moved or self._key("was") not in self.data:
            return whole
        columns = {each.name: self._column(each, whole) for each in KINDS[self.kind].fields}
        fed = {name: column for name, column in columns.items() if column is not None}
        if fed.get("amount") != whole.columns.get("amount"):
            whole = replace(whole, lines_file="", lines_on="")
        mapping = self._with_currency(replace(whole, columns=fed))
        return self._with_terms(self._with_marks(self._with_answers(mapping)))

    def _column(self, each: Field, whole: Mapping) -> Column | None:
        was = whole.columns.get(each.name)
        sent = self._sent(f"f-{each.name}", KEPT)
        if sent == KEPT:
            column = was
        elif sent in self.columns.labels():
            column = Column((sent,))
        else:
            column = None
        if column is None:
            return None
        if (format_ := self._sent(f"d-{each.name}", KEPT)) in FORMATS and each.type == "date":
            column = replace(column, formats=(format_,))
        more = {
            word.text.casefold(): chosen
            for word in words_of(self, each, column)
            if (chosen := self._sent(word.name.removeprefix(self.prefix), KEPT)) != KEPT
            and (not chosen or chosen in each.choices)
        }
        return replace(column, translate={**column.translate, **more}) if more else column

    def _with_currency(self, mapping: Mapping) -> Mapping:
        code = self._sent("currency", mapping.defaults.get("currency", "")).strip().upper()
        rest = {name: text for name, text in mapping.defaults.items() if name != "currency"}
        is_used = code and "currency" in self._slots() and "currency" not in mapping.columns
        return replace(mapping, defaults={**rest, "currency": code} if is_used else rest)

    def _with_marks(self, mapping: Mapping) -> Mapping:
        sent = self._sent("marks", "")
        if sent not in MARKS:
            return mapping
        return replace(mapping, decimal=sent[0], thousands=sent[1:])

    def _with_answers(self, mapping: Mapping) -> Mapping:
        """An answer about dates is how those of the column in question are written."""
        columns = dict(mapping.columns)
        for at, each in enumerate(map(doubt, self.known.doubts)):
            answer = self._answer(at)
            if each.about != "dates" or answer not in {choice.value for choice in each.answers}:
                continue
            for name, column in columns.items():
                if column.sources[:1] == (each.column,) and not self._has_own_format(name):
                    formats = (answer, *(column.formats or mapping.date_formats))
                    columns[name] = replace(column, formats=tuple(dict.fromkeys(formats)))
        return replace(mapping, columns=columns)

    def _has_own_format(self, name: str) -> bool:
        return self._sent(f"d-{name}", KEPT) in FORMATS

    def _with_terms(self, mapping: Mapping) -> Mapping:
        prefix = self._key("terms-")
        said = {
            name.removeprefix(prefix).casefold(): int(days)
            for name, days in self._all_sent()
            if name.startswith(prefix) and days.isdecimal() and int(days) <= DAYS_MAX
        }
        return replace(mapping, terms={**mapping.terms, **said})

    # What is asked

    def _asks(self, about: str) -> bool:
        return any(doubt(each).about == about for each in self.known.doubts)

    def _answer(self, at: int) -> str:
        return self._sent(f"answer-{at}", "")

    def _is_answered(self, asked: Doubt, answer: str) -> bool:
        if asked.about == "marks":
            return self._sent("marks", "") in MARKS
        if asked.about == "terms":
            return all(days is not None for _name, _code, days in self.terms())
        if asked.about == "dates" and self._names_format(asked.column):
            return True
        return bool(answer)

    def _names_format(self, column: str) -> bool:
        """Whether the line of the field says how the column's dates are written."""
        columns = (self.mapping or Mapping()).columns
        fed = [name for name, each in columns.items() if each.sources[:1] == (column,)]
        return not fed or any(map(self._has_own_format, fed))

    def _slots(self) -> Sequence[str]:
        return [*KINDS[self.kind].slots] if self.kind else []

    def _key(self, name: str) -> str:
        return self.prefix + name

    def _all_sent(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name, value in self.data.items()] if self.data else []

    def _sent(self, name: str, otherwise: str) -> str:
        """What the form says; a box that is not ticked is not sent at all."""
        if self.data is None:
            return otherwise
        if name == "use":
            return self.data.get(self._key(name), "")
        return self.data.get(self._key(name), otherwise).replace("\0", "")
