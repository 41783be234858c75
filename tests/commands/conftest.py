from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commands.terminal import Terminal, a_folder


@pytest.fixture(scope="session")
def terminal() -> Iterator[Terminal]:
    """One home with one server for all of them; each test makes organisations of its own."""
    with a_folder() as folder:
        files = folder / "files"
        files.mkdir()
        found = Terminal(folder / "home", files)
        yield found
        found.close()
