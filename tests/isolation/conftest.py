"""Two organisations with a row in every table that matters, and hands to reach for them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from duebook.database.migrate import connect
from duebook.visibility.seeing import raw
from tests.isolation.attacker import (
    Connection,
    being,
    logged_in,
)
from tests.world import Company, World

SPARE = 900_001  # ids of what waits in each organisation to be linked to

ROWS = """
INSERT INTO ar.customer (org_id, id, account_number, name, sort_name, search_text)
    VALUES (%(org)s, 900001, 'SPARE', 'Spare', 'spare', 'spare');
INSERT INTO ar.person (org_id, id, name, email)
    VALUES (%(org)s, 900001, 'Spare', 'spare@nowhere.example');
INSERT INTO ar.team (org_id, id, name) VALUES (%(org)s, 900002, 'Team');
UPDATE ar.customer_internal SET credit_limit = 500000 WHERE org_id = %(org)s;
INSERT INTO ar.dispute (org_id, customer_id, document_id, opened_on, reason)
    SELECT org_id, customer_id, id, '2026-02-01', 'Broken' FROM ar.document
    WHERE org_id = %(org)s AND class = 'charge';
INSERT INTO ar.document_line (org_id, document_id, customer_id, line_number, description, amount)
    SELECT org_id, id, customer_id, '1', 'Goods', amount FROM ar.document WHERE org_id = %(org)s;
INSERT INTO ar.reminder (org_id, document_id, customer_id, reminded_on, method)
    SELECT org_id, id, customer_id, '2026-04-01', 'letter' FROM ar.document
    WHERE org_id = %(org)s AND class = 'charge';
INSERT INTO ar.shipment
    (org_id, number, customer_id, order_number, shipped_on, state, carrier, tracking)
    SELECT org_id, 'DN-' || account_number, id, '', '2026-02-01', 'shipped', '', ''
    FROM ar.customer WHERE org_id = %(org)s;
INSERT INTO ar.stock (org_id, customer_id, item, counted_on, quantity, description, unit)
    SELECT org_id, id, 'BOARD', '2026-02-01', 7, '', '' FROM ar.customer WHERE org_id = %(org)s;
INSERT INTO ar.audit_event (org_id, person_id, action) VALUES (%(org)s, %(admin)s, 'looked');
INSERT INTO ar.person (org_id, id, name, email)
    VALUES (%(org)s, 900003, 'Loader', ''), (%(org)s, 900004, 'Reader', '');
INSERT INTO ar.membership (org_id, person_id, role)
    VALUES (%(org)s, 900003, 'service'), (%(org)s, 900004, 'service');
INSERT INTO ar.api_token (org_id, person_id, name, prefix, hash, scopes, created_by) VALUES
    (%(org)s, 900003, 'Loader', 'due', sha256(convert_to('load %(org)s', 'UTF8')), '{ingest}',
     %(admin)s),
    (%(org)s, 900004, 'Reader', 'due', sha256(convert_to('read %(org)s', 'UTF8')), '{read}',
     %(admin)s);
INSERT INTO ar.invitation (org_id, email, role, customer_id, invited_by, hash, expires_at)
    SELECT %(org)s, 'asked@nowhere.example', 'client', c.id, %(admin)s,
           sha256(convert_to('ask ' || c.account_number || ' %(org)s', 'UTF8')),
           'infinity'::timestamptz
    FROM ar.customer c WHERE c.org_id = %(org)s AND c.account_number IN ('C1', 'C2')
    UNION ALL SELECT %(org)s, 'asked@nowhere.example', 'admin', NULL, %(admin)s,
           sha256(convert_to('ask admin %(org)s', 'UTF8')), 'infinity'::timestamptz;
INSERT INTO ar.identity_provider (org_id, name, issuer, client_id, sealed_secret)
    VALUES (%(org)s, 'House', 'https://nowhere.example', 'duebook', 'sealed');
INSERT INTO ar.export (org_id, person_id, kind, report, asked)
    SELECT %(org)s, person, kind, 'aging', '{}' FROM (VALUES
        (%(admin)s, 'admin'), (%(member)s, 'member'), (%(member)s, 'member_all'),
        (%(client)s, 'client')) AS v (person, kind);
INSERT INTO ar.access_change (org_id, person_id, act, reason, customers)
    VALUES (%(org)s, %(admin)s, 'share', 'share', '{}');
INSERT INTO ar.saved_view (org_id, person_id, page, name, query)
    SELECT %(org)s, person, 'customers', 'Mine', 'status=Active'
    FROM (VALUES (%(admin)s), (%(member)s)) AS v (person);
INSERT INTO ar.shared_view
    SELECT * FROM ar.saved_view WHERE (org_id, person_id) = (%(org)s, %(admin)s);
INSERT INTO ar.default_view (org_id, person_id, page, view_id)
    SELECT org_id, person_id, page, id FROM ar.saved_view WHERE org_id = %(org)s;
INSERT INTO ar.source_file (org_id, id, person_id, file_name)
    VALUES (%(org)s, 900005, %(admin)s, 'invoices.csv');
INSERT INTO ar.source_file_part (org_id, file_id, part, content)
    VALUES (%(org)s, 900005, 1, 'sealed');
INSERT INTO ar.intake (org_id, person_id, file_id, state)
    VALUES (%(org)s, %(admin)s, 900005, 'checked');
INSERT INTO ar.mapping (org_id, person_id, name, kind, header_key, content)
    VALUES (%(org)s, %(admin)s, 'Ours', 'invoices', 'key', 'kind = "invoices"');
INSERT INTO ar.sync_call (org_id, person_id, key, request_sha256, answer)
    SELECT %(org)s, person_id, 'key', 'hash', '{}' FROM ar.api_token WHERE org_id = %(org)s;
INSERT INTO ar.connector (org_id, person_id, name, type)
    SELECT %(org)s, person_id, 'Folder of ' || name, 'folder' FROM ar.api_token
    WHERE org_id = %(org)s;
"""


@pytest.fixture
def own(server: None) -> Iterator[Connection]:
    """The migrator, who sees everything."""
    with connect() as connection:
        yield connection


@pytest.fixture(scope="session")
def cast(server: None) -> World:
    """Acme and Zenith with the same facts. Tests leave both as they were."""
    world = World()
    for company in (world.acme, world.zenith):
        for account in ("C1", "C2"):
            company.owes("123.45", due="2026-03-31", account=account, number=f"INV-{account}")
            _paid(company, account)
        _more(company)
    return world


def _paid(company: Company, account: str) -> None:
    pay = {"account_number": account, "payment_number": f"P-{account}", "date": "2026-04-01"}
    match = {"source_number": f"P-{account}", "invoice_number": f"INV-{account}"}
    company.owes("10.00", due="2026-05-31", account=account, number=f"FREE-{account}")
    company.loads_all(
        {
            "payments": [{**pay, "amount": "23.45"}],
            "allocations": [{**match, "date": "2026-04-01", "amount": "23.45"}],
        }
    )


def _more(company: Company) -> None:
    """What no file brings, and a job of everybody who may order one."""
    viewers = [company.viewer(email) for email in emails(company)]
    with connect() as own:
        with psycopg.ClientCursor(own) as cursor:
            people = dict(zip(("admin", "member", "client"), viewers, strict=True))
            cursor.execute(
                ROWS,
                {"org": company.org_id} | {kind: who.person_id for kind, who in people.items()},
            )
        own.execute("ANALYZE")
    with logged_in() as hands:
        for viewer in viewers:
            with being(hands, viewer, keep=True):
                hands.execute("SELECT guard.enqueue('export', '{}')")


def emails(company: Company) -> tuple[str, str, str]:
    return company.admin_email, company.member_email, company.client_email


@pytest.fixture
def hands(cast: World) -> Iterator[Connection]:
    """The application's login on a connection of its own."""
    with logged_in() as connection:
        yield connection


@pytest.fixture
def used_hands(cast: World) -> Iterator[Connection]:
    """A connection of the pool on which Zenith's admin has just worked."""
    from django.db import connections

    ledger = connections["ledger"]
    with cast.zenith.admin():
        raw().execute("SELECT FROM ar.customer")
    ledger.close()
    yield raw()
    ledger.close()


@pytest.fixture
def door(cast: World) -> Iterator[Connection]:
    with logged_in("duebook_door") as connection:
        yield connection


@pytest.fixture
def lone(server: None) -> Company:
    """An organisation to be changed at will."""
    from datetime import date

    return Company("lone", today=date(2026, 6, 30))
