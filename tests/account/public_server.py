"""Signs in at a server that is public, and tells what came back. Run by test_headers.py.

The settings read the environment once, so that this needs a process of its own.
"""

from __future__ import annotations

import json
import sys

import django


def main(email: str, password: str) -> None:
    django.setup()
    from django.test import Client

    from duebook.database.server import running

    behind_proxy = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.44"}
    with running():
        client = Client(SERVER_NAME="ar.example", headers=behind_proxy)
        in_the_clear = Client(SERVER_NAME="ar.example").get("/account/login/")
        page = client.get("/account/login/")
        data = {"login": email, "password": password}
        inside = client.post("/account/login/", data)
        asked = client.post("/account/password/reset/", {"email": email})
        language = client.post("/language/", {"language": "he", "next": "/"})
    cookies = {
        name: {key: kept[key] for key in ("secure", "httponly", "path", "domain", "samesite")}
        for answer in (page, inside, language)
        for name, kept in answer.cookies.items()
    }
    told = {
        "redirect": [in_the_clear.status_code, in_the_clear.headers.get("Location")],
        "page": dict(page.headers),
        "inside": [inside.status_code, dict(inside.headers)],
        "asked": asked.status_code,
        "cookies": cookies,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
