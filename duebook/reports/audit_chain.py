"""Is the audit trail as it was written? Every digest is worked out anew, outside the database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

from django.utils.translation import gettext as _

from duebook.reports.rows import organisation, query
from duebook.visibility.seeing import raw

FETCHED = 5_000
Row = tuple[int | None, bytes | None, int | None, str]  # place, digest kept, entry, its text


@dataclass(frozen=True)
class Head:
    """An entry's place in the trail and its digest: whoever notes it can prove a later cut."""

    seq: int
    digest: bytes

    def __str__(self) -> str:
        return f"{self.seq}:{self.digest.hex()}"


@dataclass(frozen=True)
class Verification:
    """How far the trail is intact, and in one sentence what is wrong with the next entry."""

    head: Head
    trouble: str = ""


def verification(*, noted: Head | None = None) -> Verification:
    """Follow the viewer's whole trail from its first entry. For admins.

    `noted` is a head that was written down earlier: it must still be part of the trail. Call
    inside a read-only seeing(), so that all of it is seen as of one moment.
    """
    with raw().cursor(name="audit_chain") as cursor:
        cursor.itersize = FETCHED
        found = _followed(cursor.execute(query("audit_chain.sql"), {"org": organisation()}), noted)
    if found.trouble:
        return found
    return Verification(found.head, _wrong_end(found.head, noted))


def digest_of(seq: int) -> bytes | None:
    """The digest kept for an entry's place in the trail, unproved; None without such an entry."""
    query = "SELECT hash FROM ar.audit_link WHERE org_id = %s AND seq = %s"
    row = raw().execute(query, [organisation(), seq]).fetchone()
    return bytes(row[0]) if row else None


def _followed(rows: Iterable[Row], noted: Head | None) -> Verification:
    head = Head(0, b"")
    for seq, kept, entry, content in rows:
        if trouble := _out_of_place(head.seq + 1, seq, entry):
            return Verification(head, trouble)
        digest = sha256(head.digest + content.encode()).digest()
        if digest != kept:
            said = _("Entry %(seq)s is not what was written: its digest does not fit.")
            return Verification(head, said % {"seq": seq})
        head = Head(head.seq + 1, digest)
        if noted and noted.seq == head.seq and noted.digest != digest:
            said = _("Entry %(seq)s is not the one that was noted: the trail was written anew.")
            return Verification(head, said % {"seq": seq})
    return Verification(head)


def _out_of_place(expected: int, seq: int | None, entry: int | None) -> str:
    if seq is None:
        said = _("The entry with the id %(id)s is not linked: it was put in past the trail.")
        return said % {"id": entry}
    if seq != expected:
        said = _("Entry %(expected)s is missing: after %(before)s the trail goes on with %(seq)s.")
        return said % {"expected": expected, "before": expected - 1, "seq": seq}
    if entry is None:
        return _("Entry %(seq)s is gone; its link is still there.") % {"seq": seq}
    return ""


def _wrong_end(head: Head, noted: Head | None) -> str:
    row = raw().execute("SELECT seq, hash FROM guard.audit_end()").fetchone()
    end = Head(row[0], row[1]) if row and row[0] is not None else Head(0, b"")
    if end != head:
        said = _("The trail ends with entry %(last)s, but the last one written was %(end)s.")
        return said % {"last": head.seq, "end": end.seq}
    if noted and noted.seq > head.seq:
        said = _("The trail ends with entry %(last)s, but %(noted)s was noted: its end was cut.")
        return said % {"last": head.seq, "noted": noted.seq}
    return ""
