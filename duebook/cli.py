"""The duebook command: one line per subcommand. Stable; scripts rest on it."""

from __future__ import annotations

import argparse
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import date
from pathlib import Path
from typing import NoReturn, TypeAlias

from duebook.database.target import is_embedded
from duebook.ingest.kinds import KINDS

DONE, CHECK_FAILED, REFUSED = 0, 1, 2


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """One sentence, exit code 2."""
        said = " ".join(message.split())
        self.exit(REFUSED, f"{self.prog}: {said}; see {self.prog} --help.\n")


Commands: TypeAlias = "argparse._SubParsersAction[_Parser]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command: 0 done; 1 a check failed or rows were left out; 2 refused, all as before."""
    _hold_streams()
    code = DONE
    try:
        try:
            code = _answered(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # Whoever reads the output has enough of it.
        _drop_output()
    except OSError as trouble:
        if trouble.filename is not None:
            raise
        _drop_output()
        print(f"duebook: The output cannot be written: {trouble.strerror}.", file=sys.stderr)
        return code or CHECK_FAILED
    return code


def _answered(arguments: Sequence[str] | None) -> int:
    parser = _parser()
    asked = parser.parse_args(_joined(sys.argv[1:] if arguments is None else arguments))
    if damaged := _damaged(asked):
        parser.error(f"{damaged!a} is not UTF-8 text")
    if wrong := asked.wrong(asked):
        asked.command.error(wrong)
    try:
        return _run(asked)
    except KeyboardInterrupt:
        print("Stopped; nothing half-done was kept.", file=sys.stderr)
        return REFUSED
    except Exception as trouble:
        if EXPECTED.isdisjoint(each.__name__ for each in type(trouble).__mro__):
            raise
        print(f"duebook: {' '.join(str(trouble).split())}", file=sys.stderr)
        return REFUSED


def _joined(arguments: Sequence[str]) -> list[str]:
    """What follows --sort and --search belongs to it, also where it begins with a hyphen."""
    joined: list[str] = []
    for argument in arguments:
        if joined and joined[-1] in ("--sort", "--search"):
            joined[-1] += f"={argument}"
        else:
            joined.append(argument)
    return joined


def _hold_streams() -> None:
    """Somewhere to write, whatever was closed; a mark for letters that the terminal lacks; and an
    end on SIGTERM as on Ctrl-C, so that the database is not left running.
    """
    for name in ("stdin", "stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "r+"))  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _stop)


def _stop(*_: object) -> NoReturn:
    """Once: who is impatient does not keep the database from being stopped."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _drop_output() -> None:
    """What is still in the buffer goes nowhere, so that the interpreter can end in peace."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _damaged(asked: argparse.Namespace) -> str:
    """An argument that cannot be stored. The names of files may be any bytes."""
    for value in vars(asked).values():
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and each.encode(errors="replace").decode() != each:
                return each
    return ""


# Expected trouble and kinds of it, by name: importing each module that defines one slows a start.
EXPECTED = {"DatabaseTrouble", "Refused", "Unreadable", "BadMapping", "NotAllowed"}


def _run(asked: argparse.Namespace) -> int:
    _set_scene(asked)
    import django

    from duebook.database.server import running

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with running() if is_embedded() else nullcontext():
        django.setup()
        if asked.readies:
            _make_ready()
        command: Callable[[argparse.Namespace], int] = _found(asked.does)
        try:
            with _from_here(asked):
                return command(asked)
        finally:
            _close()


def _set_scene(asked: argparse.Namespace) -> None:
    """What the settings, read once, must know: where letters lead to, and that this is a show."""
    if asked.does.startswith("serving:"):
        os.environ.setdefault("DUEBOOK_URL", f"http://localhost:{asked.port}")
    if asked.does == "serving:demo":
        os.environ["DUEBOOK_DEMO"] = "1"


def _from_here(asked: argparse.Namespace) -> AbstractContextManager[None]:
    """What a command does came from the command line; what a server does, from elsewhere."""
    from duebook.visibility.audit import coming_from

    is_server = asked.does.startswith("serving:")
    return nullcontext() if is_server else coming_from("command line")


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
    for name, said in (
        ("demo", "sample organisations, to look around"),
        ("serve", "web server and worker"),
    ):
        _add(commands, name, f"serving:{name}", said).add_argument("--port", type=int, default=8000)
    for name, said in (
        ("migrate", "bring the database up to this release"),
        ("doctor", "is the database as safe as promised?"),
    ):
        _add(commands, name, f"upkeep:{name}", said).set_defaults(readies=False)
    database = _group(commands, "database", "the database behind it all")
    _add(database, "url", "upkeep:database_url", "connection string of the application's login")
    rollups = _group(commands, "rollups", "what is derived from the documents")
    for name, said in (("check", "compare it with them"), ("rebuild", "derive it anew")):
        _add(rollups, name, f"upkeep:{name}", said).add_argument("slug", metavar="SLUG")
    priority = _group(commands, "priority", "whom to call first")
    tried = _add(priority, "backtest", "priority:back_test", "would it have named the unpaid?")
    tried.add_argument("slug", metavar="SLUG")
    weighed = _add(priority, "weights", "priority:weights", "what counts, and by how much")
    weighed.add_argument("slug", metavar="SLUG")
    weighed.add_argument("weights", metavar="NAME=NUMBER", nargs="*")
    audit = _group(commands, "audit", "who did what")
    trail = _add(audit, "verify", "auditing:verify", "is the trail as it was written?")
    trail.add_argument("slug", metavar="SLUG")
    trail.add_argument("--head", metavar="SEQ:HASH", default="")
    org = _group(commands, "org", "organisations")
    _organisations(_add(org, "create", "people:create_organisation", "a new organisation"))
    settling = _add(
        org, "self-settling", "settling:self_settling", "do receipts settle themselves?"
    )
    settling.add_argument("slug", metavar="SLUG")
    settling.add_argument("switch", choices=("on", "off"))
    user = _group(commands, "user", "people")
    _people(_add(user, "create", "people:create_person", "a person of an organisation"))
    _imports(_add(commands, "import", "importing:import_files", "files into a ledger"))
    _runs(_add(commands, "runs", "runs:runs", "which files were loaded, and taking them back"))
    reports = _group(commands, "report", "what a person sees, as a file")
    aging = _dated(_add(reports, "aging", "reporting:aging", "who owes what, by days late"))
    _basis(aging)
    aging.add_argument("--layout", choices=("operator", "portal"), default="operator")
    _customers(
        _dated(_add(reports, "customers", "reporting:customers", "accounts, by what they owe"))
    )
    invoices = _dated(_add(reports, "invoices", "reporting:invoices", "what is open"))
    _basis(invoices)
    invoices.add_argument("--account", metavar="NUMBER", default="")
    invoices.add_argument("--bucket", metavar="COLUMN", default="")
    _monthly(_add(reports, "monthly", "reporting:monthly", "twelve months of each account"))
    return parser


def _add(to: Commands, name: str, does: str, said: str) -> _Parser:
    """A command; `does` is the module of the console and the function in it."""
    command: _Parser = to.add_parser(name, help=said, description=said)
    command.set_defaults(does=does, readies=True, command=command, wrong=_nothing)
    return command


def _nothing(asked: argparse.Namespace) -> str:
    """What is wrong with options together that each are right."""
    return ""


def _group(to: Commands, name: str, said: str) -> Commands:
    group: _Parser = to.add_parser(name, help=said, description=said)
    return group.add_subparsers(required=True, metavar="COMMAND", parser_class=_Parser)


def _organisations(command: argparse.ArgumentParser) -> None:
    command.add_argument("slug", metavar="SLUG")
    command.add_argument("--name", required=True)
    command.add_argument("--currency", default="USD")
    command.add_argument("--timezone", default="UTC")
    command.add_argument("--aging-basis", choices=("due", "invoice"), default="due")
    command.add_argument("--today", type=_day, metavar="YYYY-MM-DD")


def _people(command: argparse.ArgumentParser) -> None:
    command.add_argument("email", metavar="EMAIL")
    command.add_argument("--org", metavar="SLUG", default="")
    command.add_argument("--role", choices=("admin", "member", "client"), default="")
    command.add_argument("--account", metavar="NUMBER", action="append", default=[])
    command.add_argument("--platform-owner", action="store_true", help="of no organisation")
    command.add_argument("--name", default="")
    command.add_argument("--password-stdin", action="store_true")
    command.set_defaults(wrong=_wrong_person)


def _wrong_person(asked: argparse.Namespace) -> str:
    if asked.platform_owner and (asked.org or asked.role or asked.account):
        return "--platform-owner is of no organisation: leave out --org, --role and --account"
    missing = [name for name in ("org", "role") if not vars(asked)[name]]
    if missing and not asked.platform_owner:
        return "the following arguments are required: --" + ", --".join(missing)
    if asked.account and asked.role != "client":
        return f"--account is for clients: leave it out with --role {asked.role}"
    return ""


def _imports(command: argparse.ArgumentParser) -> None:
    command.add_argument("slug", metavar="SLUG")
    command.add_argument("files", metavar="FILE", nargs="+", type=Path)
    command.add_argument("--kind", choices=sorted(KINDS))
    command.add_argument("--mapping", type=Path, metavar="FILE.toml")
    command.add_argument("--as-at", type=_day, metavar="YYYY-MM-DD")
    command.add_argument("--snapshot", action="store_true", help="the file names all that is open")
    command.add_argument("--strict", action="store_true")
    command.add_argument("--dry-run", action="store_true")


def _runs(command: argparse.ArgumentParser) -> None:
    command.usage = (
        "%(prog)s [-h] SLUG\n       %(prog)s errors SLUG ID\n"
        "       %(prog)s undo SLUG ID [--dry-run]"
    )
    command.add_argument("words", metavar="SLUG", nargs="+")
    command.add_argument("--dry-run", action="store_true")
    command.set_defaults(wrong=_wrong_runs)


def _wrong_runs(asked: argparse.Namespace) -> str:
    of_one = len(asked.words) == 3 and asked.words[0] in ("undo", "errors")
    if not of_one and (len(asked.words) > 1 or asked.dry_run):
        return (
            "give SLUG for its runs, errors SLUG ID for the invalid rows of one,"
            " or undo SLUG ID to take back the batch of a run"
        )
    if of_one and asked.words[0] == "errors" and asked.dry_run:
        return "--dry-run is for undo"
    if of_one and not re.fullmatch("[0-9]{1,18}", asked.words[2]):
        return f"{asked.words[2]!r} is not the number of a run"
    return ""


def _report(command: _Parser) -> _Parser:
    command.add_argument("slug", metavar="SLUG")
    command.add_argument("--as", dest="email", metavar="EMAIL", required=True)
    command.add_argument("--format", choices=("csv", "json", "xlsx"), default="csv")
    command.add_argument("--output", type=Path, metavar="FILE")
    return command


def _dated(command: _Parser) -> _Parser:
    _report(command)
    command.add_argument("--as-of", type=_day, metavar="YYYY-MM-DD")
    return command


def _monthly(command: _Parser) -> None:
    _report(command)
    command.add_argument("--data-type", choices=("debt", "open_orders"), default="debt")
    command.add_argument("--measure", choices=("net", "closing", "count", "amount"))
    command.add_argument("--through", type=_month, metavar="YYYY-MM")
    command.add_argument("--lang", metavar="xx", default="")


def _month(text: str) -> date:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}", text) and text >= "1970-01":
            return date.fromisoformat(f"{text}-01")
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a month such as 2026-03, from 1970-01 on")


def _basis(command: _Parser) -> None:
    command.add_argument("--basis", choices=("due", "invoice"))


def _customers(command: _Parser) -> None:
    command.add_argument("--currency", metavar="CODE", default="")
    command.add_argument("--search", metavar="TEXT", default="")
    command.add_argument("--status", metavar="STATUS", action="append", default=[])
    command.add_argument("--invitation", metavar="STATE", action="append", default=[])
    command.add_argument("--sort", metavar="[-]COLUMN", default="account_number")


def _day(text: str) -> date:
    try:
        if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is not a date such as 2026-03-31")


if __name__ == "__main__":
    sys.exit(main())
