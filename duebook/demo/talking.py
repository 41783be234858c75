"""What the clients of a sample organisation dispute and announce, and what they are answered."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from duebook.demo.generator import SampleOrganisation
from duebook.ledger import dispositions, disputes, portal_payments
from duebook.ledger.dispositions import Disposition
from duebook.ledger.portal_payments import Announced
from duebook.reports.portal_payments import OpenInvoice, open_invoices
from duebook.visibility.organisations import current, viewer_of
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer


def talk(sample: SampleOrganisation) -> None:
    """Each client once: one dispute that waits, one answered, one credited; one payment that is
    announced and one that has come. What there is already stays."""
    admin = viewer_of(sample.slug, sample.people[0].email)
    for person in sample.people:
        if person.role == "client":
            _talk(viewer_of(sample.slug, person.email), admin, person.accounts[0])


def _talk(client: Viewer, admin: Viewer, account: str) -> None:
    with seeing(client):
        today = current(client).today
        customer = _customer(account)
        if customer is None or _has_talked(customer):
            return
        still = open_invoices(customer, as_of=today)
        found = [each for each in still if each.balance > 10 and disputes.is_raisable(each.id)]
        if len(found) < 5:
            return
        waits, answered, credited, announced, paid = found[:5]
        whole = _dispute(client, waits, "not_received", "These goods have not arrived yet.")
        part = _dispute(
            client, answered, "wrong_price", "We agreed on another price.", in_part=True
        )
        goods = _dispute(client, credited, "damaged", "Two pieces came broken.", in_part=True)
        _announce(client, customer, announced, today + timedelta(days=3), "TRF-4471")
        settles = _announce(client, customer, paid, today - timedelta(days=1), "TRF-4402")
    with seeing(admin):
        disputes.write_note(admin, whole, "The carrier has been asked for the receipt.")
        disputes.answer(part, "Thank you. We compare it with the order and come back to you.")
        disputes.write_note(admin, part, "The order says the lower price: sales must agree.")
        told = Disposition("credited", "You are right: the two pieces are credited.", posts=True)
        dispositions.dispose(admin, goods, told, today=today)
        portal_payments.move(admin, settles, "settled", on=today, today=today)


def _dispute(
    client: Viewer, invoice: OpenInvoice, reason: str, words: str, *, in_part: bool = False
) -> int:
    """The whole of an invoice, or a third of what is left, in whole units."""
    amount = Decimal(int(invoice.balance / 3)) if in_part else None
    return disputes.raise_dispute(client, invoice.id, reason=reason, words=words, amount=amount)


def _announce(client: Viewer, customer: int, invoice: OpenInvoice, on: date, reference: str) -> int:
    return portal_payments.announce(
        client,
        customer,
        Announced(invoice.balance, on, [(invoice.id, invoice.balance)]),
        currency=invoice.currency,
        method="bank_transfer",
        reference=f"{reference}-{invoice.id}",
    )


def _customer(account: str) -> int | None:
    row = raw().execute("SELECT id FROM ar.customer WHERE account_number = %s", [account])
    found = row.fetchone()
    return int(found[0]) if found else None


def _has_talked(customer: int) -> bool:
    query = "SELECT FROM ar.dispute_case WHERE customer_id = %s LIMIT 1"
    return raw().execute(query, [customer]).fetchone() is not None
