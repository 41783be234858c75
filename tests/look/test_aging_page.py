"""The aging page, its address, and the pages beside it."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.utils.translation import override

from duebook.reports.aging import AgingPage
from duebook.reports.invoices import FIGURES, InvoiceRow
from duebook.web import context, drawing, tie_out
from duebook.web.asked import Unclear, asked_of
from duebook.web.portal import views as portal_views
from duebook.web.staff import views as staff_views
from duebook.web.styleguide import styleguide
from duebook.web.words import COLUMNS
from tests import browser as pages
from tests.browser import TODAY
from tests.look.pages import aging_of, document, readable, row


def test_a_page_ties_out_or_says_by_how_much_it_does_not() -> None:
    assert tie_out.difference(aging_of(row("C-1"), row("C-2"))) is None

    off = tie_out.difference(aging_of(row("C-1"), row("C-2", days_1_30="30.01")))
    assert off == tie_out.Difference(Decimal("0.01"), "USD", "row-2-USD")

    owed = tie_out.difference(aging_of(row("C-1", outstanding="139.99")))
    assert owed == tie_out.Difference(Decimal("0.01"), "USD", "row-1-USD")

    page = aging_of(row("C-1"), row("C-2"))
    without_a_row = AgingPage(page.rows[:1], page.totals, count=2, page=1, pages=1)
    assert tie_out.difference(without_a_row) is not None
    one_of_two_pages = AgingPage(page.rows[:1], page.totals, count=2, page=1, pages=2)
    assert tie_out.difference(one_of_two_pages) is None


def test_an_aging_bar_shows_each_share_and_keeps_the_smallest_visible() -> None:
    widths = re.findall(
        r'class="(?:age-\S+|hatch)" x="[\d.]+%" width="([\d.]+)%"', drawing.aging_bar(row())
    )
    assert [round(float(width)) for width in widths] == [67, 20, 13]
    tiny = drawing.aging_bar(row(current="100000.00", days_1_30="0.01", disputed="0.00"), width=66)
    assert float(re.findall(r'width="([\d.]+)%"', tiny)[1]) > 2.9
    nothing = drawing.aging_bar(row(current="0", days_1_30="0", disputed="0"))
    assert 'class="nothing"' in nothing


def request_for(query: str) -> Any:
    request: Any = RequestFactory().get("/o/halden/aging/", query_params=None, QUERY_STRING=query)
    pages.Somebody(None).process_view(request, None, (), {"slug": "halden"})
    request.user = SimpleNamespace(pk=1, is_authenticated=True)
    return request


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("as_of=2026-13-01", "is not a day"),
        ("as_of=20261120", "is not a day"),
        ("as_of=2026-W47-5", "is not a day"),
        ("as_of=2026-11-21", "in the future"),
        ("basis=paid", "due, invoice"),
        ("bucket=days_1_31", "is no value of bucket"),
        ("currency=usd", "three letters"),
        ("page=0", "page number"),
        ("page=-1", "page number"),
        ("page=%D9%A3", "page number"),
    ],
)
def test_an_unclear_address_is_answered_with_what_to_write(query: str, says: str) -> None:
    with override("en"), pytest.raises(Unclear, match=says):
        asked_of(request_for(query))


def test_the_address_holds_the_state() -> None:
    asked = asked_of(request_for("as_of=2026-09-30&basis=invoice&q=+brew+&currency=EUR&page=3"))
    assert (asked.as_of, asked.is_past, asked.basis) == (date(2026, 9, 30), True, "invoice")
    assert (asked.search, asked.currency, asked.page) == ("brew", "EUR", 3)
    today = asked_of(request_for(""))
    assert (today.as_of, today.is_past, today.basis, today.page) == (TODAY, False, "due", 1)


def test_the_aging_page_shows_rows_totals_and_where_they_come_from(
    answers: list[dict[str, Any]],
) -> None:
    with override("en"):
        page = staff_views.aging(request_for("as_of=2026-09-30&currency=USD"), "halden")
    html = page.content.decode()
    assert answers[0]["as_of"] == date(2026, 9, 30)
    assert "Ties out to the cent" in html
    assert "You are looking at <strong>30 Sep 2026</strong>" in html
    assert (
        'href="/o/halden/invoices/?as_of=2026-09-30&amp;currency=USD&amp;account=C-1'
        '&amp;bucket=days_1_30"' in html
    )
    assert "Total of 3 accounts, USD" in html
    assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", html)


def test_an_unclear_address_is_a_400_in_place(answers: list[dict[str, Any]]) -> None:
    with override("en"):
        page = staff_views.aging(request_for("as_of=soon"), "halden")
    assert page.status_code == 400
    assert "“soon” is not a day" in page.content.decode()
    assert answers == []


def test_every_figure_of_the_reports_has_a_word() -> None:
    assert set(COLUMNS) == set(FIGURES)


def test_the_documents_behind_a_figure_add_up_to_it(
    answers: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def documents(**question: Any) -> list[InvoiceRow]:
        answers.append(question)
        return [document("INV-1", "30.00"), document("INV-2", "12.50", kind="receipt")]

    monkeypatch.setattr(staff_views, "open_invoices", documents)
    with override("en"):
        page = staff_views.invoices(request_for("account=C-1&bucket=days_1_30"), "halden")
    text = readable(page.content.decode())
    assert (answers[0]["account"], answers[0]["bucket"]) == ("C-1", "days_1_30")
    assert "2 documents, USD" in text
    assert "42.50" in text
    assert "Receipt" in text


def test_a_client_finds_no_page_of_the_operators(answers: list[dict[str, Any]]) -> None:
    request = request_for("")
    request.viewer.kind = "client"
    for view in (staff_views.aging, staff_views.invoices):
        with pytest.raises(Http404):
            view(request, "halden")
    with override("en"):
        html = portal_views.portal(request, "halden").content.decode()
    assert "You owe <strong>" in html
    # Past due is what is neither disputed nor not yet due: 100 - 20 - 31.
    assert re.search(r"Past due: <strong><bdi[^>]*>49<", html)
    assert answers == []


def test_error_pages_ask_nothing_and_say_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> list[Any]:
        raise AssertionError("an error page asked the database")

    monkeypatch.setattr(context, "places", refuse)
    request = request_for("")
    for name in ("400", "403", "403_csrf", "404", "500"):
        assert "Halden" not in render_to_string(f"{name}.html", request=request)
        assert "Duebook" in render_to_string(f"{name}.html")


def test_the_styleguide_is_not_there_in_production() -> None:
    with override_settings(DEBUG=False), pytest.raises(Http404):
        styleguide(RequestFactory().get("/styleguide/"))
