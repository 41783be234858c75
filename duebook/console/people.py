"""org create, user create."""

from __future__ import annotations

import sys
from argparse import Namespace

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from duebook.visibility import organisations, platform
from duebook.visibility.models import Login
from duebook.visibility.organisations import PLATFORM, Refused


def create_organisation(asked: Namespace) -> int:
    organisations.create_organisation(
        asked.slug,
        name=asked.name,
        currency=asked.currency.upper(),
        timezone=asked.timezone,
        aging_basis=asked.aging_basis,
        today=asked.today,
    )
    name, slug = asked.name or asked.slug, asked.slug
    print(f"Created {name}. Next: duebook user create EMAIL --org {slug} --role admin")
    return 0


def create_person(asked: Namespace) -> int:
    """A person of an organisation, or an owner of the platform."""
    try:
        validate_email(asked.email)
    except ValidationError as wrong:
        raise Refused(f"{asked.email!r} is not an e-mail address.") from wrong
    password = (
        _password(Login(email=asked.email, name=asked.name)) if asked.password_stdin else None
    )
    if asked.platform_owner:
        taken = _owner(asked.email, name=asked.name, password=password)
        print(f"{asked.email} is now an owner of the platform.")
    else:
        taken = organisations.add_person(
            asked.email,
            slug=asked.org,
            role=asked.role,
            accounts=asked.account,
            password=password,
            name=asked.name,
        )
        print(f"{asked.email} is now {asked.role} of {asked.org}.")
    if password and not taken:
        print("They had a password already; it stays as it was, and the new one was not used.")
    return 0


def _owner(email: str, *, name: str, password: str | None) -> bool:
    login, taken = organisations.make_login(email, name=name, password=password)
    platform.set_owner(PLATFORM, login.pk, owner=True)
    return taken


def _password(person: Login) -> str:
    """The first line of standard input. Raises Refused when it is too easy, or no text."""
    try:
        line = sys.stdin.readline()
        line.encode()
    except UnicodeError as trouble:
        raise Refused("The password is refused: it is not UTF-8 text.") from trouble
    password = line.rstrip("\r\n")
    try:
        validate_password(password, person)
    except ValidationError as weak:
        raise Refused(f"The password is refused: {' '.join(weak.messages)}") from weak
    return password
