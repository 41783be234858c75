"""The monthly report for programs: the rows of the page and the file, as many as are asked for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from babel import Locale
from django.http import QueryDict
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import BeforeValidator, Field

from duebook.export.monthly import UnknownLanguage, locale_of, month_name
from duebook.reports.freshness import Freshness
from duebook.reports.monthly import EARLIEST, MEASURES, Window
from duebook.reports.monthly_notes import adjustments, unsettled_receipts
from duebook.reports.monthly_page import Page, PageRow, Totals
from duebook.reports.monthly_question import Question
from duebook.visibility.organisations import Organisation
from duebook.web.api.answers import Account, Amount, Currency
from duebook.web.api.asking import SIZE, SIZE_MAX, sized
from duebook.web.asked import Unclear, currency_of
from duebook.web.filters import one_of, text


class MonthlyQuestion(Schema):
    data_type: str = Field("", description="debt (the default) or open_orders")
    measure: str = Field("", description="Of debt net or closing; of open_orders count or amount")
    through: str = Field(
        "", description="Year-month, the last of the twelve; the current if left out"
    )
    lang: str = Field("", description="The language of the names of months; the organisation's own")
    currency: str = Field("", description="Only this currency, such as USD")
    search: str = Field("", description="A part of names or account numbers")
    hide_idle: str = Field("", description="true: without rows of zeros")
    after: str = Field(
        "", description="The `next` of the answer before; the first rows if left out"
    )
    size: str = Field("", description=f"Rows of an answer, up to {SIZE_MAX}; {SIZE} if left out")


Cell = Annotated[
    str,
    BeforeValidator(str),
    Field(description="An amount in major units, or a number of orders", examples=["1234.50"]),
]


class Month(Schema):
    month: str = Field(description="Year-month", examples=["2026-03"])
    name: str = Field(description="In the language asked for", examples=["Mar 2026"])


class Cells(Schema):
    currency: Currency
    cells: list[Cell] = Field(description="The twelve figures, in the order of `months`")
    opening: Amount = Field(description="What was owed before the first month; 0 of open orders")


class MonthlyRow(Cells, Account):
    months_open: int = Field(description="At how many of the months' ends an order was open")
    oldest_order_date: date | None = Field(description="Of the orders open at the end")
    rising_months: int = Field(
        description="Complete months in a row in which the debt rose, from 3"
    )
    owing_since: date | None = Field(
        description="The month in which the debt began, if one of these"
    )


class MonthlyTotal(Cells):
    rows: int


class Sum(Schema):
    currency: Currency
    amount: Amount


class MonthlyAnswer(Schema):
    """closing = the closing before + net; the last closing of the current month is outstanding."""

    data_type: str
    measure: str
    as_of: date = Field(description="Facts dated later do not count")
    months: list[Month]
    rows: list[MonthlyRow]
    totals: list[MonthlyTotal] = Field(description="Of all rows that match, by currency")
    next: str | None = Field(description="To be sent as `after` for the rows that follow")
    adjustments: list[Sum] = Field(description="What adjustments among the net came to")
    unsettled: list[Sum] = Field(
        description="Invoice receipts that were counted although they may settle themselves"
    )
    data_as_of: Any = Field(description="Until when everything the sources said is in the figures")
    data_is_late: bool = Field(description="A source cannot be asked, or has not been")


@dataclass(frozen=True)
class Asked:
    question: Question
    through: date | None
    locale: Locale
    after: str
    size: int


def asked_in(query: QueryDict, *, organisation: Organisation) -> Asked:
    """Raises Unclear."""
    data_type = one_of(query, "data_type", MEASURES) or "debt"
    question = Question(
        data_type=data_type,
        measure=one_of(query, "measure", MEASURES[data_type]) or MEASURES[data_type][0],
        currency=currency_of(query),
        sort="account_number",
        search=text(query, "search"),
        hide_idle=one_of(query, "hide_idle", ("true", "false")) == "true",
    )
    through = through_in(query, today=organisation.today)
    try:
        locale = locale_of(text(query, "lang") or organisation.language)
    except UnknownLanguage as unknown:
        raise Unclear(str(unknown)) from None
    return Asked(question, through, locale, text(query, "after"), sized(query))


def through_in(query: QueryDict, *, today: date) -> date | None:
    """The month that is asked for. Raises Unclear."""
    written = text(query, "through")
    if not written:
        return None
    month: date | None = None
    if re.fullmatch("[0-9]{4}-(0[1-9]|1[0-2])", written) and written >= f"{EARLIEST:%Y-%m}":
        month = date.fromisoformat(f"{written}-01")
    if month is None or month > today:
        message = _(
            "“%(written)s” is no value of through. Write a month from %(first)s to %(last)s."
        )
        named = {"first": f"{EARLIEST:%Y-%m}", "last": f"{today:%Y-%m}"}
        raise Unclear(message % {"written": written, **named})
    return month


def monthly_answer(
    asked: Asked,
    window: Window,
    page: Page,
    totals: list[Totals],
    *,
    fresh: Freshness,
    settles_itself: bool,
) -> dict[str, Any]:
    """Inside the snapshot of the page."""
    is_debt = asked.question.data_type == "debt"
    question = asked.question
    owing = is_debt and not settles_itself
    return {
        "data_type": asked.question.data_type,
        "measure": asked.question.measure,
        "as_of": window.until,
        "months": [
            {"month": f"{month:%Y-%m}", "name": month_name(month, asked.locale)}
            for month in window.months
        ],
        "rows": [_row(row, asked.question) for row in page.rows],
        "totals": [
            {**_cells(each, asked.question), "rows": each.rows} for each in totals if each.rows
        ],
        "next": page.rows[-1].key if page.has_after else None,
        "adjustments": _sums(adjustments(question, window)) if is_debt else [],
        "unsettled": _sums(unsettled_receipts(question, window)) if owing else [],
        "data_as_of": fresh.as_of,
        "data_is_late": fresh.is_late,
    }


def _row(row: PageRow, question: Question) -> dict[str, Any]:
    return {
        **_cells(row, question),
        "account_number": row.account_number,
        "account_name": row.account_name,
        "months_open": row.months_open,
        "oldest_order_date": row.oldest_order_date,
        "rising_months": row.rising,
        "owing_since": row.began,
    }


def _cells(row: PageRow | Totals, question: Question) -> dict[str, Any]:
    opening = row.opening if question.data_type == "debt" else 0 * row.opening
    cells = list(getattr(row, question.measure))
    return {"currency": row.currency, "cells": cells, "opening": opening}


def _sums(found: list[tuple[str, Any]]) -> list[dict[str, Any]]:
    return [{"currency": currency, "amount": amount} for currency, amount in found]
