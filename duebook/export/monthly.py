"""The twelve months as a file: figures for machines as CSV and JSON, for people as Excel."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache
from io import BytesIO, TextIOWrapper
from typing import IO
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError, localedata
from babel.dates import format_skeleton
from django.utils.translation import gettext as _
from django.utils.translation import override

from duebook.export.long_sheet import LongSheet, Texts, long_xlsx
from duebook.export.tables import harmless
from duebook.reports.monthly import MEASURES, MONTHS, Window
from duebook.reports.monthly_file import SUMMED, texts
from duebook.reports.monthly_notes import adjustments, unsettled_receipts
from duebook.reports.monthly_page import Totals, totals
from duebook.reports.monthly_question import NO_OWNER, Question
from duebook.reports.workers import owners, teams
from duebook.visibility.organisations import Organisation

KEYS = ("account_number", "account_name", "currency")
WIDTHS = (16, 34, 9)
TAG = re.compile("[a-z]{2,3}([-_][a-z0-9]{2,8})*", re.IGNORECASE)
LONGEST_SAID = 40  # of what was written, in a sentence about it


class UnknownLanguage(Exception):
    """The message is one sentence with what is known."""


def locale_of(language: str) -> Locale:
    """Raises UnknownLanguage."""
    try:
        if TAG.fullmatch(language):
            locale = Locale.parse(language.replace("_", "-"), sep="-")
            if language.lower() != "und" and locale.language in languages():
                _with_own_months(str(locale))
                return locale
    except (ValueError, UnknownLocaleError):
        pass
    known = ", ".join(languages())
    raise UnknownLanguage(
        f"{language[:LONGEST_SAID]} is no language that month names are known in; choose one of"
        f" {known}."
    )


@cache
def _with_own_months(locale: str) -> None:
    """Babel writes names it looks up into data that locales share, where others inherit them."""
    data = localedata.load(locale)
    data["months"] = deepcopy(data["months"])


@cache
def languages() -> list[str]:
    """The codes of all languages that months can be named in."""
    return sorted({Locale.parse(each).language for each in localedata.locale_identifiers()})


def month_name(month: date, locale: Locale) -> str:
    """Such as Mar 2026 in the locale's words and order."""
    return format_skeleton("yMMM", month, locale=locale)


def asked_notes(question: Question, locale: Locale) -> list[tuple[str, str]]:
    """Which rows a file of a page's question holds, and in which order. Inside seeing()."""
    names = dict([(NO_OWNER, _("No owner")), *owners(), *teams()])
    own, shared = (
        ", ".join(names.get(each, str(each)) for each in ids)
        for ids in (question.owners, question.teams)
    )
    flags = {
        "rising": _("Debt is rising"),
        "began": _("Debt has begun"),
        "old_order": _("Order open for more than 90 days"),
    }
    column, is_down = question.sort.removeprefix("-"), question.sort.startswith("-")
    found = [
        (_("Currency"), question.currency or _("all")),
        (_("Search"), question.search),
        (_("Owner"), own),
        (_("Team"), shared),
        (_("Flag"), ", ".join(flags[each] for each in question.flags)),
        (_("Rows of zeros"), _("left out") if question.hide_idle else ""),
        (_("Sorted by"), column + (", " + _("descending") if is_down else "")),
    ]
    return [(name, said) for name, said in found if said]


def notes(
    organisation: Organisation, question: Question, window: Window, *, asked_by: str, at: datetime
) -> list[tuple[str, str]]:
    """What was counted, as of when and for whom. Inside seeing()."""
    said = {
        "debt": _("Debt: invoices, receipts, credits and adjustments by the date of the document."),
        "open_orders": _("Open orders at each month's end; the current month as of today."),
    }
    found = [
        (_("Organisation"), organisation.name),
        (_("Counted"), said[question.data_type]),
        (_("As of"), window.until.isoformat()),
        (_("Made for"), asked_by),
        (
            _("Made at"),
            at.astimezone(ZoneInfo(organisation.timezone)).isoformat(timespec="minutes"),
        ),
    ]
    if question.data_type == "debt":
        for currency, amount in adjustments(question, window):
            words = _(
                "Adjustments, which extend the five basic kinds, came to %(sum)s %(currency)s."
            )
            found.append((_("Adjustments"), words % {"sum": amount, "currency": currency}))
        if not organisation.self_settling:
            for currency, amount in unsettled_receipts(question, window):
                words = _("Invoice receipts of %(sum)s %(currency)s are counted as not settled.")
                found.append((_("Invoice receipts"), words % {"sum": amount, "currency": currency}))
    return found


@dataclass
class MonthlyAnswer:
    """The rows of a question, which are read when the file is written: inside the viewer's
    snapshot. `notes` stand on a sheet of their own. With `hide_idle` each measure is without its
    rows of zeros: what net leaves out may still be owed.

    Whose accounts the rows are is known afterwards, by their numbers.
    """

    question: Question
    window: Window
    locale: Locale
    notes: Sequence[tuple[str, str]] = ()
    row_count: int = 0
    accounts: set[str] = field(default_factory=set)

    @property
    def heads(self) -> list[str]:
        return [*KEYS, *(f"{month:%Y-%m}" for month in self.window.months)]

    def content(self, form: str) -> bytes:
        """The file as csv, json or xlsx. Raises TooLong."""
        if form == "xlsx":
            return self._book()
        with TextIOWrapper(BytesIO(), encoding="utf-8", newline="") as file:
            (self._json if form == "json" else self._csv)(file)
            file.flush()
            written = file.buffer
            assert isinstance(written, BytesIO)
            return written.getvalue()

    def _csv(self, file: IO[str]) -> None:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.heads)
        for number, name, *rest in self._lines():
            writer.writerow([harmless(number or ""), harmless(name or ""), *rest])

    def _json(self, file: IO[str]) -> None:
        """A list of objects. Amounts are strings: a JSON number would be read as a float."""
        counted = self.question.measure == "count"
        for line in self._lines():
            figures = [int(each or 0) if counted else each for each in line[len(KEYS) :]]
            told = dict(zip(self.heads, (*line[: len(KEYS)], *figures), strict=True))
            file.write(f"{'[' if self.row_count == 1 else ','}\n ")
            file.write(json.dumps(told, ensure_ascii=False))
        file.write("\n]\n" if self.row_count else "[]\n")

    def _lines(self) -> Iterator[Texts]:
        """What a line of the CSV says: whose it is and its twelve months."""
        for row in self._rows(self.question.measure):
            yield row[: len(KEYS) + MONTHS]

    def _rows(self, measure: str) -> Iterator[Texts]:
        for row in texts(self.question, self.window, measure=measure):
            self.row_count += measure == self.question.measure
            self.accounts.add(row[0] or "")
            yield row

    def _book(self) -> bytes:
        """A sheet for each measure, the one asked for first, and the notes."""
        content = BytesIO()
        first = self.question.measure
        measures = sorted(MEASURES[self.question.data_type], key=lambda each: each != first)
        with override(str(self.locale.language)):
            sheets = [
                self._sheet(each) for each in sorted(measures, key=lambda each: each != first)
            ]
            self.row_count = sheets[0].row_count
            long_xlsx(
                content,
                sheets,
                made_on=self.window.until,
                about=self.notes,
                about_name=_("Notes"),
                right_to_left=self.locale.text_direction == "rtl",
            )
        return content.getvalue()

    def _sheet(self, measure: str) -> LongSheet:
        """One measure: a line per account and currency, then one per currency."""
        names = {
            "net": _("Net per month"),
            "closing": _("Owed at month end"),
            "count": _("Open orders"),
            "amount": _("Open order amounts"),
        }
        months = [month_name(each, self.locale) for each in self.window.months]
        columns = [_("Account number"), _("Customer"), _("Currency"), *months]
        if measure in SUMMED:
            columns.append(_("Total"))
        sums = totals(replace(self.question, measure=measure), self.window)
        return LongSheet(
            name=names[measure],
            columns=columns,
            kinds=["text"] * len(KEYS) + ["number"] * (len(columns) - len(KEYS)),
            currency=KEYS.index("currency"),
            read=lambda: self._rows(measure),
            row_count=sum(each.rows for each in sums),
            totals=[_total(columns, measure, each) for each in sums],
            widths=WIDTHS,
            frozen_columns=2,
        )


def _total(columns: Sequence[str], measure: str, sums: Totals) -> dict[str, object]:
    figures = list(getattr(sums, measure))
    if measure in SUMMED:
        figures.append(sums.total)
    return dict(zip(columns, [_("Total"), "", sums.currency, *figures], strict=True))
