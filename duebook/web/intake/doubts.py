"""What a file leaves open, as a question with answers to choose from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from duebook.ingest.dates import NotADate, date_parser
from duebook.web.templatetags.figures import day

# What a doubt is about, by how its remedy reads for those who write mappings by hand.
_ABOUT = (
    ("dates", "date_formats"),
    ("marks", "decimal"),
    ("kind", "--kind"),
    ("terms", "[terms]"),
    ("words", "translate it in a mapping"),
)
_REMEDY = re.compile(r": [^:]*(?:--kind|mapping|\[terms\]|decimal = )[^:]*$")
_FORMATS = re.compile(r'\["([^"\]]+)"\]')
_QUOTED = re.compile(r'"([^"]+)"')
_COLUMN = re.compile(r', line \d+, (.*?): "')


@dataclass(frozen=True)
class Answer:
    """A choice: what the form sends, and what it means."""

    value: str
    said: str


@dataclass(frozen=True)
class Doubt:
    """`about` is dates, marks, kind, terms, words or columns. Without answers it is settled by
    looking at what the form shows, and saying so. `column` is the one in doubt, if it is one.
    """

    said: str
    about: str
    column: str
    answers: list[Answer] = field(default_factory=list)


def doubt(sentence: str) -> Doubt:
    """A sentence of the understanding, without what only a mapping's author can do about it."""
    about = next((name for name, sign in _ABOUT if sign in sentence), "columns")
    place = _COLUMN.search(sentence)
    answers = [*_days(sentence)] if about == "dates" else []
    return Doubt(_REMEDY.sub(".", sentence), about, place[1] if place else "", answers)


def _days(sentence: str) -> Iterator[Answer]:
    """Each format with what it makes of the very date that is in doubt."""
    formats = _FORMATS.findall(sentence)
    seen = next(iter(_QUOTED.findall(sentence)), "")
    for each in formats:
        try:
            yield Answer(each, f"{each}: {seen} = {day(date_parser([each])(seen))}")
        except NotADate:
            yield Answer(each, each)
