"""How the form of a mapping is drawn: a line for each field, with its columns to choose from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from duebook.ingest.dates import PLAIN_FORMATS
from duebook.ingest.feeds import Column, Mapping
from duebook.ingest.kinds import KINDS, Field
from duebook.web.intake import words

if TYPE_CHECKING:
    from duebook.web.intake.mapping_form import TableForm

KEPT = "="  # as it was understood
WORDS_MAX = 12
LIKELY, CERTAIN = 0.6, 0.9
FORMATS = (
    *PLAIN_FORMATS,
    *("D.M.YYYY", "D/M/YYYY", "M/D/YYYY", "D-M-YYYY", "M-D-YYYY", "D.M.YY", "D/M/YY", "M/D/YY"),
    *("D MMM YYYY", "D-MMM-YYYY", "MMM D, YYYY"),
)


@dataclass(frozen=True)
class Choice:
    """An option of a list."""

    value: str
    said: str
    chosen: bool = False


@dataclass(frozen=True)
class Word:
    """A word of the file that stands for one of Duebook's, which the form asks about."""

    name: str
    text: str
    choices: list[Choice]


@dataclass(frozen=True)
class Line:
    """One field: which column feeds it, how sure that is, how its dates are written."""

    of: Field
    name: str
    columns: list[Choice]
    sureness: str
    reason: str
    formats: list[Choice] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    fed: bool = False


class Lines:
    """Of a form that has a mapping."""

    def __init__(self, form: TableForm) -> None:
        self.form, self.mapping = form, form.mapping or Mapping()
        self.labels = form.columns.labels()

    def all(self) -> list[Line]:
        """In the order of the kind."""
        return [self._line(each) for each in KINDS[self.form.kind].fields]

    def _line(self, each: Field) -> Line:
        column = self.mapping.columns.get(each.name)
        said = {found.field: found for found in self.form.known.fields}.get(each.name)
        is_kept = column is not None and column.sources == self._understood(each.name)
        return Line(
            of=each,
            name=f"{self.form.prefix}f-{each.name}",
            columns=[*self._columns(each.name, column, is_kept=is_kept)],
            sureness=_sureness(said.confidence) if said and is_kept else "",
            reason=said.reason if said and is_kept else "",
            formats=self._formats(column) if column and each.type == "date" else [],
            words=[*words_of(self.form, each, column)] if column else [],
            fed=column is not None,
        )

    def _understood(self, name: str) -> tuple[str, ...] | None:
        was = self.form.whole.columns.get(name)
        return was.sources if was else None

    def _columns(self, name: str, column: Column | None, *, is_kept: bool) -> Iterator[Choice]:
        was = self.form.whole.columns.get(name)
        yield Choice("", _("not in the file"), column is None)
        if was is not None:
            yield Choice(KEPT, self._said(was), is_kept)
        for label, text in self.labels.items():
            if was is None or is_more(was) or was.sources != (label,):
                is_chosen = column is not None and not is_kept and column.sources == (label,)
                yield Choice(label, text, is_chosen)

    def _said(self, column: Column) -> str:
        """A column, or what it is worked out from."""
        labels = self.labels
        if not is_more(column):
            return labels.get(column.sources[0], column.sources[0])
        return " + ".join(dict.fromkeys((*column.sources, *column.others)))

    def _formats(self, column: Column) -> list[Choice]:
        given = column.formats or self.mapping.date_formats
        sent = column.formats[0] if len(column.formats) == 1 else KEPT
        kept = Choice(KEPT, ", ".join(given), sent not in FORMATS)
        return [kept, *(Choice(each, each, each == sent) for each in FORMATS)]


def words_of(form: TableForm, each: Field, column: Column) -> Iterator[Word]:
    """Words of the sample that are none of the field's own."""
    if each.type != "code" or len(column.sources) != 1:
        return
    texts = [text for text in form.columns.texts(column.sources[0]) if not each.code(text)]
    for at, text in enumerate(texts[:WORDS_MAX]):
        meant = column.translate.get(text.casefold())
        codes = [Choice(code, words.code(code), code == meant) for code in each.choices]
        choices = [
            Choice(KEPT, _("Choose …"), meant is None),
            Choice("", _("says nothing"), meant == ""),
            *codes,
        ]
        yield Word(f"{form.prefix}w-{each.name}-{at}", text, choices)


def _sureness(confidence: float) -> str:
    if confidence >= CERTAIN:
        return _("certain")
    return _("likely") if confidence >= LIKELY else _("a guess")


def is_more(column: Column) -> bool:
    """Whether it is more than the texts of one column."""
    return len(column.sources) != 1 or bool(column.others)
