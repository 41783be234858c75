from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from duebook.database import postmaster
from duebook.database.server import socket_folder
from tests.commands.terminal import Terminal, a_folder
from tests.commands.untouched import ACCOUNTS, CLIENT, FILES, INVOICES, Untouched


@pytest.fixture(scope="session")
def terminal() -> Iterator[Terminal]:
    """One home with one server for all of them; each test makes organisations of its own."""
    with a_folder() as folder:
        files = folder / "files"
        files.mkdir()
        found = Terminal(folder / "home", files)
        yield found
        found.close()


@pytest.fixture(scope="session")
def desk(terminal: Terminal) -> Terminal:
    """An organisation with two customers and an invoice, a client, and a stranger next door."""
    terminal.has("desk", accounts=ACCOUNTS, invoices=INVOICES)
    terminal.adds(CLIENT, "desk", "client", "--account", "C1")
    terminal.has("nextdoor", accounts=ACCOUNTS)
    for name, content in FILES.items():
        terminal.writes(name, content)
    (terminal.folder / "folder.csv").mkdir()
    return terminal


@pytest.fixture(scope="session")
def untouched(desk: Terminal) -> Untouched:
    return Untouched(desk)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    """One for all of a file, nobody's but theirs: here it matters when the server stops."""
    with a_folder() as folder:
        yield folder / "home"
        if postmaster.is_alive(folder / "home"):
            postmaster.stop(folder / "home")
        shutil.rmtree(socket_folder(folder / "home"), ignore_errors=True)
