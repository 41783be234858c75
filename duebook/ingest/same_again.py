"""A file of which the ledger has every row, known by its content without reading it again."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg

from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.opening import Opened
from duebook.ingest.pushed import Pushed
from duebook.ledger.posting import text

HERE = Path(__file__).parent
# Whom an account belongs to is changed by people, too, so these are always compared.
COMPARED = "accounts"


@dataclass(frozen=True)
class SameAgain:
    """The run that said all this, and since which nothing was said that could have changed it."""

    run_id: int
    counts: Counter[str]
    rests_on: list[int]


def what_it_says(file: Opened | Pushed, *, as_at: date | None) -> str | None:
    """Two files that say the same are read to the same rows; None of those it is not known of.

    A hash of the content, of the table in it, and of how it is read.
    """
    kind = file.bound.kind.name
    if isinstance(file, Pushed) or kind == COMPARED or file.bound.mapping.lines_file:
        return None
    facts = [
        version("duebook"),
        file.sha256,
        file.name.removeprefix(file.path.name),
        kind,
        sorted(file.bound.fields_present),
        mapping_text(file.bound.mapping),
        as_at.isoformat() if as_at else "",
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def same_again(
    connection: psycopg.Connection[Any], *, org_id: int, says: str | None
) -> SameAgain | None:
    """Whether all of it stands in the ledger as it says. What it comes to, then, is nothing new.

    For certain only while no other batch of the organisation is under way.
    """
    if says is None:
        return None
    found = connection.execute(text(HERE / "same_again.sql"), {"org": org_id, "says": says})
    row = found.fetchone()
    if row is None:
        return None
    run_id, told, rests_on, wrote = row
    counts = Counter(json.loads(told) if isinstance(told, str) else told)
    counts["unchanged"] += counts.pop("new", 0) + counts.pop("changed", 0)
    return SameAgain(run_id, +counts, sorted({*rests_on, *([run_id] if wrote else [])}))
