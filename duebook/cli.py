"""The duebook command: one line per subcommand. Stable; scripts rest on it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from typing import NoReturn

from duebook.database.target import is_embedded
from duebook.ingest.kinds import KINDS

DONE, CHECK_FAILED, REFUSED = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, exit code 2."""
        self.exit(REFUSED, f"{self.prog}: {message}; see {self.prog} --help.\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. 0 done; 1 a check failed or rows were left out; 2 refused, nothing changed."""
    asked = _parser().parse_args(arguments)
    try:
        return _run(asked)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except KeyboardInterrupt:
        print("Stopped; nothing half-done was kept.", file=sys.stderr)
        return REFUSED
    except Exception as trouble:
        if type(trouble).__name__ not in EXPECTED:
            raise
        print(f"duebook: {' '.join(str(trouble).split())}", file=sys.stderr)
        return REFUSED


# Expected trouble, by name: importing every module that defines one would slow each start.
EXPECTED = {"DatabaseTrouble", "Refused", "Unreadable", "BadMapping", "NotAllowed"}


def _run(asked: argparse.Namespace) -> int:
    import django

    from duebook.database.server import running

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with running() if is_embedded() else nullcontext():
        django.setup()
        if asked.readies:
            _make_ready()
        command: Callable[[argparse.Namespace], int] = _found(asked.does)
        try:
            return command(asked)
        finally:
            _close()


def _make_ready() -> None:
    """An embedded database is brought to this release by itself; any login is proved safe."""
    from duebook.database.doctor import refuse_unsafe_login
    from duebook.database.migrate import migrate_embedded

    if is_embedded():
        migrate_embedded()
    refuse_unsafe_login()


def _found(place: str) -> Callable[[argparse.Namespace], int]:
    from importlib import import_module

    module, _, name = place.partition(":")
    return getattr(import_module(f"duebook.console.{module}"), name)  # type: ignore[no-any-return]


def _close() -> None:
    from duebook.database.logins import close_all

    close_all()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="duebook", description="Accounts receivable that ties out.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)

    def add(name: str, does: str, *, to: object = commands, readies: bool = True) -> _Parser:
        command = to.add_parser(name)  # type: ignore[attr-defined]
        command.set_defaults(does=does, readies=readies)
        return command  # type: ignore[no-any-return]

    def group(name: str) -> object:
        return commands.add_parser(name).add_subparsers(
            required=True, metavar="COMMAND", parser_class=_Parser
        )

    add("demo", "serving:demo").add_argument("--port", type=int, default=8000)
    add("serve", "serving:serve").add_argument("--port", type=int, default=8000)
    add("migrate", "upkeep:migrate", readies=False)
    add("doctor", "upkeep:doctor", readies=False)
    add("url", "upkeep:database_url", to=group("database"))
    checks = group("rollups")
    add("check", "upkeep:check", to=checks).add_argument("slug", metavar="SLUG")
    add("rebuild", "upkeep:rebuild", to=checks).add_argument("slug", metavar="SLUG")
    _organisations(add("create", "people:create_organisation", to=group("org")))
    _people(add("create", "people:create_person", to=group("user")))
    _imports(add("import", "importing:import_files"))
    reports = group("report")
    _report(add("aging", "reporting:aging", to=reports)).add_argument(
        "--layout", choices=("operator", "portal"), default="operator"
    )
    invoices = _report(add("invoices", "reporting:invoices", to=reports))
    invoices.add_argument("--account", metavar="NUMBER", default="")
    invoices.add_argument("--bucket", metavar="COLUMN", default="")
    return parser


def _organisations(command: argparse.ArgumentParser) -> None:
    command.add_argument("slug", metavar="SLUG")
    command.add_argument("--name", required=True)
    command.add_argument("--currency", default="USD")
    command.add_argument("--timezone", default="UTC")
    command.add_argument("--aging-basis", choices=("due", "invoice"), default="due")
    command.add_argument("--today", type=_day, metavar="YYYY-MM-DD")


def _people(command: argparse.ArgumentParser) -> None:
    command.add_argument("email", metavar="EMAIL")
    command.add_argument("--org", metavar="SLUG", required=True)
    command.add_argument("--role", choices=("admin", "member", "client"), required=True)
    command.add_argument("--account", metavar="NUMBER", action="append", default=[])
    command.add_argument("--password-stdin", action="store_true")


def _imports(command: argparse.ArgumentParser) -> None:
    command.add_argument("slug", metavar="SLUG")
    command.add_argument("files", metavar="FILE", nargs="+", type=Path)
    command.add_argument("--kind", choices=sorted(KINDS))
    command.add_argument("--mapping", type=Path, metavar="FILE.toml")
    command.add_argument("--as-at", type=_day, metavar="YYYY-MM-DD")
    command.add_argument("--strict", action="store_true")
    command.add_argument("--dry-run", action="store_true")


def _report(command: _Parser) -> _Parser:
    command.add_argument("slug", metavar="SLUG")
    command.add_argument("--as", dest="email", metavar="EMAIL", required=True)
    command.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD")
    command.add_argument("--basis", choices=("due", "invoice"))
    command.add_argument("--format", choices=("csv", "json", "xlsx"), default="csv")
    command.add_argument("--output", type=Path, metavar="FILE")
    return command


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31") from None


if __name__ == "__main__":
    sys.exit(main())
