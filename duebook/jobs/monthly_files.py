"""The monthly report as a file: the rows, order and figures of a page's question."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.utils.translation import override

from duebook.export.monthly import MonthlyAnswer, asked_notes, locale_of, notes
from duebook.reports.monthly import window
from duebook.reports.monthly_question import Question
from duebook.visibility.organisations import current
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer


def monthly_answer(
    viewer: Viewer, *, lang: str = "", at: datetime | None = None, **asked: Any
) -> MonthlyAnswer:
    """The twelve months up to today, in a language, else the organisation's. Inside seeing_months.

    `asked` are the fields of a Question. Raises UnknownLanguage.
    """
    # From JSON lists come back; a question has tuples.
    named: dict[str, Any] = {
        name: tuple(each) if isinstance(each, list) else each for name, each in asked.items()
    }
    question = Question(**named)
    organisation = current(viewer)
    locale = locale_of(lang or organisation.language)
    months = window(organisation.today)
    assert months  # the current month is always there
    at = at or datetime.now(UTC)
    with override(str(locale.language)):
        told = notes(organisation, question, months, asked_by=_name_of(viewer), at=at)
        told += asked_notes(question, locale)
    return MonthlyAnswer(question, months, locale, told)


def _name_of(viewer: Viewer) -> str:
    query = "SELECT name, email FROM ar.person WHERE org_id = %s AND id = %s"
    row = raw().execute(query, [viewer.org_id, viewer.person_id]).fetchone()
    return " ".join(filter(None, row)) if row else ""
