"""The product's own letters: a plain text template each, in the reader's language.

templates/mail/<name>.txt extends mail/letter.txt; the first line of what it comes to is the
subject. `link` in a context is an address of this server without its beginning.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connections, transaction
from django.template import Context
from django.template.loader import get_template
from django.utils import translation

from duebook.post.letter import Letter
from duebook.post.outbox import keep
from duebook.visibility.seeing import raw


def send(
    name: str,
    /,
    *,
    to: str,
    language: str,
    attached: tuple[str, bytes, str] | None = None,
    **context: Any,
) -> None:
    """Write a letter and put it into the outbox, once what is being done for it is kept.

    `attached` is a file: its name, its content and what type it is of.
    Inside seeing() it waits for the end of that transaction: what is undone sends nothing.
    Raises BadHeaderError for an address that runs over its line.
    """
    message = _message(name, to=to, language=language, attached=attached, **context)
    message.message()  # complains now rather than after the commit
    once_kept(partial(_put, message))


def send_once(
    name: str,
    /,
    *,
    once: str,
    to: str,
    language: str,
    attached: tuple[str, bytes, str] | None = None,
    **context: Any,
) -> None:
    """The same at once, whatever transaction is open; never a second letter by the name `once`.

    Several in one `transaction.atomic(using="default")` are put there together.
    """
    message = _message(name, to=to, language=language, attached=attached, **context)
    keep(Letter.of(message), once=once)


def is_written(once: str) -> bool:
    """Whether there is, or was, a letter by this name."""
    row = raw("default").execute("SELECT FROM letter WHERE once = %s", [once]).fetchone()
    return row is not None


def written(name: str, /, *, language: str, **context: Any) -> tuple[str, str]:
    """Subject and text. Line breaks in what people called themselves do not reach the text."""
    plain = {key: _one_line(value) for key, value in context.items()}
    template = get_template(f"mail/{name}.txt").template  # type: ignore[attr-defined]
    with translation.override(language):
        text = template.render(Context({**plain, "address": settings.ADDRESS}, autoescape=False))
    subject, _, rest = text.strip().partition("\n")
    return _one_line(subject), f"{rest.strip()}\n"


def _message(
    name: str,
    /,
    *,
    to: str,
    language: str,
    attached: tuple[str, bytes, str] | None = None,
    **context: Any,
) -> EmailMessage:
    subject, text = written(name, language=language, **context)
    message = EmailMessage(subject, text, to=[to], headers={"Auto-Submitted": "auto-generated"})
    if attached:
        message.attach(*attached)
    return message


def absolute(path: str) -> str:
    """A path of this server as people elsewhere can open it."""
    return f"{settings.ADDRESS}{path}"


def once_kept(act: Callable[[], None]) -> None:
    """Now, or when the transaction that is open in an organisation has been committed."""
    for alias in ("ledger", "worker"):
        if connections[alias].in_atomic_block:
            transaction.on_commit(act, using=alias)
            return
    act()


def _put(message: EmailMessage) -> None:
    message.send()


def _one_line(value: Any) -> Any:
    return " ".join(value.split()) if isinstance(value, str) else value
