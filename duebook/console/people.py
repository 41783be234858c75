"""org create, user create."""

from __future__ import annotations

import sys
from argparse import Namespace

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

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
    print(f"Created {asked.name}. Next: duebook user create EMAIL --org {asked.slug} --role admin")
    return 0


def create_person(asked: Namespace) -> int:
    password = sys.stdin.readline().rstrip("\n") if asked.password_stdin else None
    if password is not None:
        try:
            validate_password(password)
        except ValidationError as weak:
            raise Refused(f"The password is refused: {' '.join(weak.messages)}") from weak
    organisations.add_person(
        asked.email,
        slug=asked.org,
        role=asked.role,
        accounts=asked.account,
        password=password,
    )
    print(f"{asked.email} is now {asked.role} of {asked.org}.")
    return 0
