"""The monthly report on its way into a file: all rows of a question, as they come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import LiteralString

from duebook.reports.monthly import MONTHS, Window
from duebook.reports.monthly_order import OTHERS, told
from duebook.reports.monthly_question import Question, order_meant, rows_meant
from duebook.reports.rows import Texts, query, streamed

SUMMED = ("net",)  # of these twelve months have a sum that means something


def texts(question: Question, asked: Window, *, measure: str) -> Iterator[Texts]:
    """Account number, name, currency and the twelve figures of a measure, of net their sum, too.

    In the order of the question, whatever the measure; with `hide_idle` without rows that are zero
    in this one. As the database writes them, read as they are taken. Raises KeyError for what
    cannot be sorted by in this mode, NotReady when the window is not there.
    """
    order, meant = (
        order_meant(question, asked),
        rows_meant(replace(question, measure=measure), asked),
    )
    figures: list[LiteralString] = [told(measure, place) for place in range(1, MONTHS + 1)]
    if measure in SUMMED:
        figures.append(f"{OTHERS['total']} * y.unit")
    text = query("monthly_file.sql").replace("[figures]", ", ".join(figures))
    text = text.replace("[joined]", order.beside(meant.joined)).replace("[order]", order.text)
    return streamed(text.replace("[kept]", meant.text), meant.named)
