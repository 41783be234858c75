"""A browser and a server for tests that look at pages. No database is asked for anything."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from socketserver import ThreadingMixIn
from types import SimpleNamespace
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import django
import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from django.apps import apps
from django.http import HttpRequest, HttpResponse
from playwright.sync_api import Browser, Page, expect, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
if not apps.ready:
    django.setup()

expect.set_options(timeout=30_000)  # as long as for a click: the machine may be busy
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
)
# The chain of the product without the parts that open a database.
MIDDLEWARE = (
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "tests.browser.Somebody",
)
TODAY = date(2026, 11, 20)


class Somebody:
    """Signs in Maya, who works at `halden`; at `client` she is a client."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleNamespace(pk=1, is_authenticated=True)  # type: ignore[assignment]
        answer: HttpResponse = self.get_response(request)
        return answer

    def process_view(self, request: Any, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        if slug := kwargs.get("slug"):
            kind = "client" if slug == "client" else "admin"
            request.viewer = SimpleNamespace(org_id=1, person_id=1, kind=kind)
            request.person_name = "Maya Lindqvist"
            request.looking = None
            request.organisation = SimpleNamespace(
                org_id=1,
                slug=slug,
                name="Halden & Roe",
                aging_basis="due",
                aging_edges=(30, 60, 90),
                today=TODAY,
            )


@contextmanager
def serving() -> Iterator[str]:
    """The product on a free port, with the settings of this moment. Yields its address."""
    from django.core.wsgi import get_wsgi_application

    server = make_server(
        "127.0.0.1", 0, get_wsgi_application(), server_class=_Threads, handler_class=_Silent
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Its driver keeps a loop of events in this thread, for which Django would refuse the database
    to the tests beside it.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_at(
    browser: Browser,
    address: str,
    *,
    width: int = 1440,
    language: str = "en",
    dark: bool = False,
    script: bool = True,
) -> Iterator[Page]:
    """One page, opened; afterwards nothing may have gone wrong in its console."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
    )
    root = "/".join(address.split("/")[:3])
    context.add_cookies([{"name": "django_language", "value": language, "url": root}])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("response", lambda answer: complaints.extend([answer.url] * (answer.status >= 500)))
    page.goto(address)
    try:
        yield page
        assert complaints == []
    finally:
        context.close()


def grave_findings(page: Page) -> list[str]:
    """What axe-core calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
    ]


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


class _Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass
