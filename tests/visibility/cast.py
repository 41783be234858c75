"""Everybody who may come along, each signed in as a browser, and things of theirs to ask for."""

from __future__ import annotations

import hashlib
import itertools
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import time
from typing import Any

import psycopg
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.test import Client

from duebook.database.migrate import connect
from duebook.ingest import kept_files
from duebook.ingest.connectors import register
from duebook.ledger import notes
from duebook.ledger.dispute_files import attach, looked_at
from duebook.ledger.disputes import raise_dispute
from duebook.ledger.portal_payments import Announced, announce
from duebook.reports.disputes import messages
from duebook.visibility.models import Login
from duebook.visibility.organisations import (
    PLATFORM,
    add_person,
    create_organisation,
    current,
)
from duebook.visibility.platform import set_owner
from duebook.visibility.second_factor import ADDED
from duebook.visibility.seeing import seeing
from duebook.visibility.tokens import create_token
from duebook.visibility.viewer import Viewer
from duebook.visibility.visits import enter
from tests.world import PASSWORD, Company

TODAY = date(2026, 6, 30)
MISSING = 987_654_321
HOST = {"Host": "localhost"}
# Who comes along. The outsider runs another organisation.
VIEWERS = (
    "anonymous",
    "owner",  # of the platform
    "visitor",  # an owner of the platform who has entered
    "admin",
    "member",
    "member_all",  # where members see all
    "client",
    "service",  # a token in its header, no session
    "outsider",
    "deactivated",
)
BELONGING = ("visitor", "admin", "member", "member_all", "client")
PERSONAL = (
    "export",
    "change",
    "bulk act",
    "mailing",
    "view",
    "authenticator",
    "session",
    "looked at",
)
_numbers = itertools.count(1)


@dataclass
class Cast:
    """Acme and Zenith know nothing of each other; at Wide, members see all."""

    acme: Company
    zenith: Company
    wide: Company
    token: str
    own: psycopg.Connection[Any]
    sessions: dict[str, str] = field(default_factory=dict)
    things: dict[tuple[str, str, str], int | str] = field(default_factory=dict)

    @classmethod
    def gathered(cls) -> Cast:
        acme, zenith, wide = (Company(name, today=TODAY) for name in ("acme", "zenith", "wide"))
        for company in (acme, zenith, wide):
            company.owes("100.00", due="2026-03-31", account="C1", number="INV-1")
            company.owes("50.00", due="2026-03-31", account="C2", number="INV-2")
        own = connect()
        own.execute("UPDATE ar.org SET member_scope = 'all' WHERE org_id = %s", [wide.org_id])
        for role in ("owner", "visitor"):
            set_owner(PLATFORM, _login(f"{role}@platform.example").pk, owner=True)
        gone = f"deactivated@{acme.slug}.example"
        add_person(gone, slug=acme.slug, role="member", accounts=[], password=PASSWORD)
        at = [acme.org_id, Login.objects.get(email=gone).pk]
        ended = "UPDATE ar.membership SET active = false WHERE org_id = %s AND person_id = %s"
        own.execute(ended, at)
        admin = acme.viewer(acme.admin_email)
        with seeing(admin):
            token = create_token(admin, name="All", scopes=["ingest", "read"], expires_at=None)
        return cls(acme, zenith, wide, token, own)

    def company(self, viewer: str) -> Company:
        """Whose addresses are a viewer's own."""
        return self.wide if viewer == "member_all" else self.acme

    def own_and_foreign(self, viewer: str) -> tuple[Company, Company]:
        """A viewer's company, and one that is none of theirs."""
        if viewer == "outsider":
            return self.zenith, self.acme
        return self.company(viewer), self.zenith

    def email(self, viewer: str) -> str:
        company = self.company(viewer)
        return {
            "owner": "owner@platform.example",
            "visitor": "visitor@platform.example",
            "member_all": company.member_email,
            "outsider": self.zenith.admin_email,
            "deactivated": f"deactivated@{self.acme.slug}.example",
        }.get(viewer) or str(getattr(company, f"{viewer}_email"))

    def browser(self, viewer: str) -> Client:
        """A browser in which the viewer has signed in, and entered what is entered."""
        client = Client(headers=HOST)
        if viewer == "anonymous":
            return client
        if viewer == "service":
            return Client(headers={**HOST, "Authorization": f"Bearer {self.token}"})
        if viewer not in self.sessions:
            self.sessions[viewer] = self._signed_in(viewer)
        _forget_messages(self.sessions[viewer])
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[viewer]
        return client

    def _signed_in(self, viewer: str) -> str:
        client = Client(headers=HOST)
        login = Login.objects.get(email=self.email(viewer))
        client.force_login(login, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        proved = {"method": "password", "at": time(), "reauthenticated": True}
        session[AUTHENTICATION_METHODS_SESSION_KEY] = [proved]
        session["account_authentication_methods_user"] = str(login.pk)
        if viewer in ("owner", "visitor"):
            session[ADDED] = True
        if viewer == "visitor":
            owner = Viewer(0, login.pk, "platform")
            named = {"known_as": "Visitor", "email": login.email, "reason": "Asked to"}
            enter(owner, self.acme.slug, **named, at=datetime.now(UTC))
            session["visiting"], session["visiting_name"] = self.acme.slug, "Acme"
        session.save()
        return str(session.session_key)

    def person(self, viewer: str) -> int:
        return int(Login.objects.get(email=self.email(viewer)).pk)

    # Something to be asked for, whoever's it is; `of` is the company it is made in.

    def kept(self, thing: str, viewer: str, of: Company) -> int | str:
        """For those who change nothing of it: made once."""
        key = (thing, of.slug, viewer if thing in PERSONAL else "")
        if key not in self.things:
            self.things[key] = self.new(thing, viewer, of)
        return self.things[key]

    def new(self, thing: str, viewer: str, of: Company) -> int | str:
        return getattr(self, f"_{thing.replace(' ', '_')}")(viewer, of)  # type: ignore[no-any-return]

    def _slug(self, viewer: str, of: Company) -> str:
        return of.slug

    _slug_of_any = _slug

    def _organisation(self, viewer: str, of: Company) -> str:
        slug = f"fresh-{next(_numbers)}"
        create_organisation(slug, name="Fresh", today=TODAY)
        return slug

    def _login(self, viewer: str, of: Company) -> int:
        return int(_login(f"fresh-{next(_numbers)}@nowhere.example").pk)

    def _member(self, viewer: str, of: Company) -> int:
        return self._joined(of, "member")

    def _gone(self, viewer: str, of: Company) -> int:
        person = self._joined(of, "member")
        self.own.execute("UPDATE ar.membership SET active = false WHERE person_id = %s", [person])
        return person

    def _client(self, viewer: str, of: Company) -> int:
        return self._joined(of, "client", accounts=["C1"])

    def _joined(self, of: Company, role: str, accounts: list[str] | None = None) -> int:
        email = f"fresh-{next(_numbers)}@{of.slug}.example"
        add_person(email, slug=of.slug, role=role, accounts=accounts or [])
        return int(Login.objects.get(email=email).pk)

    def _customer(self, viewer: str, of: Company) -> int:
        return self._made(
            "SELECT id FROM ar.customer WHERE org_id = %(org)s AND account_number = 'C1'", of
        )

    def _looked_at(self, viewer: str, of: Company) -> int:
        """An account that is open in operator mode in the viewer's session, if they see it."""
        customer = self._customer(viewer, of)
        if viewer in BELONGING and of is self.company(viewer):
            self.browser(viewer).get(f"/o/{of.slug}/customers/{customer}/client-view/")
        return customer

    def _document(self, viewer: str, of: Company) -> int:
        return self._made(
            "SELECT d.id FROM ar.document d JOIN ar.customer c ON c.org_id = d.org_id"
            " AND c.id = d.customer_id WHERE d.org_id = %(org)s AND c.account_number = 'C1'"
            " ORDER BY d.id LIMIT 1",
            of,
        )

    def _note(self, viewer: str, of: Company) -> int:
        """Of an admin, who mentions nobody."""
        admin = of.viewer(of.admin_email)
        with seeing(admin):
            act = notes.write(admin, [self._customer(viewer, of)], "Called", at=datetime.now(UTC))
        return self._made("SELECT id FROM ar.note WHERE act_id = %(act)s", of, act=act.act_id)

    def _case(self, viewer: str, of: Company) -> int:
        """A dispute of the first customer, as if the admin had raised it."""
        document, admin = self._document(viewer, of), of.viewer(of.admin_email)
        with seeing(admin):
            return raise_dispute(
                admin, document, amount=Decimal("0.01"), reason="other", words="It is wrong."
            )

    def _case_with_a_file(self, viewer: str, of: Company) -> int:
        case, admin = self._case(viewer, of), of.viewer(of.admin_email)
        with seeing(admin):
            attach(admin, messages(case)[0].id, looked_at("paper.txt", b"words"))
        return case

    def _newest_file(self, viewer: str, of: Company) -> int:
        return self._made("SELECT max(id) FROM ar.dispute_file WHERE org_id = %(org)s", of)

    def _payment(self, viewer: str, of: Company) -> int:
        admin, customer = of.viewer(of.admin_email), self._customer(viewer, of)
        said = Announced(Decimal("10.00"), TODAY)
        with seeing(admin):
            told = {"currency": "USD", "method": "check", "reference": f"Check {next(_numbers)}"}
            return announce(admin, customer, said, **told)

    def _team(self, viewer: str, of: Company) -> int:
        return self._made(
            "INSERT INTO ar.team (org_id, name) VALUES (%(org)s, %(name)s) RETURNING id", of
        )

    def _team_member(self, viewer: str, of: Company) -> int:
        """A member of the newest team."""
        person = self._joined(of, "member")
        query = """
            INSERT INTO ar.team_member (org_id, team_id, person_id)
            SELECT %(org)s, max(id), %(person)s FROM ar.team WHERE org_id = %(org)s
            RETURNING person_id"""
        return self._made(query, of, person=person)

    def _invitation(self, viewer: str, of: Company) -> int:
        return self._invited(of)[0]

    def _secret(self, viewer: str, of: Company) -> str:
        return self._invited(of)[1]

    def _invited(self, of: Company) -> tuple[int, str]:
        number = next(_numbers)
        secret = f"{number:043d}"
        query = """
            INSERT INTO ar.invitation
                (org_id, email, role, customer_id, invited_by, hash, sent_at, expires_at)
            SELECT %(org)s, %(name)s || '@nowhere.example', 'client', c.id, %(by)s, %(hash)s,
                   %(at)s, %(until)s
            FROM ar.customer c WHERE c.org_id = %(org)s AND c.account_number = 'C1' RETURNING id"""
        at = datetime.now(UTC)
        named = {"hash": hashlib.sha256(secret.encode()).digest(), "at": at}
        by = of.viewer(of.admin_email).person_id
        return self._made(query, of, by=by, until=at + timedelta(days=9), **named), secret

    def _export(self, viewer: str, of: Company) -> int:
        """A finished file of the viewer's own; at another company, of its admin."""
        looks = self._looks(viewer, of)
        query = """
            INSERT INTO ar.export (org_id, person_id, kind, report, asked, file_name, content_type,
                                   content, row_count, started_at, done_at)
            VALUES (%(org)s, %(person)s, %(kind)s, 'aging', %(asked)s, 'a.csv', 'text/csv', 'a', 1,
                    now(), now()) RETURNING id"""
        asked = '{"format": "csv", "as_of": "2026-06-30", "basis": "due", "edges": [30, 60, 90]}'
        return self._made(query, of, person=looks.person_id, kind=looks.kind, asked=asked)

    def _file(self, viewer: str, of: Company) -> int:
        """Kept as it came."""
        admin, number = of.viewer(of.admin_email), next(_numbers)
        with seeing(admin):
            content = [f"{number}".encode()]
            return kept_files.keep(admin, content, file_name="a.csv", at=datetime.now(UTC)).id

    def _intake(self, viewer: str, of: Company) -> int:
        """On its way in, and nobody works on it."""
        query = """
            INSERT INTO ar.intake (org_id, person_id, file_id, file_name, state)
            VALUES (%(org)s, %(person)s, %(file)s, 'a.csv', 'understanding') RETURNING id"""
        person = of.viewer(of.admin_email).person_id
        return self._made(query, of, person=person, file=self._file(viewer, of))

    def _run(self, viewer: str, of: Company) -> int:
        query = """
            INSERT INTO ar.ingest_run
                (org_id, person_id, source, kind, file_name, file_sha256, file_id)
            VALUES (%(org)s, %(person)s, 'file', 'invoices', 'a.csv', 'a', %(file)s) RETURNING id"""
        person = of.viewer(of.admin_email).person_id
        return self._made(query, of, person=person, file=self._file(viewer, of))

    def _mapping(self, viewer: str, of: Company) -> int:
        query = """
            INSERT INTO ar.mapping (org_id, person_id, name, kind, header_key, content)
            VALUES (%(org)s, %(person)s, %(name)s, 'invoices', %(name)s, 'kind = "invoices"')
            RETURNING id"""
        return self._made(query, of, person=of.viewer(of.admin_email).person_id)

    def _looks(self, viewer: str, of: Company) -> Viewer:
        """The viewer, if they belong there; else the admin."""
        belongs = viewer in BELONGING and of is self.company(viewer)
        return of.viewer(self.email(viewer) if belongs else of.admin_email)

    def _change(self, viewer: str, of: Company) -> int:
        """A change of sharing that can be taken back."""
        looks = self._looks(viewer, of)
        query = """
            INSERT INTO ar.access_change (org_id, person_id, act, principal_id, reason, customers)
            VALUES (%(org)s, %(person)s, 'share', %(person)s, 'share', '{}') RETURNING id"""
        return self._made(query, of, person=looks.person_id)

    def _bulk_act(self, viewer: str, of: Company) -> int:
        """Accounts that are invited; nothing is done yet."""
        query = """
            INSERT INTO ar.bulk_act (org_id, person_id, act, accounts, ordered_at)
            VALUES (%(org)s, %(person)s, 'invite', 0, now()) RETURNING id"""
        return self._made(query, of, person=self._looks(viewer, of).person_id)

    def _mailing(self, viewer: str, of: Company) -> int:
        """Paused, of the viewer's own; at another company, of its admin."""
        query = """
            INSERT INTO ar.mailing (org_id, person_id, view_id, recipients, language, month_day,
                                    at_time, paused, next_at)
            VALUES (%(org)s, %(person)s, 1, ARRAY[%(person)s], 'en', 1, '07:00', true, now())
            RETURNING id"""
        return self._made(query, of, person=self._looks(viewer, of).person_id)

    def _view(self, viewer: str, of: Company) -> int:
        """A saved view of one's own."""
        query = """
            INSERT INTO ar.saved_view (org_id, person_id, page, name, query)
            VALUES (%(org)s, %(person)s, 'customers', %(name)s, '') RETURNING id"""
        return self._made(query, of, person=self._looks(viewer, of).person_id)

    def _token(self, viewer: str, of: Company) -> int:
        admin = of.viewer(of.admin_email)
        with seeing(admin):
            create_token(admin, name=f"Fresh {next(_numbers)}", scopes=["read"], expires_at=None)
        return self._made("SELECT max(id) FROM ar.api_token WHERE org_id = %(org)s", of)

    def _connection(self, viewer: str, of: Company) -> int:
        """A folder that is watched, and paused: no worker is interested in it."""
        admin = of.viewer(of.admin_email)
        told: dict[str, Any] = {"settings": {}, "secret": "", "every_minutes": 15}
        with seeing(admin):
            made = register.add(
                admin,
                current(admin),
                type="folder",
                name=f"Fresh {next(_numbers)}",
                at=datetime.now(UTC),
                **told,
            )
            register.set_active(admin, made, active=False, at=datetime.now(UTC))
        return made

    def _connector_type(self, viewer: str, of: Company) -> str:
        return "folder"

    def _report_form(self, viewer: str, of: Company) -> str:
        return "csv"

    def _authenticator(self, viewer: str, of: Company) -> int:
        """A passkey."""
        made = Authenticator.objects.create(
            user_id=self._holder(viewer, of),
            type=Authenticator.Type.WEBAUTHN,
            data={"name": "Key", "credential": {}},
        )
        return int(made.pk)

    def _session(self, viewer: str, of: Company) -> int:
        made = UserSession.objects.create(
            user_id=self._holder(viewer, of),
            ip="127.0.0.1",
            session_key=f"fresh-{next(_numbers)}",
        )
        return int(made.pk)

    def _holder(self, viewer: str, of: Company) -> int:
        """The viewer; of the other company, somebody who never comes along."""
        if of is self.own_and_foreign(viewer)[1] or viewer in ("anonymous", "service"):
            return of.viewer(of.member_email).person_id
        return self.person(viewer)

    def _key(self, viewer: str, of: Company) -> str:
        return "1"

    def _currency(self, viewer: str, of: Company) -> str:
        return "USD"

    def _month(self, viewer: str, of: Company) -> str:
        return f"{TODAY:%Y-%m}"

    _uid = _key

    def _made(self, query: str, of: Company, **more: object) -> int:
        named = {"org": of.org_id, "name": f"fresh-{next(_numbers)}", **more}
        row = self.own.execute(query, named).fetchone()  # type: ignore[arg-type]  # our own text
        assert row
        return int(row[0])


def _forget_messages(session_key: str) -> None:
    """What a form has said is shown once, on whatever page comes next."""
    session = SessionStore(session_key)
    if session.pop("_messages", None):
        session.save()


def _login(email: str) -> Login:
    found = Login.objects.filter(email=email).first() or Login(email=email, name=email)
    found.set_password(PASSWORD)
    found.save()
    return found
