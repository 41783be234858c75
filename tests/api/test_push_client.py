"""The example client, against a server process of its own: what it sends lands."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.api.conftest import token_of
from tests.ledger.books import Books, invoice
from tests.post.servers import free_port

PROGRAM = Path(__file__).parents[2] / "examples" / "push_csv.py"


@pytest.fixture(scope="module")
def program() -> ModuleType:
    spec = importlib.util.spec_from_file_location("push_csv", PROGRAM)
    assert spec is not None and spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules["push_csv"] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture(scope="module")
def address(server: None) -> Iterator[str]:
    """The application as `duebook serve` runs it, in a process of its own."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command += ["--port", str(port), "--blocking-threads", "4", "config.wsgi:application"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/v1/openapi.json")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()


def _wait_for(address: str) -> None:
    for _each in range(600):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(address)


@pytest.fixture(scope="module")
def books(server: None) -> Books:
    return Books(accounts=["A"])


@pytest.fixture(scope="module")
def token(books: Books) -> str:
    return token_of(books, "ingest")


def run(address: str, token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PROGRAM), address, *arguments],
        env={**os.environ, "DUEBOOK_TOKEN": token},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def written(path: Path, rows: list[dict[str, Any]]) -> str:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_a_file_is_pushed_and_pushed_again(
    address: str, books: Books, token: str, tmp_path: Path
) -> None:
    rows = [invoice(f"F{n}", "1.00") for n in range(25)]
    file = written(tmp_path / "invoices.csv", [*rows, invoice("F99", "much")])
    for _twice in range(2):  # the same keys: the stored answers
        ran = run(address, token, "invoices", file, "--rows", "10")
        assert ran.returncode == 1, ran
        assert ran.stdout == f"{file}: 1 invalid, 25 new\n"
        assert f"{file}: row 26, amount: This is not a number" in ran.stderr
    assert books.asks("SELECT count(*) FROM ar.document WHERE number LIKE 'F%'") == [25]
    ran = run(address, token, "invoices", written(tmp_path / "good.csv", rows))
    assert (ran.returncode, ran.stdout) == (0, f"{tmp_path / 'good.csv'}: 25 unchanged\n")


def test_what_cannot_be_sent_is_said_in_a_sentence(
    address: str, token: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "invoices.csv", [invoice("X", "1.00")])
    for given, said in (
        ((address, "wrong", "invoices", file), "401: Send the valid token"),
        ((address, token, "refunds", file), "404: There is no kind “refunds” to sync"),
        ((address, token, "invoices", str(tmp_path / "none.csv")), "No such file"),
    ):
        ran = run(*given)
        assert (ran.returncode, ran.stdout) == (2, "")
        assert said in ran.stderr


def test_a_body_without_a_length_is_read_as_it_comes(
    address: str, books: Books, token: str
) -> None:
    """Lines as they are made, in chunks."""
    lines = (json.dumps(invoice(f"S{n}", "2.00")).encode() + b"\n" for n in range(3))
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    asked = urllib.request.Request(
        f"{address}/api/v1/sync/invoices", data=lines, headers=headers, method="POST"
    )
    with urllib.request.urlopen(asked, timeout=60) as answer:
        assert json.load(answer)["counts"] == {"new": 3}
    assert books.balance("S2", on="2026-06-30") == Decimal("2.00")


def test_too_long_a_body_is_refused_before_it_is_read(address: str, token: str) -> None:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    asked = urllib.request.Request(
        f"{address}/api/v1/sync/invoices", data=b" " * (17 << 20), headers=headers, method="POST"
    )
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            status = answer.status
    except urllib.error.HTTPError as refused:
        status = refused.code
    except OSError:
        status = 413  # the connection was closed while we were still sending
    assert status == 413


# Against a server that is in trouble


@contextmanager
def troubled(*answers: tuple[int, dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """Gives these answers, then a good one; remembers the keys it was sent."""
    left = list(answers)
    keys: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            status, headers = left.pop(0) if left else (200, {})
            told = {"counts": {"new": 1}, "results": []} if status == 200 else {"detail": "Later."}
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", keys
    finally:
        server.shutdown()
        server.server_close()


def test_it_comes_back_when_it_is_told_to_with_the_same_key(program: ModuleType) -> None:
    waited: list[float] = []
    answers: tuple[tuple[int, dict[str, str]], ...] = (
        (429, {"Retry-After": "3"}),
        (503, {}),
        (500, {}),
    )
    with troubled(*answers) as (address, keys):
        client = program.Client(address, "t", sleep=waited.append)
        assert list(client.push("invoices", [{"a": "1"}])) == []
    assert len(keys) == 4
    assert len(set(keys)) == 1
    assert client.counts == {"new": 1}
    assert 3 <= waited[0] <= 5
    assert 2 <= waited[1] <= 3.5
    assert 4 <= waited[2] <= 6.5


def test_it_does_not_come_back_where_that_is_of_no_use(program: ModuleType) -> None:
    waited: list[float] = []
    with troubled((422, {})) as (address, keys):
        client = program.Client(address, "t", sleep=waited.append)
        with pytest.raises(program.Refused, match="422: Later"):
            client.send("invoices", [{}])
    assert (len(keys), waited) == (1, [])


def test_it_gives_up_in_the_end(program: ModuleType) -> None:
    client = program.Client("http://127.0.0.1:9", "t", sleep=lambda _: None)
    with pytest.raises(program.Refused, match="given up after 8 tries"):
        client.send("invoices", [{}])


def test_other_rows_have_another_key(program: ModuleType) -> None:
    with troubled() as (address, keys):
        client = program.Client(address, "t")
        list(client.push("invoices", [{"a": "1"}, {"a": "2"}], size=1))
        list(client.push("orders", [{"a": "1"}], size=1))
    assert len(set(keys)) == 3
