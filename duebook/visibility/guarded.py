"""Acts that the database itself allows or refuses: functions of disputes.sql and payments.sql."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, LiteralString

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from psycopg import errors

from duebook.visibility.organisations import Refused, console_of, current
from duebook.visibility.seeing import enter, looks, raw
from duebook.visibility.viewer import Viewer

WAIT = "10s"  # for whoever else writes facts of the organisation


class NotThere(Exception):
    """There is no such thing for this viewer, whether or not somebody else has one."""


def asked(call: LiteralString, *parameters: Any, why: Mapping[str, str | Promise]) -> Any:
    """What a guarded function answers. Only inside seeing().

    Raises NotThere, and Refused with the sentence that `why` has for the function's word.
    """
    try:
        with transaction.atomic(using="ledger"):
            raw().execute("SELECT set_config('lock_timeout', %s, true)", [WAIT])
            row = raw().execute(call, parameters).fetchone()
    except errors.NoDataFound as nothing:
        raise NotThere from nothing
    except errors.InvalidParameterValue as refused:
        word = refused.diag.message_primary or ""
        raise Refused(str(why.get(word, word))) from refused
    except errors.LockNotAvailable as busy:
        said = _("New data is being loaded at this moment. Wait a minute and try again.")
        raise Refused(said) from busy
    return row[0] if row else None


@contextmanager
def as_the_house(viewer: Viewer) -> Iterator[Viewer]:
    """For the rest of what one does: the organisation's own hand, in the same transaction.

    For what follows in the ledger from an act that was allowed to the viewer: it may reach
    accounts that the viewer does not see. Afterwards the viewer looks again.
    """
    house = console_of(current(viewer).slug)
    try:
        with transaction.atomic(using="ledger"):  # what fails takes the house's role back as well
            enter(raw(), house)
            yield house
            enter(raw(), viewer)
    finally:
        looks(raw(), viewer)
