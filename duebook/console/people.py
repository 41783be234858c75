"""org create, user create."""

from __future__ import annotations

import sys
from argparse import Namespace

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from duebook.visibility import organisations
from duebook.visibility.organisations import Refused


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
    try:
        validate_email(asked.email)
    except ValidationError as wrong:
        raise Refused(f"{asked.email!r} is not an e-mail address.") from wrong
    password = _password() if asked.password_stdin else None
    organisations.add_person(
        asked.email,
        slug=asked.org,
        role=asked.role,
        accounts=asked.account,
        password=password,
    )
    print(f"{asked.email} is now {asked.role} of {asked.org}.")
    return 0


def _password() -> str:
    """The first line of standard input. Raises Refused when it is too easy, or no text."""
    try:
        line = sys.stdin.readline()
        line.encode()
    except UnicodeError as trouble:
        raise Refused("The password is refused: it is not UTF-8 text.") from trouble
    password = line.rstrip("\r\n")
    try:
        validate_password(password)
    except ValidationError as weak:
        raise Refused(f"The password is refused: {' '.join(weak.messages)}") from weak
    return password
