"""The twelve months as a file: figures for machines as CSV and JSON, for people as Excel."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from io import BytesIO, StringIO
from typing import Any
from zoneinfo import ZoneInfo

import xlsxwriter
from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton
from babel.localedata import locale_identifiers
from django.utils.translation import gettext as _
from django.utils.translation import override

from duebook.export.long_sheet import begin_rows, end_rows, text_cell
from duebook.export.tables import SHEET_ROWS_MAX, TooLong, harmless
from duebook.reports.monthly import (
    MEASURES,
    MonthlyRow,
    Window,
    adjustments,
    unsettled_receipts,
)
from duebook.reports.monthly_page import Question
from duebook.reports.workers import owners, teams
from duebook.visibility.organisations import Organisation

KEYS = ("account_number", "account_name", "currency")
SUMMED = ("net",)  # of these twelve months have a sum that means something
WIDTHS = (16, 34, 9)


class UnknownLanguage(Exception):
    """The message is one sentence with what is known."""


def locale_of(language: str) -> Locale:
    """Raises UnknownLanguage."""
    try:
        return Locale.parse(language.replace("_", "-"), sep="-")
    except (ValueError, UnknownLocaleError):
        known = ", ".join(languages())
        raise UnknownLanguage(
            f"{language} is no language that month names are known in; choose one of {known}."
        ) from None


@cache
def languages() -> list[str]:
    """The codes of all languages that months can be named in."""
    return sorted({Locale.parse(each).language for each in locale_identifiers()})


def month_name(month: date, locale: Locale) -> str:
    """Such as Mar 2026 in the locale's words and order."""
    return format_skeleton("yMMM", month, locale=locale)


def asked_notes(question: Question, locale: Locale) -> list[tuple[str, str]]:
    """Which rows a file of a page's question holds, and in which order. Inside seeing()."""
    names = dict([*owners(), *teams()])
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
    organisation: Organisation, data_type: str, window: Window, *, asked_by: str, at: datetime
) -> list[tuple[str, str]]:
    """What was counted, as of when and for whom. Inside seeing()."""
    said = {
        "debt": _("Debt: invoices, receipts, credits and adjustments by the date of the document."),
        "open_orders": _("Open orders at each month's end; the current month as of today."),
    }
    found = [
        (_("Organisation"), organisation.name),
        (_("Counted"), said[data_type]),
        (_("As of"), window.until.isoformat()),
        (_("Made for"), asked_by),
        (
            _("Made at"),
            at.astimezone(ZoneInfo(organisation.timezone)).isoformat(timespec="minutes"),
        ),
    ]
    if data_type == "debt":
        for currency, amount in adjustments(window):
            words = _(
                "Adjustments, which extend the five basic kinds, came to %(sum)s %(currency)s."
            )
            found.append((_("Adjustments"), words % {"sum": amount, "currency": currency}))
        if not organisation.self_settling:
            for currency, amount in unsettled_receipts(window):
                words = _("Invoice receipts of %(sum)s %(currency)s are counted as not settled.")
                found.append((_("Invoice receipts"), words % {"sum": amount, "currency": currency}))
    return found


@dataclass(frozen=True)
class MonthlyAnswer:
    """The rows of a window; `notes` stand on a sheet of their own. With `hide_idle` each measure
    is without its rows of zeros: what net leaves out may still be owed.
    """

    data_type: str
    measure: str
    window: Window
    rows: Sequence[MonthlyRow]
    locale: Locale
    notes: Sequence[tuple[str, str]] = ()
    hide_idle: bool = False

    def of(self, measure: str) -> Sequence[MonthlyRow]:
        """The rows that are shown by a measure."""
        if not self.hide_idle:
            return self.rows
        return [row for row in self.rows if any(row.cells(measure))]

    @property
    def heads(self) -> list[str]:
        return [*KEYS, *(f"{month:%Y-%m}" for month in self.window.months)]

    @property
    def row_count(self) -> int:
        return len(self.of(self.measure))

    @property
    def accounts(self) -> set[str]:
        """The numbers of the accounts that are in it."""
        return {row.account_number for row in self.rows}

    def content(self, form: str) -> bytes:
        """The file as csv, json or xlsx. Raises TooLong."""
        match form:
            case "xlsx":
                return self._book()
            case "json":
                lines = [dict(zip(self.heads, map(_json, line), strict=True)) for line in self]
                return (json.dumps(lines, ensure_ascii=False, indent=1) + "\n").encode()
        file = StringIO(newline="")
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(self.heads)
        for number, name, *figures in self:
            writer.writerow([harmless(number), harmless(name), *figures])
        return file.getvalue().encode()

    def __iter__(self) -> Iterator[list[Any]]:
        for row in self.of(self.measure):
            keys = (getattr(row, key) for key in KEYS)
            yield [*keys, *row.cells(self.measure)]

    def _book(self) -> bytes:
        """A sheet for each measure, the one asked for first, and the notes."""
        content = BytesIO()
        made = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        book = xlsxwriter.Workbook(content, made)
        book.set_properties({"created": datetime.combine(self.window.until, time())})
        with override(str(self.locale.language)):
            for measure in sorted(MEASURES[self.data_type], key=lambda each: each != self.measure):
                _Sheet(book, self, measure).write()
            self._write_notes(book)
        book.close()
        return content.getvalue()

    def _write_notes(self, book: Any) -> None:
        sheet = book.add_worksheet(_("Notes")[:31])
        if self.locale.text_direction == "rtl":
            sheet.right_to_left()
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 90)
        for at, (name, said) in enumerate(self.notes):
            sheet.write_string(at, 0, name)
            sheet.write_string(at, 1, said)


class _Sheet:
    """One measure: a line per account and currency, then one per currency."""

    def __init__(self, book: Any, answer: MonthlyAnswer, measure: str) -> None:
        self.book, self.answer, self.measure = book, answer, measure
        self.has_sum = measure in SUMMED
        self.formats: dict[tuple[int, bool], Any] = {}
        self.sums: dict[str, list[Any]] = defaultdict(list)

    def write(self) -> None:
        rows = self.answer.of(self.measure)
        if len(rows) + 100 > SHEET_ROWS_MAX:
            raise TooLong(f"{len(rows):,} rows are more than an Excel sheet holds")
        names = {
            "net": _("Net per month"),
            "closing": _("Owed at month end"),
            "count": _("Open orders"),
            "amount": _("Open order amounts"),
        }
        sheet = self.book.add_worksheet(names[self.measure][:31])
        if self.answer.locale.text_direction == "rtl":
            sheet.right_to_left()
        sheet.freeze_panes(1, 2)
        for at, width in enumerate(WIDTHS):
            sheet.set_column(at, at, width)
        sheet.set_column(len(KEYS), len(KEYS) + 12, 15)
        months = [month_name(each, self.answer.locale) for each in self.answer.window.months]
        heads = [_("Account number"), _("Customer"), _("Currency"), *months]
        if self.has_sum:
            heads.append(_("Total"))
        sheet.write_row(0, 0, heads, self.book.add_format({"bold": True, "bottom": 1}))
        write = begin_rows(sheet)
        for at, row in enumerate(rows, start=1):
            cells = row.cells(self.measure)
            write(f'<row r="{at + 1}">{self._cells(row, cells)}</row>')
            known = self.sums[row.currency]
            self.sums[row.currency] = (
                [a + b for a, b in zip(known, cells, strict=True)] if known else list(cells)
            )
        end_rows(sheet, rows=len(rows), columns=len(heads))
        for at, currency in enumerate(sorted(self.sums), start=1 + len(rows)):
            self._line(sheet, at, [_("Total"), "", currency], self.sums[currency], bold=True)

    def _cells(self, row: MonthlyRow, cells: Sequence[Any]) -> str:
        """A row as text: cell by cell a hundred thousand of them take ten times as long."""
        keys = "".join(map(text_cell, (row.account_number, row.account_name, row.currency)))
        figures = [*cells, sum(cells)] if self.has_sum else cells
        style = self._format(_decimals(figures[0]), bold=False)._get_xf_index()
        return keys + "".join([f'<c s="{style}"><v>{figure}</v></c>' for figure in figures])

    def _line(
        self, sheet: Any, at: int, keys: Sequence[str], cells: Sequence[Any], *, bold: bool = False
    ) -> None:
        for place, key in enumerate(keys):
            sheet.write_string(at, place, key, self._format(0, bold=bold) if bold else None)
        figures = [*cells, sum(cells)] if self.has_sum else cells
        for place, figure in enumerate(figures, start=len(keys)):
            sheet.write_number(at, place, figure, self._format(_decimals(figure), bold=bold))

    def _format(self, decimals: int, *, bold: bool) -> Any:
        if (decimals, bold) not in self.formats:
            form = "#,##0" + ("." + "0" * decimals if decimals else "")
            self.formats[decimals, bold] = self.book.add_format({"num_format": form, "bold": bold})
        return self.formats[decimals, bold]


def _local(at: datetime, organisation: Organisation) -> str:
    return at.astimezone(ZoneInfo(organisation.timezone)).isoformat(timespec="minutes")


def _decimals(figure: Decimal | int) -> int:
    return max(0, -int(figure.as_tuple().exponent)) if isinstance(figure, Decimal) else 0


def _json(value: Any) -> Any:
    return str(value) if isinstance(value, Decimal) else value
