"""The shape of the tree: what a reviewer would otherwise count by hand."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from django.core.management import call_command

from tests.conftest import LONG

ROOT = Path(__file__).resolve().parents[1]
LONGEST_FUNCTION = 60


def test_no_function_is_longer_than_a_screen() -> None:
    files = [*ROOT.glob("duebook/**/*.py"), *ROOT.glob("config/*.py"), *ROOT.glob("bench/*.py")]
    assert len(files) > 50
    long = [
        f"{file.relative_to(ROOT)}:{node.lineno} {node.name}"
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= LONGEST_FUNCTION
    ]
    assert long == []


def test_what_is_begun_first_is_there() -> None:
    assert [name for name in LONG if not (ROOT / "tests" / name).is_file()] == []


def test_the_lock_file_has_hashes_and_no_host() -> None:
    lock = (ROOT / "requirements.lock").read_text()
    assert re.search(r"https?://|index-url", lock) is None
    pinned = re.findall(r"^\S+==\S+", lock, re.MULTILINE)
    hashed = re.findall(r"^\S+==[^\n]*\\\n    --hash=sha256:", lock, re.MULTILINE)
    assert len(pinned) == len(hashed) > 30


def test_models_need_no_further_migration(server: None) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_every_sql_file_says_what_it_is() -> None:
    silent = [file.name for file in ROOT.glob("duebook/**/*.sql") if file.read_text()[:3] != "-- "]
    assert silent == []
