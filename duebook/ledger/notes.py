"""Notes on accounts: what people who work here tell each other. Clients have no right to them.

A text is never changed: an edit is a newer one, and one without words takes the note back. The
database lets nobody add a text to somebody else's note.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString

from django.utils.translation import gettext as _

from duebook.visibility.audit import record
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

LONGEST = 4000
NAMED = 100  # customers that an entry of the audit trail names
NEW_NOTE: LiteralString = """
INSERT INTO ar.note (org_id, customer_id, person_id, act_id, written_at)
SELECT c.org_id, c.id, %(person)s, %(act)s, %(at)s FROM ar.customer c
WHERE c.org_id = %(org)s AND c.id = ANY (%(customers)s) ORDER BY c.id RETURNING id
"""
NEW_TEXT: LiteralString = """
INSERT INTO ar.note_text (org_id, note_id, version, customer_id, person_id, body, written_at)
SELECT n.org_id, n.id, COALESCE(max(t.version), 0) + 1, n.customer_id, n.person_id, %(body)s, %(at)s
FROM ar.note n LEFT JOIN ar.note_text t ON t.org_id = %(org)s AND t.note_id = n.id
WHERE n.org_id = %(org)s AND n.id = ANY (%(notes)s) AND n.person_id = %(person)s
GROUP BY n.org_id, n.id, n.customer_id, n.person_id
HAVING %(version)s::bigint IS NULL OR max(t.version) = %(version)s
ORDER BY n.id ON CONFLICT DO NOTHING
RETURNING note_id, version, customer_id
"""
MENTION: LiteralString = """
INSERT INTO ar.note_mention (org_id, note_id, version, person_id, customer_id, author_id)
SELECT t.org_id, t.note_id, t.version, %(named)s, t.customer_id, t.person_id
FROM ar.note_text t JOIN unnest(%(notes)s::bigint[], %(versions)s::bigint[]) AS w (id, version)
    ON w.id = t.note_id AND w.version = t.version
WHERE t.org_id = %(org)s
  AND (%(customers)s::bigint[] IS NULL OR t.customer_id = ANY (%(customers)s))
ORDER BY t.note_id RETURNING customer_id
"""
LAST_WORDS: LiteralString = """
SELECT DISTINCT ON (t.note_id) t.body FROM ar.note_text t
WHERE t.org_id = %(org)s AND t.note_id = %(note)s AND t.body IS NOT NULL
ORDER BY t.note_id, t.version DESC
"""


@dataclass(frozen=True)
class Colleague:
    """Somebody active who works here. `customers` are those seen of the ones asked about; None:
    every one of the organisation."""

    person_id: int
    name: str
    email: str
    customers: list[int] | None

    def sees(self, customer: int) -> bool:
        return self.customers is None or customer in self.customers


@dataclass(frozen=True)
class Mention:
    """A colleague named by a note for the first time, and on which of the customers."""

    person_id: int
    name: str
    email: str
    customers: list[int]


@dataclass(frozen=True)
class Written:
    """What an act on notes came to. `act_id` names all notes written in one go, to remove them;
    `mentioned` are to be told."""

    act_id: int
    customers: list[int]
    body: str
    mentioned: list[Mention]


def colleagues(customers: Sequence[int]) -> list[Colleague]:
    """Who works here, by name, and which of these customers each of them sees."""
    query = "SELECT * FROM guard.colleagues(%s)"
    return [Colleague(*row) for row in raw().execute(query, [list(customers)]).fetchall()]


def write(viewer: Viewer, customers: Sequence[int], body: str, *, at: datetime) -> Written:
    """A note on each of these customers, one or many thousand; `@Name` mentions a colleague.

    Whoever does not see a customer is not mentioned on it. Customers that the viewer does not
    see get no note. Raises Refused.
    """
    said = _words(body)
    drawn = raw().execute("SELECT nextval('ar.note_id_seq')").fetchone()
    assert drawn
    named = {"org": viewer.org_id, "person": viewer.person_id, "act": drawn[0], "at": at}
    made = raw().execute(NEW_NOTE, {**named, "customers": list(customers)}).fetchall()
    if not made:
        raise Refused(_("There is no such account to write a note on; load the page again."))
    written = _add_text(viewer, [row[0] for row in made], said, act_id=drawn[0], at=at)
    record(viewer, "note written", **_told(written))
    return written


def edit(viewer: Viewer, note_id: int, body: str, *, version: int, at: datetime) -> Written:
    """Another text for one's own note; only who was not mentioned before counts as mentioned.

    `version` is the text that was changed. Raises Refused when there is a newer one.
    """
    said = _words(body)
    before = raw().execute(
        "SELECT person_id FROM ar.note_mention WHERE org_id = %s AND note_id = %s",
        [viewer.org_id, note_id],
    )
    known = {row[0] for row in before.fetchall()}
    written = _add_text(viewer, [note_id], said, version=version, act_id=0, at=at)
    record(viewer, "note changed", note=note_id, **_told(written))
    anew = [each for each in written.mentioned if each.person_id not in known]
    return Written(0, written.customers, written.body, anew)


def remove(viewer: Viewer, note_ids: Sequence[int], *, at: datetime) -> int:
    """Take one's own notes back; how many that were. Raises Refused when it is none."""
    removed = _add_text(viewer, note_ids, None, act_id=0, at=at)
    record(viewer, "note removed", **_told(removed))
    return len(removed.customers)


def remove_act(viewer: Viewer, act_id: int, *, at: datetime) -> int:
    """Take back the notes that one wrote in one go, as far as they still stand as they were
    written; how many. Raises Refused when there is none."""
    return remove(viewer, _of_act(viewer, act_id), at=at)


def standing(viewer: Viewer, act_id: int) -> int:
    """How many of the notes that one wrote in one go still stand as they were written."""
    return len(_of_act(viewer, act_id))


def _of_act(viewer: Viewer, act_id: int) -> list[int]:
    query = (
        "SELECT n.id FROM ar.note n WHERE n.org_id = %(org)s AND n.act_id = %(act)s"
        " AND n.person_id = %(person)s AND NOT EXISTS (SELECT FROM ar.note_text t"
        " WHERE t.org_id = %(org)s AND t.note_id = n.id AND t.version > 1) ORDER BY n.id"
    )
    named = {"org": viewer.org_id, "act": act_id, "person": viewer.person_id}
    return [row[0] for row in raw().execute(query, named).fetchall()]


def restore(viewer: Viewer, note_id: int, *, at: datetime) -> None:
    """One's own removed note says again what it said last. Raises Refused."""
    row = raw().execute(LAST_WORDS, {"org": viewer.org_id, "note": note_id}).fetchone()
    restored = _add_text(viewer, [note_id], row[0] if row else "", act_id=0, at=at)
    record(viewer, "note restored", **_told(restored))


def read(viewer: Viewer, note_ids: Sequence[int], *, at: datetime) -> None:
    """Notes that mention the viewer count as read from now on."""
    raw().execute(
        "INSERT INTO ar.note_seen (org_id, person_id, note_id, seen_at)"
        " SELECT org_id, %(person)s, id, %(at)s FROM ar.note"
        " WHERE org_id = %(org)s AND id = ANY (%(notes)s) ON CONFLICT DO NOTHING",
        {
            "org": viewer.org_id,
            "person": viewer.person_id,
            "notes": list(note_ids),
            "at": at,
        },
    )


def named_in(body: str, people: Sequence[Colleague]) -> list[Colleague]:
    """The colleagues that a text mentions: `@` and the whole name or e-mail address."""
    called = {
        word.casefold(): [each for each in people if word in (each.name, each.email)]
        for person in people
        for word in (person.name, person.email)
    }
    longest_first = sorted(called, key=len, reverse=True)
    if not longest_first:
        return []
    pattern = rf"(?<![\w@])@({'|'.join(map(re.escape, longest_first))})(?!\w)"
    found = {match[1] for match in re.finditer(pattern, body.casefold())}
    ids = {each.person_id for word in found for each in called[word]}
    return [each for each in people if each.person_id in ids]


def _add_text(
    viewer: Viewer,
    notes: Sequence[int],
    body: str | None,
    *,
    act_id: int,
    at: datetime,
    version: int | None = None,
) -> Written:
    named = {"org": viewer.org_id, "person": viewer.person_id, "notes": list(notes), "at": at}
    added = raw().execute(NEW_TEXT, {**named, "body": body, "version": version}).fetchall()
    if not added:
        raise Refused(
            _("This note is not yours, or has been changed meanwhile; load the page again.")
        )
    customers = [row[2] for row in added]
    mentioned = []
    for each in named_in(body, colleagues(customers)) if body and "@" in body else []:
        on = raw().execute(
            MENTION,
            {
                "org": viewer.org_id,
                "named": each.person_id,
                "notes": [row[0] for row in added],
                "versions": [row[1] for row in added],
                "customers": each.customers,
            },
        )
        seen = [row[0] for row in on.fetchall()]
        if seen and each.person_id != viewer.person_id:
            mentioned.append(Mention(each.person_id, each.name, each.email, seen))
    return Written(act_id, customers, body or "", mentioned)


def _words(body: str) -> str:
    said = "\n".join(line.rstrip() for line in body.replace("\x00", "").strip().splitlines())
    if not said:
        raise Refused(_("A note needs words; write some."))
    if len(said) > LONGEST:
        raise Refused(
            _("A note has %(limit)s letters at most; write a shorter one.") % {"limit": LONGEST}
        )
    return said


def _told(written: Written) -> dict[str, Any]:
    """What the audit trail says: on which accounts, and who is named; the words stay here."""
    told: dict[str, Any] = {
        "count": len(written.customers),
        "customers": sorted(written.customers)[:NAMED],
    }
    if written.mentioned:
        told["mentioned"] = [each.person_id for each in written.mentioned]
    return told
