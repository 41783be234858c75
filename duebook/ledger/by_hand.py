"""Facts that people post themselves, in the same ledger as those of files: a receipt or a credit
with what it is applied to, a void, a reissue. Amounts in minor units. Only as the house."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, LiteralString

from django.utils.translation import gettext as _

from duebook.ledger import posting
from duebook.visibility.guarded import asked
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

HERE = Path(__file__).parent
INTAKE = "portal"  # what these documents came by; the scope of their external ids
# What an allocation is called that an announcement made: it yields to what the books say of its
# receipt (fit_allocations.sql), and no file means it by that name.
ANNOUNCED = "duebook:announced"

POST: LiteralString = """
INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, currency,
    amount, intake, external_id, method, reason, open_amount)
SELECT %(org)s, %(customer)s, k.code, k.class, k.ages, %(number)s, %(on)s, %(currency)s,
       %(amount)s, %(intake)s, %(external)s, %(method)s, %(reason)s, %(amount)s
FROM ar.document_kind k WHERE k.org_id = %(org)s AND k.code = %(kind)s
RETURNING id
"""
APPLY: LiteralString = """
INSERT INTO ar.allocation (org_id, customer_id, currency, source_id, charge_id, dated_on,
    stated_amount, amount, effective_on, external_id)
SELECT %(org)s, s.customer_id, s.currency, s.id, c.id, %(on)s, w.amount, w.amount,
       GREATEST(%(on)s, s.issue_date, c.issue_date), %(external)s
FROM unnest(%(charges)s::bigint[], %(amounts)s::bigint[]) AS w (id, amount)
JOIN ar.document s ON s.org_id = %(org)s AND s.id = %(source)s
JOIN ar.document c ON c.org_id = %(org)s AND c.id = w.id AND c.class = 'charge'
ON CONFLICT DO NOTHING
"""
VOID: LiteralString = """
UPDATE ar.document SET state = 'void', void_on = GREATEST(issue_date, %(on)s), run_id = NULL,
    recorded_at = now()
WHERE org_id = %(org)s AND id = %(document)s AND state = 'sent'
"""
# What counted on the old document passes to the new one, as far as it goes: fitted when derived.
PASS_ON: LiteralString = """
INSERT INTO ar.allocation (org_id, customer_id, currency, source_id, charge_id, dated_on,
    stated_amount, amount, effective_on)
SELECT a.org_id, a.customer_id, a.currency, a.source_id, %(new)s, %(on)s, sum(a.amount),
       sum(a.amount), %(on)s
FROM ar.allocation a JOIN ar.document s ON s.org_id = a.org_id AND s.id = a.source_id
WHERE a.org_id = %(org)s AND a.charge_id = %(old)s AND a.effective_on <= %(on)s
  AND a.ended_on > %(on)s AND s.settles_id IS NULL
GROUP BY a.org_id, a.customer_id, a.currency, a.source_id HAVING sum(a.amount) > 0
ON CONFLICT DO NOTHING
"""
# So does what the source only says is settled: on the old one that ends with it.
PASS_ON_REPORTED: LiteralString = """
INSERT INTO ar.settlement (org_id, document_id, stated_on, customer_id, settled_amount)
SELECT n.org_id, n.id, n.issue_date, n.customer_id,
       LEAST(n.amount, r.amount + COALESCE((SELECT sum(a.stated_amount) FROM ar.allocation a
           WHERE a.org_id = n.org_id AND a.charge_id = n.id), 0))
FROM ar.document n CROSS JOIN (
    SELECT sum(a.amount) AS amount
    FROM ar.allocation a JOIN ar.document s ON s.org_id = a.org_id AND s.id = a.source_id
    WHERE a.org_id = %(org)s AND a.charge_id = %(old)s AND a.effective_on <= %(on)s
      AND a.ended_on > %(on)s AND s.origin = 'reported') AS r
WHERE n.org_id = %(org)s AND n.id = %(new)s AND r.amount > 0
"""
REISSUE: LiteralString = """
INSERT INTO ar.document (org_id, customer_id, kind, class, ages, number, issue_date, due_date,
    currency, amount, intake, external_id, account_name, reason, order_number, open_amount)
SELECT org_id, customer_id, kind, class, ages, %(number)s, %(on)s, due_date, currency, %(amount)s,
       %(intake)s, %(external)s, account_name, %(reason)s, order_number, %(amount)s
FROM ar.document WHERE org_id = %(org)s AND id = %(document)s
RETURNING id
"""


@dataclass(frozen=True)
class Source:
    """A receipt or a credit to be posted; `external` is what makes posting it twice impossible."""

    kind: str
    customer_id: int
    number: str
    currency: str
    amount: int
    on: date
    external: str
    method: str | None = None
    reason: str | None = None


def hold(viewer: Viewer) -> None:
    """What is read from now on stays so until the transaction ends. Raises Refused after a wait."""
    held: LiteralString = "SELECT pg_advisory_xact_lock(%s, %s::int)"
    asked(held, posting.IMPORTS, viewer.org_id, why={})


def post_source(
    house: Viewer, source: Source, *, applied: Sequence[tuple[int, int]], announced: bool = False
) -> tuple[int, bool]:
    """Post it with its allocations, from its own day; its id, and whether it is new.

    A document of this kind and number that is there already *is* it, when it is of the same
    account and currency: nothing is counted twice, and what it says stays. What was `announced`
    yields to what the books apply it to. Raises Refused when the number is another account's.
    """
    known = _known(house, source)
    document_id = known if known is not None else _post(house, source)
    _apply(house, document_id, applied, on=source.on, announced=announced)
    derive(house, source.customer_id)
    return document_id, known is None


def apply_announced(house: Viewer, source_id: int, applied: Sequence[tuple[int, int]]) -> None:
    """Apply a receipt that the books brought, as long as they do not say what it pays."""
    query: LiteralString = (
        "SELECT issue_date, customer_id FROM ar.document WHERE org_id = %s AND id = %s"
    )
    row = raw().execute(query, [house.org_id, source_id]).fetchone()
    assert row is not None  # the guard has found it
    _apply(house, source_id, applied, on=row[0], announced=True)
    derive(house, row[1])


def unapply_announced(house: Viewer, source_id: int) -> None:
    """A receipt pays nothing by announcement any more; what the books say of it stays."""
    query: LiteralString = (
        "DELETE FROM ar.allocation"
        " WHERE org_id = %s AND source_id = %s AND external_id = %s AND run_id IS NULL"
    )
    raw().execute(query, [house.org_id, source_id, ANNOUNCED])


def void(house: Viewer, document_id: int, *, on: date) -> None:
    """From this day on it does not count, nor before its own day. What it said is kept."""
    _keep(house, document_id)
    named = {"org": house.org_id, "document": document_id, "on": on}
    if raw().execute(VOID, named).rowcount:
        derive(house, _customer(house, document_id))


def reissue(
    house: Viewer, document_id: int, *, number: str, amount: int, on: date, reason: str
) -> int:
    """Void and bill anew that day with the same due date; what was applied passes on. The new id.

    Raises Refused when the number is taken.
    """
    named: dict[str, Any] = {"org": house.org_id, "document": document_id, "on": on}
    taken: LiteralString = (
        "SELECT FROM ar.document n JOIN ar.document d ON d.org_id = n.org_id AND d.kind = n.kind"
        " WHERE n.org_id = %s AND d.id = %s AND n.number = %s AND n.settles_id IS NULL"
    )
    if raw().execute(taken, [house.org_id, document_id, number]).fetchone() is not None:
        said = _("There is a document %(number)s already; give the new one another number.")
        raise Refused(said % {"number": number})
    told = {"number": number, "amount": amount, "intake": INTAKE, "reason": reason}
    row = raw().execute(REISSUE, {**named, **told, "external": f"again {document_id}"}).fetchone()
    assert row is not None  # the document is there: it has been disputed
    passed = {**named, "old": document_id, "new": row[0]}
    raw().execute(PASS_ON, passed)
    raw().execute(PASS_ON_REPORTED, passed)
    void(house, document_id, on=on)
    return int(row[0])


def derive(house: Viewer, customer_id: int) -> None:
    posting.derive(raw(), org_id=house.org_id, customers={customer_id}, run_id=None)


def _known(house: Viewer, source: Source) -> int | None:
    query: LiteralString = (
        "SELECT id, customer_id, currency FROM ar.document WHERE org_id = %s AND"
        " (intake = %s AND external_id = %s OR kind = %s AND number = %s AND settles_id IS NULL)"
        " ORDER BY external_id = %s DESC NULLS LAST LIMIT 1"
    )
    told = [house.org_id, INTAKE, source.external, source.kind, source.number, source.external]
    row = raw().execute(query, told).fetchone()
    if row is None:
        return None
    if (row[1], row[2]) != (source.customer_id, source.currency):
        said = _("%(number)s is the number of another account's document; give another one.")
        raise Refused(said % {"number": source.number})
    return int(row[0])


def _apply(
    house: Viewer,
    source_id: int,
    applied: Sequence[tuple[int, int]],
    *,
    on: date,
    announced: bool,
) -> None:
    named = {"org": house.org_id, "source": source_id, "on": on}
    named["charges"], named["amounts"] = (
        [each[0] for each in applied],
        [each[1] for each in applied],
    )
    raw().execute(APPLY, {**named, "external": ANNOUNCED if announced else None})


def _post(house: Viewer, source: Source) -> int:
    named = {
        "org": house.org_id,
        "customer": source.customer_id,
        "kind": source.kind,
        "number": source.number,
        "on": source.on,
        "currency": source.currency,
        "amount": source.amount,
        "intake": INTAKE,
        "external": source.external,
        "method": source.method,
        "reason": source.reason,
    }
    row = raw().execute(POST, named).fetchone()
    assert row is not None  # every organisation has the kinds
    return int(row[0])


def _keep(house: Viewer, document_id: int) -> None:
    named = {"org": house.org_id, "documents": [document_id], "run": None}
    raw().execute(posting.text(HERE / "keep_versions.sql"), named)


def _customer(house: Viewer, document_id: int) -> int:
    query: LiteralString = "SELECT customer_id FROM ar.document WHERE org_id = %s AND id = %s"
    row = raw().execute(query, [house.org_id, document_id]).fetchone()
    assert row is not None  # it has just been written
    return int(row[0])
