"""Whatever the product writes into the trail has a sentence that people can read."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import duebook
from duebook.web.settings.audit_words import ACTIONS, said

# Which argument of these is the action.
WRITERS = {"record": 1, "record_at_door": 1, "enter": 2}


def written() -> Iterator[str]:
    for file in Path(duebook.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            name = name or (node.func.id if isinstance(node.func, ast.Name) else "")
            place = WRITERS.get(name, 99)
            given = node.args[place] if len(node.args) > place else None
            if isinstance(given, ast.Constant) and isinstance(given.value, str):
                yield given.value


def test_every_action_has_a_sentence() -> None:
    actions = set(written())
    assert "settings changed" in actions
    assert "signed in" in actions
    assert actions <= set(ACTIONS)


def test_another_reads_as_it_is() -> None:
    assert said("moved the moon") == "moved the moon"
