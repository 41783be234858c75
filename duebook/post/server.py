"""The mail server of DUEBOOK_SMTP: smtp://user:password@host:587 with STARTTLS, or smtps://.

`?starttls=no` is for a relay on the same machine or network that offers no encryption.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.mail.backends.smtp import EmailBackend

SECONDS = 30
PORTS = {"smtp": 587, "smtps": 465}


class BadAddress(Exception):
    """DUEBOOK_SMTP cannot be used. The message is one sentence that says what to write."""


@dataclass(frozen=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str
    scheme: str
    has_starttls: bool

    @classmethod
    def at(cls, address: str) -> MailServer:
        """Raises BadAddress."""
        try:
            parts = urlsplit(address)
            port = parts.port or PORTS[parts.scheme]
            host = parts.hostname
        except (ValueError, KeyError) as trouble:
            raise BadAddress(_wrong()) from trouble
        starttls = parse_qs(parts.query).get("starttls", ["yes"])[-1]
        if not host or starttls not in ("yes", "no") or parts.path not in ("", "/"):
            raise BadAddress(_wrong())
        server = cls(
            host=host,
            port=port,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            scheme=parts.scheme,
            has_starttls=parts.scheme == "smtp" and starttls == "yes",
        )
        if server.password and parts.scheme == "smtp" and not server.has_starttls:
            raise BadAddress("DUEBOOK_SMTP would send a password in the clear: drop starttls=no.")
        return server

    def backend(self) -> EmailBackend:
        """Django's own way to such a server, not yet connected."""
        return EmailBackend(
            host=self.host,
            port=self.port,
            username=self.user,
            password=self.password,
            use_tls=self.has_starttls,
            use_ssl=self.scheme == "smtps",
            timeout=SECONDS,
        )


def _wrong() -> str:
    return (
        "DUEBOOK_SMTP is not the address of a mail server; write it as"
        " smtp://user:password@host:587 or smtps://user:password@host:465."
    )
