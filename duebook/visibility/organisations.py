"""Organisations: which there are, who belongs to them, what day it is in them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from django.db import IntegrityError, connections
from django.utils.translation import gettext as _
from psycopg.rows import class_row

from duebook.visibility.audit import record
from duebook.visibility.models import (
    ClientLink,
    Login,
    Membership,
    OrganisationRecord,
    Person,
)
from duebook.visibility.seeing import NotAllowed, kept, raw, seeing
from duebook.visibility.viewer import Viewer

NOT_ZONES = {"Factory", "localtime", "posixrules"}
PLATFORM = Viewer(org_id=0, person_id=0, kind="platform")
KINDS = (  # code, class, ages: SPEC section 2, one row per kind and organisation
    ("invoice", "charge", True),
    ("receipt_tax_invoice", "charge", True),
    ("debit_adjustment", "charge", False),
    ("credit_invoice", "credit", False),
    ("credit_adjustment", "credit", False),
    ("receipt", "receipt", False),
    ("gi_ir", "receipt", False),
    ("detail_orders", "order", False),
    ("purchase_orders", "order", False),
)


class Refused(Exception):
    """What was asked cannot be done. The message is one sentence that says what to do."""


@dataclass(frozen=True)
class Belonging:
    """An organisation a login belongs to, and as what: `kind` is None while it is suspended.

    `visiting`: an owner of the platform who has entered it. `second_factor`: it asks for one.
    """

    org_id: int
    slug: str
    name: str
    kind: str | None
    visiting: bool
    second_factor: bool


@dataclass(frozen=True)
class Organisation:
    """The settings every page needs. `today` is the organisation's local date."""

    org_id: int
    slug: str
    name: str
    currency: str
    timezone: str
    net_terms_days: int
    aging_basis: str
    aging_edges: tuple[int, int, int]
    self_settling: bool
    language: str
    today: date


def organisations_of(login_id: int) -> list[Belonging]:
    """Where a login belongs, by name. Asked at the door: no organisation is open yet."""
    with raw("default").cursor(row_factory=class_row(Belonging)) as cursor:
        found = cursor.execute(
            "SELECT * FROM guard.memberships_of(%s)", [login_id], prepare=True
        ).fetchall()
    if not connections["default"].in_atomic_block:
        connections["default"].close_if_unusable_or_obsolete()
    return found


def viewer_of(slug: str, email: str) -> Viewer:
    """The viewer a person is in an organisation. Raises Refused when they do not belong there."""
    login = Login.objects.filter(email__iexact=email.strip(), is_active=True).first()
    places = organisations_of(login.pk) if login else []
    for place in places:
        if login and place.slug == slug and place.kind:
            return Viewer(place.org_id, login.pk, place.kind)
    raise Refused(
        f"{email} is not a person of an organisation called {slug}; check both,"
        " or add the person with: duebook user create."
    )


def console_of(slug: str) -> Viewer:
    """The organisation's own console, for commands without a person. Raises Refused."""
    with raw("default").cursor() as cursor:
        row = cursor.execute("SELECT * FROM guard.console_of(%s)", [slug]).fetchone()
    if row is None:
        raise Refused(
            f"There is no organisation called {slug}; create it with: duebook org create {slug}."
        )
    return Viewer(row[0], row[1], "admin")


def current(viewer: Viewer, *, by: str = "ledger", at: datetime | None = None) -> Organisation:
    """The organisation being seen, and its today. Call inside seeing()."""
    query = (
        "SELECT slug, name, currency, timezone, net_terms_days, aging_basis, aging_edges,"
        " self_settling, language, today_fixed FROM ar.org WHERE org_id = %s"
    )
    row = raw(by).execute(**kept(query, by=by), params=[viewer.org_id]).fetchone()
    if row is None:
        raise NotAllowed("the organisation is not there")
    slug, name, currency, timezone, net_terms_days, basis, edges, self_settling, language, fixed = (
        row
    )
    return Organisation(
        org_id=viewer.org_id,
        slug=slug,
        name=name,
        currency=currency,
        timezone=timezone,
        net_terms_days=net_terms_days,
        aging_basis=basis,
        aging_edges=tuple(edges),
        self_settling=self_settling,
        language=language,
        today=fixed or (at or datetime.now(UTC)).astimezone(ZoneInfo(timezone)).date(),
    )


@cache
def zones() -> frozenset[str]:
    """Every time zone that an organisation may live by."""
    return frozenset(available_timezones() - NOT_ZONES)


def create_organisation(
    slug: str,
    *,
    name: str,
    currency: str = "USD",
    timezone: str = "UTC",
    language: str = "en",
    aging_basis: str = "due",
    today: date | None = None,
    by: Viewer = PLATFORM,
) -> int:
    """A new organisation with its document kinds and its console. Raises Refused."""
    if timezone not in zones():
        said = _("%(timezone)s is not a time zone; name one such as Europe/Berlin.")
        raise Refused(said % {"timezone": timezone})
    with seeing(by):
        known = raw().execute("SELECT FROM ar.currency WHERE code = %s", [currency]).fetchone()
        if known is None:
            said = _("%(currency)s is not a currency of ISO 4217; name one such as USD.")
            raise Refused(said % {"currency": currency})
        try:
            org = OrganisationRecord.objects.create(
                slug=slug,
                name=name or slug,
                currency=currency,
                timezone=timezone,
                language=language,
                aging_basis=aging_basis,
                today_fixed=today,
            )
        except IntegrityError as trouble:
            raise Refused(_why_not(slug, trouble)) from trouble
        with raw().cursor() as cursor:
            rows = [(org.org_id, *kind) for kind in KINDS]
            cursor.executemany("INSERT INTO ar.document_kind VALUES (%s, %s, %s, %s)", rows)
            row = cursor.execute("SELECT nextval('guard.principal_id_seq')").fetchone()
        console = int(row[0]) if row else 0
        Person.objects.create(org_id=org.org_id, id=console, name="Console", email="")
        Membership.objects.create(org_id=org.org_id, person_id=console, role="console")
        record(replace(by, org_id=org.org_id), "organisation created", slug=slug)
    return int(org.org_id)


def _why_not(slug: str, trouble: IntegrityError) -> str:
    if "org_slug_key" in str(trouble):
        said = _("There is an organisation called %(slug)s already; choose another short name.")
    else:
        said = _(
            "“%(slug)s” cannot be a short name: use small letters, digits and hyphens, 63 at most."
        )
    return said % {"slug": slug}


def add_person(
    email: str,
    *,
    slug: str,
    role: str,
    accounts: list[str],
    password: str | None = None,
    name: str = "",
) -> bool:
    """A person of an organisation; a known e-mail gains the membership. Raises Refused.

    Answers whether the login has the given password: one that has a password keeps it.
    """
    console = console_of(slug)
    if role == "client" and not accounts:
        raise Refused("A client needs the account they speak for; name it with --account NUMBER.")
    if role != "client" and accounts:
        raise Refused(f"Accounts are for clients; leave --account out for a {role}.")
    customers = _customers(console, accounts)
    login, taken = make_login(email, name=name, password=password)
    with seeing(PLATFORM):
        _join(console.org_id, login, role=role)
    if customers:
        with seeing(console):
            _link(console, login, customers)
    return taken


def _join(org_id: int, login: Login, *, role: str) -> None:
    """As the platform, which alone may give a login a place. Who was only visiting stays."""
    person = Person.objects.filter(org_id=org_id, id=login.pk)
    known_as = {"name": login.name or login.email, "email": login.email}
    if not person.update(**known_as):
        Person.objects.create(org_id=org_id, id=login.pk, **known_as)
    held = Membership.objects.filter(org_id=org_id, person_id=login.pk)
    before = held.filter(active=True).exclude(role="platform").first()
    if not held.update(role=role, active=True, until=None):
        Membership.objects.create(org_id=org_id, person_id=login.pk, role=role)
    at = replace(PLATFORM, org_id=org_id)
    if before is None:
        record(at, "person added", person=login.pk, role=role)
    elif before.role != role:
        was, now = {"role": before.role}, {"role": role}
        record(at, "role changed", person=login.pk, before=was, after=now)


def _link(console: Viewer, login: Login, customers: list[int]) -> None:
    linked = [
        customer_id
        for customer_id in customers
        if ClientLink.objects.get_or_create(
            org_id=console.org_id, person_id=login.pk, customer_id=customer_id
        )[1]
    ]
    if linked:
        record(console, "accounts linked", person=login.pk, customers=linked)


def _customers(console: Viewer, accounts: list[str]) -> list[int]:
    with seeing(console):
        query = "SELECT account_number, id FROM ar.customer WHERE account_number = ANY (%s)"
        known = {str(number): int(id) for number, id in raw().execute(query, [accounts])}
    for number in accounts:
        if number not in known:
            raise Refused(f"There is no account {number} in this organisation; load it first.")
    return [known[number] for number in accounts]


def make_login(email: str, *, name: str, password: str | None) -> tuple[Login, bool]:
    """The login of an e-mail address, made if need be, and whether the password is now its own.

    Raises Refused for what is no address.
    """
    email = email.strip()
    if "@" not in email or " " in email:
        raise Refused(f"{email!r} is not an e-mail address.")
    found = Login.objects.filter(email__iexact=email).first()
    login = found or Login(email=email)
    login.name = login.name or name
    taken = bool(password) and not (found and found.has_usable_password())
    if taken:
        login.set_password(password)
    elif not found:
        login.set_unusable_password()
    login.save()
    return login, taken
