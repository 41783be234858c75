"""The look: figures as CLDR writes them, style sheets that mirror, pages one can read in each."""

from __future__ import annotations

from tests import browser as pages  # sets Django up, before the product is imported

# isort: split
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from unittest.mock import Mock

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from django.http import Http404
from django.template.loader import render_to_string
from django.test import RequestFactory, override_settings
from django.utils.translation import override
from django.utils.translation.template import templatize
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, expect

from duebook.reports import client_supply, clients
from duebook.reports.aging import AgingPage, AgingRow, AgingTotal, PortalRow
from duebook.reports.invoices import FIGURES, InvoiceRow
from duebook.reports.waiting import Waiting
from duebook.web import context, drawing, tie_out
from duebook.web.asked import Unclear, asked_of
from duebook.web.portal import views as portal_views
from duebook.web.staff import views as staff_views
from duebook.web.styleguide import styleguide
from duebook.web.templatetags import figures
from duebook.web.words import COLUMNS
from tests.browser import MIDDLEWARE, TODAY, chromium, grave_findings, overflow, page_at, serving

WEB = Path(figures.__file__).parents[1]
LOCALES = WEB.parent / "locale"
LANGUAGES = ("en", "he", "de", "fr", "hi", "ar")


def amounts(decimals: int) -> st.SearchStrategy[Decimal]:
    return st.decimals(
        min_value=Decimal(-(10**12)),
        max_value=Decimal(10**12),
        places=decimals,
        allow_nan=False,
        allow_infinity=False,
    )


def by_babel(amount: Decimal, language: str, decimals: int) -> str:
    pattern = str(Locale.parse(language).decimal_formats[None].pattern).partition(".")[0]
    pattern += "." + "0" * decimals if decimals else ""
    # The sign is the product's own: a true minus, without marks of direction.
    written = format_decimal(abs(amount), format=pattern, locale=language)
    return ("\N{MINUS SIGN}" if amount < 0 else "") + written


def readable(html: str) -> str:
    return re.sub(r"<[^>]+>", "", re.sub(r'<span class="sr">[^<]*</span>', "", html))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("currency", "decimals"), [("JPY", 0), ("EUR", 2), ("KWD", 3)])
def test_amounts_are_written_as_cldr_writes_them(
    language: str, currency: str, decimals: int
) -> None:
    @settings(deadline=None)
    @given(amounts(decimals))
    def compared(amount: Decimal) -> None:
        with override(language):
            html = figures.money(amount, currency)
        assert readable(html) == by_babel(amount, language, decimals)

    compared()


def test_an_amount_says_its_currency_and_sets_its_decimals_apart() -> None:
    with override("en"):
        assert figures.money(Decimal("1234.50"), "USD") == (
            '<bdi dir="ltr" class="figure" title="1,234.50 USD">1,234'
            '<span class="dec">.50</span><span class="sr"> USD</span></bdi>'
        )
        assert 'class="figure credit"' in figures.money(Decimal("-0.01"), "USD")
        assert readable(figures.money(Decimal("-0.01"))) == "−0.01"
        assert "<b>" not in figures.money(Decimal(1), "<b>")


def test_zero_is_a_dash_on_lists_and_written_out_elsewhere() -> None:
    with override("en"):
        assert readable(figures.money(Decimal("0.00"))) == "0.00"
        assert readable(figures.money(Decimal("-0.00"))) == "0.00"
        assert '<span class="sr">zero</span>' in figures.listed(Decimal("0.00"), "USD")
        assert readable(figures.listed(Decimal("0.00"), "USD")) == "–"
    with override("he"):
        assert '<span class="sr">אפס</span>' in figures.listed(Decimal("0.00"), "USD")


def test_a_figure_links_to_its_documents() -> None:
    with override("en"):
        link = figures.drill(Decimal("5.00"), "USD", "/o/a/invoices/?account=1&x=%22", "current")
        assert link.startswith('<a href="/o/a/invoices/?account=1&amp;x=%22&amp;bucket=current">')
        assert "<a" not in figures.drill(Decimal("0.00"), "USD", "/o/a/invoices/?account=1", "x")


def test_a_page_of_amounts_asks_once_how_they_are_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a language writes between digits is looked up for a page, not for each of its cells."""
    asked = Mock(return_value=",")
    monkeypatch.setattr(figures, "get_decimal_symbol", asked)
    figures.writer.cache_clear()
    with override("es"):
        cells = [readable(figures.money(Decimal(n).scaleb(-2), "USD")) for n in range(1, 651)]
    figures.writer.cache_clear()
    assert (cells[0], cells[-1]) == ("0,01", "6,50")
    assert asked.call_count == 1


def test_days_and_dates_in_words() -> None:
    with override("en"):
        assert figures.day(date(2026, 11, 20)) == "20 Nov 2026"
        assert figures.month(date(2026, 11, 1)) == "Nov 2026"
        assert [figures.lateness(n) for n in (143, 1, 0, -1, -8)] == [
            "143 days late",
            "1 day late",
            "due today",
            "in 1 day",
            "in 8 days",
        ]
        assert 'title="60.5500">60.6<' in figures.days(Decimal("60.5500"))
    with override("he"):
        assert figures.day(date(2026, 11, 20)) == "20 בנוב׳ 2026"
        assert [figures.lateness(n) for n in (1, 2, 3)] == [
            "יום אחד באיחור",
            "יומיים באיחור",
            "3 ימים באיחור",
        ]


def test_initials() -> None:
    assert context.initials("Maya van der Lindqvist") == "ML"
    assert context.initials("Cher") == "C"
    assert context.initials("") == ""


# --- Aging, tie-out, bars


def row(number: str = "C-1", **changed: Any) -> AgingRow:
    """100 current + 30 late + 20 disputed = 150; 150 + 5 - 15 = 140."""
    amounts = {
        "current": "100.00",
        "days_1_30": "30.00",
        "days_31_60": "0.00",
        "days_61_90": "0.00",
        "days_91_plus": "0.00",
        "disputed": "20.00",
        "unapplied_credits": "15.00",
        "outstanding": "140.00",
        "debit_adjustments": "5.00",
        "invoices": "150.00",
    }
    values = {name: Decimal(amount) for name, amount in {**amounts, **changed}.items()}
    return AgingRow(
        customer_id=int(number[2:]),
        account_number=number,
        account_name=f"Account {number}",
        currency="USD",
        weighted_avg_days_overdue=Decimal("12.5000"),
        not_yet_due=Decimal("100.00"),
        **values,
    )


def aging_of(*rows: AgingRow) -> AgingPage:
    total = SimpleNamespace(currency="USD", accounts=len(rows))
    for name in tie_out.SUMMED:
        setattr(total, name, sum((getattr(each, name) for each in rows), Decimal(0)))
    total.weighted_avg_days_overdue = Decimal("12.5000")
    total.not_yet_due = Decimal("0.00")
    totals = [cast(AgingTotal, total)] if rows else []
    return AgingPage(rows=list(rows), totals=totals, count=len(rows), page=1, pages=1)


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


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The reports' answers, made up; yields what was asked of them."""
    asked: list[dict[str, Any]] = []

    def aging(**question: Any) -> AgingPage:
        asked.append(question)
        rows = [row("C-1"), row("C-2"), row("C-3", unapplied_credits="300", outstanding="-145")]
        return aging_of(*[each for each in rows if question["search"] in each.account_name])

    monkeypatch.setattr(staff_views, "aging_page", aging)
    monkeypatch.setattr(portal_views, "portal_aging", lambda **_: [owed()])
    nothing = clients.ClientPage([], [], has_more=False, sort="")
    for name, answer in {
        "accounts": [],
        "documents": nothing,
        "year": clients.Year({}, {}),
    }.items():
        monkeypatch.setattr(clients, name, lambda *_, answer=answer, **__: answer)
    supply = client_supply.Supply(0, 0, 0, None, 0, None)
    monkeypatch.setattr(client_supply, "order_counts", lambda *_, **__: {})
    monkeypatch.setattr(client_supply, "supply", lambda *_, **__: supply)
    monkeypatch.setattr(context, "places", lambda _: [])
    monkeypatch.setattr(context, "freshness_of", lambda _: None)
    monkeypatch.setattr(context, "waiting", lambda _: Waiting())
    monkeypatch.setattr(context, "_unread", lambda _: 0)
    return asked


def owed() -> PortalRow:
    """53 up to 30 days, 31 of it not yet due; 100 in all, 4 unapplied."""
    amounts = {
        "not_yet_due": "31",
        "days_0_30": "53",
        "days_31_60": "12",
        "days_61_90": "10",
        "days_90_plus": "5",
        "disputed": "20",
        "total": "100",
        "debit_adjustments": "0",
        "unapplied_credits": "4",
        "outstanding": "96",
    }
    values: dict[str, Any] = {
        name: Decimal(amount).quantize(Decimal("0.01")) for name, amount in amounts.items()
    }
    return PortalRow(
        customer_id=1,
        account_number="C-1",
        account_name="Castellane Hotels",
        currency="USD",
        **values,
    )


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


def document(number: str, part: str, *, kind: str = "invoice") -> InvoiceRow:
    return InvoiceRow(
        document_id=1,
        account_number="C-1",
        account_name="Account C-1",
        invoice_number=number,
        kind=kind,
        issue_date=date(2026, 10, 1),
        due_date=date(2026, 11, 1) if kind == "invoice" else None,
        currency="USD",
        amount=Decimal("100.00"),
        balance=Decimal(part),
        disputed=Decimal("0.00"),
        days_past_due=19 if kind == "invoice" else None,
        bucket="days_1_30" if kind == "invoice" else "unapplied_credits",
        status="overdue",
        bucket_amount=Decimal(part),
    )


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


# --- Style sheets and catalogues

PHYSICAL = re.compile(
    r"(?<![-.\w])(?:(?:margin|padding|border)-(?:left|right|top|bottom)[-\w]*"
    r"|left|right|top|bottom|float|clear"
    r"|(?:min-|max-)?(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|text-align:\s*left|direction:\s*rtl"
)


@pytest.mark.parametrize("sheet", sorted((WEB / "static/duebook").glob("*.css")), ids=str)
def test_style_sheets_mirror(sheet: Path) -> None:
    """Only logical properties; number cells alone are set to the right, reading left to right."""
    css = re.sub(r"/\*.*?\*/|@media[^{]*", "", sheet.read_text(), flags=re.DOTALL)
    assert PHYSICAL.findall(css) == []
    for block in re.findall(r"\{([^{}]*text-align:\s*right[^{}]*)\}", css):
        assert "direction: ltr" in block


def test_colours_stand_in_one_place() -> None:
    for sheet in (WEB / "static/duebook").glob("*.css"):
        if sheet.name not in {"tokens.css", "print.css"}:
            css = sheet.read_text().replace("light-dark(#13201E66, #00000099)", "")
            assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", css) == [], sheet.name


def test_nothing_is_fetched_from_elsewhere() -> None:
    for file in [*WEB.glob("templates/**/*.html"), *WEB.glob("static/duebook/*.*")]:
        found = re.findall(r"(?:https?:)?//[\w.]+\.\w{2,}[^\s\"']*", file.read_text())
        assert [each for each in found if "www.w3.org" not in each] == [], file


def messages_used() -> set[tuple[str, str | tuple[str, ...], str | None]]:
    """Every text of the templates and of the web's Python, with its plural and context."""
    keywords = {
        "gettext": None,
        "gettext_lazy": None,
        "_": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "pgettext_lazy": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    found = set()
    for file in [*WEB.glob("templates/**/*.html"), *WEB.glob("**/*.py")]:
        text = file.read_text()
        source = text
        if file.suffix == ".html":
            # What templatize makes of a template is nearly Python: the lines are not indented.
            source = "\n".join(line.strip() for line in templatize(text).splitlines())
        for _, message, _, where in extract("python", BytesIO(source.encode()), keywords=keywords):
            found.add((file.name, message, where))
    return found


@pytest.mark.parametrize("language", ["en", "he"])
def test_catalogues_are_complete_and_compiled(language: str) -> None:
    folder = LOCALES / language / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as po, (folder / "django.mo").open("rb") as mo:
        written, compiled = read_po(po, locale=language), read_mo(mo)
    assert [message.id for message in written if message.fuzzy and message.id] == []
    assert _texts(compiled) == _texts(written)
    for file, message, where in messages_used():
        singular = message[0] if isinstance(message, tuple) else message
        entry = written.get(singular, where)
        assert entry is not None, (file, message)
        texts = entry.string if isinstance(entry.string, list | tuple) else (entry.string,)
        assert all(texts), (file, message)


def _texts(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    def flat(text: Any) -> tuple[str, ...]:
        return tuple(text) if isinstance(text, list | tuple) else (text or "",)

    return {
        (_str(message.context), *flat(message.id)): flat(message.string)
        for message in catalogue
        if message.id
    }


def _str(context: Any) -> str:
    return context.decode() if isinstance(context, bytes) else context or ""


# --- In the browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def site(answers: list[dict[str, Any]]) -> Iterator[str]:
    with override_settings(DEBUG=True, MIDDLEWARE=MIDDLEWARE), serving() as address:
        yield address


PLACES = ("/styleguide/", "/o/halden/aging/?as_of=2026-09-30", "/o/client/")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["en", "he"])
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_pages_have_no_grave_barrier(
    browser: Browser, site: str, place: str, language: str, dark: bool
) -> None:
    with page_at(browser, site + place, language=language, dark=dark) as page:
        assert page.get_attribute("html", "dir") == ("rtl" if language == "he" else "ltr")
        assert grave_findings(page) == []


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("language", ["en", "he"])
def test_nothing_overflows_on_a_phone(
    browser: Browser, site: str, place: str, language: str
) -> None:
    with page_at(browser, site + place, width=390, language=language) as page:
        assert overflow(page) <= 0
        assert grave_findings(page) == []


def test_both_themes_stand_beside_each_other(browser: Browser, site: str) -> None:
    paper = "section => getComputedStyle(section).backgroundColor"
    for dark in (False, True):
        with page_at(browser, f"{site}/styleguide/", dark=dark) as page:
            found = [page.locator(f"[data-theme={t}]").evaluate(paper) for t in ("light", "dark")]
            assert found == ["rgb(255, 255, 255)", "rgb(18, 26, 26)"]
            assert page.evaluate("document.fonts.check('13px \"IBM Plex Sans Variable\"')")


def test_searching_and_choosing_need_no_new_page(browser: Browser, site: str) -> None:
    with page_at(browser, f"{site}/o/halden/aging/") as page:
        page.evaluate("window.stayed = true")
        page.keyboard.press("/")
        page.keyboard.type("C-2")
        expect(page.locator("#main tbody tr")).to_have_count(1)
        expect(page).to_have_url(re.compile(r"\?q=C-2$"))
        expect(page.locator("#announcer")).to_have_text("1 row")
        page.get_by_role("link", name="Invoice date").click()
        expect(page).to_have_url(re.compile(r"basis=invoice"))
        page.locator("#as-of summary").click()
        page.locator("#as-of-day").fill("2026-09-30")
        page.get_by_role("button", name="Show this day").click()
        expect(page.locator("#strip")).to_contain_text("30 Sep 2026")
        for part in ("q=C-2", "basis=invoice", "as_of=2026-09-30"):
            assert part in page.url
        page.locator("#strip").get_by_role("link", name="Back to today").click()
        expect(page.locator("#strip")).to_be_empty()


def test_everything_works_without_javascript(browser: Browser, site: str) -> None:
    with page_at(browser, f"{site}/o/halden/aging/?basis=invoice", script=False) as page:
        page.locator("#search-words").fill("C-2")
        page.locator("#search-words").press("Enter")
        expect(page.locator("#main tbody tr")).to_have_count(1)
        page.locator("#as-of summary").click()
        page.locator("#as-of-day").fill("2026-09-30")
        page.get_by_role("button", name="Show this day").click()
        expect(page.locator("#strip")).to_contain_text("30 Sep 2026")
        for part in ("q=C-2", "basis=invoice"):
            assert part in page.url
