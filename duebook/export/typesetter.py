"""Sets what a paper tells as PDF. A process of its own sets a long one: `python -m`, told on
standard input."""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import typst

HERE = Path(__file__).parent


def typeset(told: dict[str, Any]) -> bytes:
    """The same told gives the same bytes; the file is dated by the paper's own day."""
    made = typst.compile(
        str(HERE / "papers" / "paper.typ"),
        root=str(HERE / "papers"),
        font_paths=[str(HERE / "fonts")],
        ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
        pdf_tags=False,
        timestamp=int(datetime.combine(date(*told["day"]), time.min, UTC).timestamp()),
    )
    assert isinstance(made, bytes)
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(typeset(json.load(sys.stdin)))
