"""Django's mail goes here: a letter is kept, sealed, until the worker has delivered it."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from duebook.post.letter import Letter
from duebook.visibility.seeing import raw


class Outbox(BaseEmailBackend):
    """Keeps a letter and orders its delivery in one transaction, the caller's at the door if any.

    So a letter about something that was undone is never sent, and none is lost.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        letters = [Letter.of(message) for message in email_messages if message.recipients()]
        with transaction.atomic(using="default"):
            for letter in letters:
                keep(letter)
        return len(letters)


def keep(letter: Letter, *, once: str | None = None) -> int:
    """The letter's id; its delivery is ordered. 0 where there is one named `once` already."""
    connection = raw("default")
    row = connection.execute(
        "INSERT INTO letter (recipient, sealed, once) VALUES (%s, %s, %s)"
        " ON CONFLICT (once) DO NOTHING RETURNING id",
        [", ".join(letter.recipients), letter.sealed(), once],
    ).fetchone()
    if row is None:
        return 0
    connection.execute("SELECT guard.enqueue_letter(%s)", [row[0]])
    return int(row[0])
