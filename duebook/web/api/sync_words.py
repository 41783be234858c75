"""What the description of the API says of calls that bring rows."""

from __future__ import annotations

from typing import Any

from duebook.ingest.json_rows import ROWS_MAX
from duebook.web.api.body import BODY_MAX, LINES, LISTS
from duebook.web.api.row_schemas import any_row, example, title
from duebook.web.api.sync import REPEATED

SYNC_WORDS = (
    f"Up to {ROWS_MAX:,} rows and {BODY_MAX >> 20} MiB a call, in any order and as often as you"
    " like: rows that are known say nothing new, and where they have a `source_version` an older"
    " one never overwrites a newer. Invalid rows are told one by one; the others land together."
    " Amounts are texts or numbers and are read exactly."
)


def described(kind: str) -> dict[str, Any]:
    """What of the operation is read from the request itself."""
    row = any_row(kind)
    lines = {"type": "string", "description": f"One object on each line: a {title(kind)}Row each"}
    return {
        "parameters": [
            {
                "name": "Idempotency-Key",
                "in": "header",
                "required": False,
                "description": (
                    "The same key with the same call gets the stored answer again for a week, with"
                    f" the header {REPEATED}: true; with another call it is refused (422)"
                ),
                "schema": {"type": "string", "pattern": "^[!-~]{1,255}$"},
            },
            {
                "name": "as_at",
                "in": "query",
                "required": False,
                "description": "The day that the rows speak of, for those without a version",
                "schema": {"type": "string", "format": "date"},
            },
            {
                "name": "dry_run",
                "in": "query",
                "required": False,
                "description": "Check and count, but change nothing",
                "schema": {"type": "boolean", "default": False},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                LISTS[0]: {
                    "schema": {"type": "array", "minItems": 1, "maxItems": ROWS_MAX, "items": row},
                    "example": [example(kind)],
                },
                LINES[0]: {"schema": lines},
            },
        },
    }
