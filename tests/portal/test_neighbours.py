"""Every address of the portal, tried by another client of the same organisation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from duebook.ledger import dispute_files, disputes
from duebook.ledger.portal_payments import Announced, announce
from duebook.reports.disputes import messages
from duebook.visibility.organisations import add_person
from duebook.visibility.seeing import seeing
from tests.people.conftest import customer, rows, signed_in
from tests.visibility.addresses import ADDRESSES, CLIENTS
from tests.world import PASSWORD, Company

MISSING = 987_654_321
JUNE = date(2026, 6, 30)
PLACES = {  # whose thing it is -> the addresses at which it stands
    "document": (
        *("client_invoice billing/{}/", "client_invoice_pdf billing/{}/pdf/"),
        "dispute_raise disputes/raise/{}/",
    ),
    "case": (
        *("dispute disputes/{}/", "dispute_answer disputes/{}/answer/"),
        *("dispute_close disputes/{}/close/", "dispute_reopen disputes/{}/reopen/"),
    ),
    "file": ("dispute_file disputes/{case}/files/{}/",),
    "payment": ("payment payments/{}/", "payment_move payments/{}/move/"),
    "customer": ("payment_announce payments/announce/{}/",),
}


def test_what_a_neighbour_has_is_as_if_it_were_not_there(server: None) -> None:
    company = Company("street", today=JUNE)
    company.owes("100.00", due="2026-05-20", number="MINE")
    company.owes("777.77", due="2026-05-20", number="THEIRS", account="C2")
    email = f"neighbour@{company.slug}.example"
    add_person(email, slug=company.slug, role="client", accounts=["C2"], password=PASSWORD)
    theirs = _begun(company, email)
    me, them = signed_in(company.client_email), signed_in(email)
    for thing, places in PLACES.items():
        for name, place in (each.split() for each in places):
            assert set(CLIENTS) & set(ADDRESSES[name].who), name
            there, nowhere = (
                f"/o/{company.slug}/{place.format(number, case=theirs['case'])}"
                for number in (theirs[thing], MISSING)
            )
            for method in ("get", "post"):
                foreign, missing = (getattr(me, method)(each) for each in (there, nowhere))
                assert foreign.status_code == missing.status_code, (name, method)
                assert foreign.status_code in (404, 405), (name, method)
                assert foreign.content == missing.content, (name, method)
            assert them.get(there).status_code in (200, 405), name
    for place in ("", "billing/", "disputes/", "payments/", "report/csv/", "report/json/"):
        answer = me.get(f"/o/{company.slug}/{place}").content
        assert b"777.77" not in answer and b"THEIRS" not in answer and b"Second" not in answer


def _begun(company: Company, email: str) -> dict[str, int]:
    """What the neighbour has: an invoice, a dispute with a file, a payment."""
    query = "SELECT id FROM ar.document WHERE org_id = %s AND number = 'THEIRS'"
    document, account = int(rows(query, company.org_id)[0][0]), customer(company, "C2")
    viewer = company.viewer(email)
    with seeing(viewer):
        case = disputes.raise_dispute(viewer, document, reason="other", words="Wrong.")
        said = messages(case)[0].id
        dispute_files.attach(viewer, said, dispute_files.looked_at("a.txt", b"words"))
        payment = announce(
            viewer,
            account,
            Announced(Decimal("10.00"), JUNE),
            currency="USD",
            method="check",
            reference="R",
        )
    query = "SELECT id FROM ar.dispute_file WHERE org_id = %s"
    file = int(rows(query, company.org_id)[0][0])
    found = {"document": document, "case": case, "file": file}
    return {**found, "payment": payment, "customer": account}
