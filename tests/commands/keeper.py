"""Keeps the server of a home, and runs commands without the half second that each takes to import.

    python -m tests.commands.keeper HOME

It prints the superuser's connection string, then answers each line of JSON with an exit code.
Every command is `duebook.cli.main` in a process of its own, forked from one that has imported
everything and is connected to nothing, with files as its standard input, output and error.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from duebook.database.server import running


def keep(home: Path) -> None:
    import django

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    with running(home) as server:
        django.setup()
        from duebook import cli
        from duebook.console import importing, people  # noqa: F401

        # What is imported late comes with the first use.
        with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
            cli.main(["doctor"])
            cli.main("report invoices nowhere --as nobody@nowhere.example".split())
        _tell(server.superuser_url("duebook"))
        for line in sys.stdin:
            asked = json.loads(line)
            child = os.fork()
            if child == 0:
                _become(asked["folder"], asked["files"])
                os._exit(_code(cli.main, asked["arguments"]))
            _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _tell(what: object) -> None:
    print(what, flush=True)


def _become(folder: str, files: Sequence[str]) -> None:
    os.chdir(folder)
    for descriptor, (path, flags) in enumerate(
        zip(files, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)
    ):
        opened = os.open(path, flags)
        os.dup2(opened, descriptor)
        os.close(opened)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115


def _code(main: object, arguments: list[str]) -> int:
    """As the interpreter would end: what is left is written, a traceback is 1."""
    try:
        code = main(arguments)  # type: ignore[operator]
    except SystemExit as stop:
        code = stop.code
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    return int(code or 0)


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
