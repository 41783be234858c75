"""Letters as a demonstration shows them, where nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage as Parsed
from email.policy import default

from duebook.database.sealing import Broken
from duebook.post.letter import Letter
from duebook.visibility.seeing import raw

LATEST = 200
ASKED = "SELECT id, recipient, sealed, written_at FROM letter"


@dataclass(frozen=True)
class Shown:
    """A letter to be read: its plain text alone. One sealed with another secret has none."""

    id: int
    sender: str
    recipient: str
    subject: str
    written_at: datetime
    text: str


def letters() -> list[Shown]:
    """The latest, newest first."""
    found = raw("default").execute(f"{ASKED} ORDER BY id DESC LIMIT %s", [LATEST])
    return [_shown(*row) for row in found.fetchall()]


def letter(letter_id: int) -> Shown | None:
    row = raw("default").execute(f"{ASKED} WHERE id = %s", [letter_id]).fetchone()
    return _shown(*row) if row else None


def _shown(id: int, recipient: str, sealed: bytes, written_at: datetime) -> Shown:
    try:
        kept = Letter.from_sealed(sealed)
    except Broken:
        return Shown(id, "", recipient, "", written_at, "")
    parsed = message_from_bytes(kept.content, _class=Parsed, policy=default)
    body = parsed.get_body(("plain",))
    return Shown(
        id=id,
        sender=str(parsed["From"]),
        recipient=str(parsed["To"]),
        subject=str(parsed["Subject"]),
        written_at=written_at,
        text=body.get_content() if body else "",
    )
