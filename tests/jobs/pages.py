"""The pages of exports, as somebody with a browser has them."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from django.test import Client

from duebook.visibility.models import Login
from tests.world import Company


class Desk:
    """A person at an organisation's exports."""

    def __init__(self, company: Company, email: str) -> None:
        self.client = Client(SERVER_NAME="localhost", raise_request_exception=False)
        self.client.force_login(Login.objects.get(email=email))
        self.address = f"/o/{company.slug}/exports/"

    def orders(self, **asked: str) -> int:
        """The status of the answer."""
        return int(
            self.client.post(
                self.address, {"report": "aging", "format": "csv", **asked}
            ).status_code
        )

    def reads(self) -> str:
        answer = self.client.get(self.address)
        assert answer.status_code == 200
        page = re.sub(r"(?s)^.*<main[^>]*>|</main>.*$", "", answer.content.decode())
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", page)).split())

    def files(self) -> list[str]:
        """The addresses of the files that can be fetched."""
        page = self.client.get(self.address).content.decode()
        return re.findall(r'href="([^"]+/file/)"', page)

    def fetches(self, address: str) -> Any:
        return self.client.get(address)

    def fetched(self) -> bytes:
        """The only file there is."""
        (address,) = self.files()
        answer = self.fetches(address)
        assert answer.status_code == 200
        return bytes(answer.getvalue())
