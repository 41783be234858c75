"""A letter as it is kept at the door: whom it goes to in the clear, the rest sealed.

What is sealed holds links that let people in.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from email.utils import make_msgid
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.message import sanitize_address

from duebook.database.sealing import opened, sealed

PURPOSE = "letters"


@dataclass(frozen=True)
class Letter:
    """`sender` and `recipients` are for the mail server; `content` is the message as it travels."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @classmethod
    def of(cls, message: EmailMessage) -> Letter:
        """Raises BadHeaderError when a header would run over its line."""
        encoding = message.encoding or "utf-8"
        names = {name.lower() for name in message.extra_headers}
        if "message-id" not in names:  # by this server's public name, not by the machine's
            host = urlsplit(settings.ADDRESS).hostname
            message.extra_headers["Message-ID"] = make_msgid(domain=host)
        content = message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]  # Django's
        return cls(
            sender=sanitize_address(message.from_email, encoding),
            recipients=tuple(sanitize_address(each, encoding) for each in message.recipients()),
            content=content,
        )

    @classmethod
    def from_sealed(cls, token: bytes) -> Letter:
        """Raises Broken."""
        head, _, content = opened(token, purpose=PURPOSE).partition(b"\n")
        sender, *recipients = json.loads(head)
        return cls(sender=sender, recipients=tuple(recipients), content=content)

    def sealed(self) -> bytes:
        head = json.dumps([self.sender, *self.recipients]).encode()
        return sealed(head + b"\n" + self.content, purpose=PURPOSE)
