"""What an address of the monthly report asks: for the page, its files, and mailed views."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from duebook.reports.monthly import MEASURES, Window
from duebook.reports.monthly_order import FLAGS, SORTS
from duebook.reports.monthly_question import DEFAULT_SORT, Question

Values = Callable[[str], Sequence[str]]  # what is written for a name, in order
LONGEST = 200


class NotKnown(Exception):
    """`written` for `name` is none of `choices`; without choices it is no number."""

    def __init__(self, name: str, written: str, choices: Iterable[str] = ()) -> None:
        super().__init__(f"{written} is no value of {name}")
        self.name, self.written, self.choices = name, written, tuple(choices)


def question_of(values: Values) -> Question:
    """Raises NotKnown. The currency is what is written, and may be empty."""
    data_type = _one(values, "data_type", MEASURES) or "debt"
    ways = [f"{way}{sort}" for sort in SORTS[data_type] for way in ("", "-")]
    flags = [_known("flag", each, FLAGS) for each in values("flag") if each]
    return Question(
        data_type=data_type,
        measure=_one(values, "measure", MEASURES[data_type]) or MEASURES[data_type][0],
        currency=_text(values, "currency"),
        sort=_one(values, "sort", ways) or DEFAULT_SORT,
        search=_text(values, "q"),
        owners=_ids(values, "owner"),
        teams=_ids(values, "team"),
        flags=tuple(each for each in FLAGS if each in flags),
        hide_idle=_one(values, "zeros", ("hide", "show")) == "hide",
    )


def currency_of(
    question: Question,
    window: Window,
    *,
    usual: str,
    there: Callable[[Question, Window], Sequence[str]],
) -> tuple[str, tuple[str, ...]]:
    """The currency that is shown, and those there are rows in: the one asked for, else the
    organisation's usual one, else the first.
    """
    found = tuple(there(Question(data_type=question.data_type), window))
    fallback = found[0] if found and usual not in found else usual
    return question.currency or fallback, found


def _text(values: Values, name: str) -> str:
    """The last one, without the one letter that no text of the database can hold."""
    written = [*values(name)]
    return written[-1].replace("\0", "").strip()[:LONGEST] if written else ""


def _one(values: Values, name: str, choices: Iterable[str] | Mapping[str, object]) -> str:
    written = _text(values, name)
    return _known(name, written, choices) if written else ""


def _known(name: str, written: str, choices: Iterable[str]) -> str:
    known = [*choices]
    if written not in known:
        raise NotKnown(name, written, known)
    return written


def _ids(values: Values, name: str) -> tuple[int, ...]:
    found = []
    for written in filter(None, values(name)):
        if not (written.isascii() and written.isdecimal() and len(written) <= 18):
            raise NotKnown(name, written)
        found.append(int(written))
    return tuple(found)
