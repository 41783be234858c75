"""Inviting many accounts in the background, as the person who ordered it.

A few accounts at a time: first their invitations are made, in one transaction; then their letters
are put into the outbox, each by a name that is there once. A worker that dies in between leaves
accounts that are `writing`: whoever takes the work up looks whether the letter is there, and only
if it is not makes a new link and writes it. So nobody gets two letters, and none is lost.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import transaction

from duebook.database.lost import is_lost
from duebook.jobs.order import order
from duebook.post import letters
from duebook.post.invitation import write_once
from duebook.visibility import bulk_acts, invitations
from duebook.visibility.bulk_acts import BulkAct, Due
from duebook.visibility.invitations import Invitation, NotAsked
from duebook.visibility.organisations import Refused, current
from duebook.visibility.seeing import NotAllowed, raw, seeing
from duebook.visibility.viewer import Viewer

AT_ONCE = 25  # accounts of one transaction
CUSTOMERS = """
SELECT c.id, c.active, c.contact_name, c.contact_email, i.state
FROM ar.customer c LEFT JOIN guard.invited(%(customers)s, %(at)s) i ON i.customer_id = c.id
WHERE c.org_id = %(org)s AND c.id = ANY (%(customers)s)
"""
# Whom a letter sent again goes to: all who have not answered.
UNANSWERED = """
SELECT id FROM ar.invitation WHERE org_id = %s AND customer_id = %s AND role = 'client'
  AND accepted_at IS NULL AND withdrawn_at IS NULL AND declined_at IS NULL ORDER BY id
"""

log = logging.getLogger("duebook.jobs")


@dataclass(frozen=True)
class Account:
    """What decides whether an account is invited. `state` as its badge has it, or None."""

    active: bool
    contact_name: str
    contact_email: str
    state: str | None


@dataclass
class Batch:
    """What a transaction came to: letters to write by customer and attempt, and who is skipped."""

    letters: dict[tuple[int, int], list[Invitation]] = field(default_factory=dict)
    settled: dict[int, tuple[str, str, str]] = field(default_factory=dict)


def order_invitations(
    viewer: Viewer,
    act: str,
    customers: Sequence[int],
    *,
    language: str,
    may_dispute: bool,
    chosen: Mapping[str, object] | None,
    at: datetime,
) -> int:
    """Have these accounts invited, or invited again (`resend`), by name; the act's id.

    Only inside seeing(). `chosen` is the filter they were found by.
    """
    made = bulk_acts.order_act(
        viewer,
        act,
        customers,
        language=language,
        may_dispute=may_dispute,
        chosen=chosen,
        at=at,
    )
    order("invite", act=made)
    return made


def resume(act: int) -> None:
    """Have work that has stopped taken up again. Only inside seeing()."""
    order("invite", act=act)


def invite_many(viewer: Viewer, *, act: int) -> None:
    """The task."""
    with seeing(viewer):
        ordered = bulk_acts.bulk_act(viewer, act)
        if ordered is None or ordered.done_at:
            return
        bulk_acts.begin(viewer, act, at=datetime.now(UTC))
    while True:
        with seeing(viewer):
            batch = _made(viewer, ordered)
            if batch is None:
                bulk_acts.finish(viewer, act, at=datetime.now(UTC))
                return
            bulk_acts.settle(viewer, act, batch.settled, at=datetime.now(UTC))
        if batch.letters:
            _write(viewer, ordered, batch)


def _made(viewer: Viewer, ordered: BulkAct) -> Batch | None:
    """The next accounts: their invitations, or why there is none. None: every account is done."""
    found = bulk_acts.due(viewer, ordered.id, limit=AT_ONCE)
    if not found:
        return None
    at = datetime.now(UTC)
    named = {"org": viewer.org_id, "customers": [each.customer_id for each in found], "at": at}
    known = {row[0]: Account(*row[1:]) for row in raw().execute(CUSTOMERS, named).fetchall()}
    batch = Batch()
    for each in found:
        if each.outcome == "writing" and letters.is_written(
            _name(viewer, ordered, each.customer_id, 0)
        ):
            batch.settled[each.customer_id] = ("sent", "", "")
            continue
        try:
            with raw().transaction():  # a savepoint: what fails leaves the others alone
                asked = _ask(viewer, ordered, each, known.get(each.customer_id), at=at)
        except NotAsked as no:
            email = known[each.customer_id].contact_email if ordered.act == "invite" else ""
            batch.settled[each.customer_id] = ("skipped", no.code, email)
        except Exception as trouble:
            if isinstance(trouble, NotAllowed) or is_lost(trouble):
                raise
            if not isinstance(trouble, Refused):
                log.exception("An account of the act %s could not be invited.", ordered.id)
            batch.settled[each.customer_id] = ("skipped", "failed", "")
        else:
            attempt = each.attempt + 1
            said = ", ".join(one.email for one in asked)
            bulk_acts.writing(viewer, ordered.id, each.customer_id, attempt=attempt, email=said)
            batch.letters[each.customer_id, attempt] = asked
    return batch


def _ask(
    viewer: Viewer, ordered: BulkAct, each: Due, account: Account | None, *, at: datetime
) -> list[Invitation]:
    """The invitations of one account. Raises NotAsked, whose code is the reason."""
    if account is None:
        raise NotAsked("gone", "")
    if each.outcome == "waiting" and (reason := _reason(ordered.act, account)):
        raise NotAsked(reason, "")
    if ordered.act == "invite":
        return [
            invitations.invite(
                viewer,
                account.contact_email,
                role="client",
                at=at,
                customer_id=each.customer_id,
                name=account.contact_name,
                may_dispute=ordered.may_dispute,
                language=ordered.language,
            )
        ]
    found = raw().execute(UNANSWERED, [viewer.org_id, each.customer_id]).fetchall()
    if not found:
        raise NotAsked("not_invited", "")
    return [invitations.resend(viewer, row[0], at=at) for row in found]


def _reason(act: str, account: Account) -> str:
    """Why an account is skipped; empty where it is not. One state, one reason."""
    if not account.active:
        return "inactive"
    if account.state in ("accepted", "declined"):
        return account.state
    if act == "resend":
        return "" if account.state else "not_invited"
    if account.state:  # pending or expired
        return account.state
    return "" if account.contact_email.strip() else "no_email"


def _write(viewer: Viewer, ordered: BulkAct, batch: Batch) -> None:
    """Put the letters into the outbox, all of an account together, and say that they are sent."""
    with seeing(viewer):
        organisation = current(viewer)
        sent: dict[int, tuple[str, str, str]] = {}
        for (customer, attempt), invited in batch.letters.items():
            if not bulk_acts.is_mine(viewer, ordered.id, customer, attempt=attempt):
                continue  # another worker has taken it up
            with transaction.atomic(using="default"):
                for number, invitation in enumerate(invited):
                    write_once(
                        invitation,
                        organisation=organisation,
                        inviter=ordered.person,
                        once=_name(viewer, ordered, customer, number),
                    )
            sent[customer] = ("sent", "", "")
        bulk_acts.settle(viewer, ordered.id, sent, at=datetime.now(UTC))


def _name(viewer: Viewer, ordered: BulkAct, customer: int, number: int) -> str:
    """What a letter of an act is called: it is written once."""
    return f"{viewer.org_id}.{ordered.id}.{customer}.{number}"
