"""An identity provider that listens for real, and people who walk there and back."""

from __future__ import annotations

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import oidc_provider_mock  # type: ignore[import-untyped]
import requests
from django.test import Client
from werkzeug.serving import make_server

from duebook.visibility.identity_providers import Described, set_provider
from duebook.visibility.seeing import seeing
from tests.world import Company


@dataclass
class Provider:
    """Somebody else's sign-in. `asked` is what came to its token endpoint."""

    issuer: str
    app: flask.Flask
    asked: list[dict[str, str]] = field(default_factory=list)
    overrides: dict[str, Callable[[], flask.Response]] = field(default_factory=dict)

    def knows(self, subject: str, **claims: Any) -> None:
        answer = requests.put(f"{self.issuer}/users/{subject}", json=claims, timeout=60)
        assert answer.status_code == 204

    def signs_in(self, address: str, subject: str) -> str:
        """Where the provider sends a browser that came with this address."""
        answer = requests.post(address, data={"sub": subject}, allow_redirects=False, timeout=60)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"])


@contextmanager
def provider() -> Iterator[Provider]:
    app = oidc_provider_mock.app(user_claims=[oidc_provider_mock.User(sub="nobody")])
    server = make_server("localhost", 0, app, threaded=True)
    made = Provider(f"http://localhost:{server.server_port}", app)

    def note() -> flask.Response | None:
        if flask.request.path == "/oauth2/token":
            made.asked.append(flask.request.form.to_dict())
        answer = made.overrides.get(flask.request.path)
        return answer() if answer else None

    app.before_request(note)
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()


def trusts(company: Company, found: Provider, *, secret: str = "s3cret", **more: str) -> None:
    """The company's admin has entered the provider."""
    viewer = company.viewer(company.admin_email)
    said = {"name": "Halden sign-in", "issuer": found.issuer, "client_id": "duebook"} | more
    with seeing(viewer):
        set_provider(viewer, Described(**said), secret=secret)


_numbers = itertools.count(1)


class Browser:
    """Somebody who signs in elsewhere, from an address of their own."""

    def __init__(self) -> None:
        number = next(_numbers)
        address = f"198.19.{number // 256}.{number % 256}"
        self.client = Client(
            SERVER_NAME="localhost", REMOTE_ADDR=address, raise_request_exception=False
        )

    def get(self, path: str) -> Any:
        return self.client.get(path)

    def goes(self, company: Company, *, onward: str = "") -> str:
        """The address at the provider to which the company's sign-in leads."""
        query = {"next": onward} if onward else {}
        answer = self.client.get(f"/account/organisation/{company.slug}/", query)
        assert answer.status_code == 302, words(answer)
        return str(answer["Location"])

    def comes_back(self, location: str) -> Any:
        """The answer to where the provider sends them."""
        parts = urlsplit(location)
        assert parts.netloc == "localhost"
        return self.client.get(f"{parts.path}?{parts.query}")

    def walks(self, company: Company, found: Provider, subject: str, *, onward: str = "") -> Any:
        there = self.goes(company, onward=onward)
        return self.comes_back(found.signs_in(there, subject))

    def is_in(self, company: Company) -> bool:
        return self.client.get(f"/o/{company.slug}/exports/").status_code == 200


def words(answer: Any) -> str:
    page = re.sub(r"(?s)^.*<main[^>]*>|</main>.*$", "", answer.content.decode())
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())


def asked(address: str) -> dict[str, str]:
    """What an address asks for."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
