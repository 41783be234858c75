"""Files beside what is said in a dispute: known by their content, sealed, and only to be saved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import LiteralString

from django.utils.translation import gettext as _

from duebook.database.sealing import opened, sealed
from duebook.ledger.disputes import WHY
from duebook.visibility.guarded import NotThere, asked
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

LARGEST_BYTES = 10 << 20
TOGETHER = 5  # with one message
NAME_LIMIT = 120
# How the files begin that are taken, whatever they are called.
MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (b"%PDF-", "application/pdf", ".pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"GIF87a", "image/gif", ".gif"),
    (b"GIF89a", "image/gif", ".gif"),
)
TEXT = ("text/plain", ".txt")


@dataclass(frozen=True)
class Content:
    """A file to be attached, once it has been looked at."""

    name: str
    media_type: str
    content: bytes


def looked_at(name: str, content: bytes) -> Content:
    """A file that may be attached. What it is follows from its content, its ending from that.

    Raises Refused for an empty one, a large one and any other type than PDF, PNG, JPEG, GIF and
    plain text.
    """
    shown = _plain(name)
    if not content:
        raise Refused(_("%(name)s is empty; choose another file.") % {"name": shown})
    if len(content) > LARGEST_BYTES:
        said = _("%(name)s is larger than 10 MB; send a smaller one.")
        raise Refused(said % {"name": shown})
    found = _type_of(content)
    if found is None:
        said = _(
            "%(name)s is none of the kinds that can be attached: PDF, PNG, JPEG, GIF, plain text."
        )
        raise Refused(said % {"name": shown})
    media_type, ending = found
    stem, dot, last = shown.rpartition(".")
    stem = stem if dot and len(last) <= 5 else shown
    return Content((stem or "file")[:NAME_LIMIT] + ending, media_type, content)


def attach(viewer: Viewer, message_id: int, file: Content) -> int:
    """Keep a file beside an own message. Its id. Raises NotThere, Refused."""
    digest = hashlib.sha256(file.content).hexdigest()
    locked = sealed(file.content, purpose=_purpose(viewer, digest))
    call: LiteralString = "SELECT guard.attach_to_dispute(%s, %s, %s, %s, %s, %s)"
    told = [message_id, file.name, file.media_type, len(file.content), digest, locked]
    return int(asked(call, *told, why=WHY))


def attached(viewer: Viewer, case_id: int, file_id: int) -> Content:
    """A file of a dispute that the viewer sees. Raises NotThere, sealing.Broken."""
    query: LiteralString = (
        "SELECT f.file_name, f.media_type, f.sha256, f.content FROM ar.dispute_file f"
        " JOIN ar.dispute_case c ON c.org_id = f.org_id AND c.id = f.case_id"
        " WHERE f.org_id = %s AND f.case_id = %s AND f.id = %s"
    )
    row = raw().execute(query, [viewer.org_id, case_id, file_id]).fetchone()
    if row is None:
        raise NotThere
    name, media_type, digest, locked = row
    return Content(name, media_type, opened(locked, purpose=_purpose(viewer, digest)))


def _type_of(content: bytes) -> tuple[str, str] | None:
    for begins, media_type, ending in MAGIC:
        if content.startswith(begins):
            return media_type, ending
    if b"\0" in content:
        return None
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return None
    lowered = content.lstrip()[:200].lower()
    return None if lowered.startswith((b"<", b"#!", b"mz")) else TEXT


def _plain(name: str) -> str:
    """Without folders and without what could be taken for something else on a screen."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(each for each in last if each.isprintable()).strip(" .") or "file"


def _purpose(viewer: Viewer, digest: str) -> str:
    return f"dispute file {viewer.org_id} {digest}"
