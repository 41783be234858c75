"""Letters leave: the worker hands each to the mail server.

At least once: a worker killed after the server took a letter, before that was written down,
sends it a second time, under the same Message-ID.
"""

from __future__ import annotations

import smtplib

from django.conf import settings
from django.db import transaction

from duebook.database.sealing import Broken
from duebook.post.letter import Letter
from duebook.post.server import BadAddress, MailServer
from duebook.visibility.seeing import raw

LONGEST_WAIT = "3 days"  # a link older than this helps nobody


class NotDelivered(Exception):
    """The letter is still here; trying again later may help. The message names nobody."""


def deliver(letter_id: int) -> None:
    """Send a letter that has not been sent. Without a mail server it waits.

    Raises NotDelivered for what may pass; what will not is written down beside the letter.
    """
    if not settings.DELIVERY:
        return
    with transaction.atomic(using="default"):
        # Held while it is sent, so that no two workers send it.
        row = (
            raw("default")
            .execute(
                "SELECT sealed FROM letter WHERE id = %s AND sent_at IS NULL"
                " FOR UPDATE SKIP LOCKED",
                [letter_id],
            )
            .fetchone()
        )
        if row is None:
            return
        trouble, may_pass = _send(row[0])
        raw("default").execute(
            "UPDATE letter SET attempts = attempts + 1, trouble = %s,"
            " sent_at = CASE WHEN %s = '' THEN clock_timestamp() END WHERE id = %s",
            [trouble, trouble, letter_id],
        )
    if may_pass:
        raise NotDelivered(trouble)


def order_waiting() -> int:
    """Order the delivery of letters that were written while there was no mail server."""
    if not settings.DELIVERY:
        return 0
    query = (
        "SELECT guard.enqueue_letter(id) FROM letter WHERE sent_at IS NULL AND attempts = 0"
        " AND written_at BETWEEN now() - %s::interval AND now() - interval '1 minute'"
    )
    return len(raw("default").execute(query, [LONGEST_WAIT]).fetchall())


def _send(token: bytes) -> tuple[str, bool]:
    """What went wrong, and whether it may pass. Servers' own words quote addresses."""
    try:
        letter = Letter.from_sealed(token)
        backend = MailServer.at(settings.DELIVERY).backend()
        try:
            backend.open()
            assert backend.connection
            backend.connection.sendmail(letter.sender, letter.recipients, letter.content)
        finally:
            backend.close()
    except Broken:
        return "It was sealed with another secret.", False
    except BadAddress as trouble:
        return str(trouble), True
    except smtplib.SMTPRecipientsRefused as refused:
        codes = {code for code, _ in refused.recipients.values()}
        return f"The mail server refused the recipient ({_said(codes)}).", min(codes) < 500
    except smtplib.SMTPResponseException as refused:
        is_lasting = refused.smtp_code >= 500 and not _is_ours(refused)
        return f"The mail server refused it ({refused.smtp_code}).", not is_lasting
    except (OSError, smtplib.SMTPException) as trouble:
        return f"The mail server cannot be reached ({type(trouble).__name__}).", True
    return "", False


def _is_ours(refused: smtplib.SMTPResponseException) -> bool:
    """A wrong password or greeting can be put right here, for all letters at once."""
    return isinstance(
        refused, smtplib.SMTPAuthenticationError | smtplib.SMTPConnectError | smtplib.SMTPHeloError
    )


def _said(codes: set[int]) -> str:
    return ", ".join(map(str, sorted(codes)))
