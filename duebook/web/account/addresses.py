"""A login and its e-mail address. `Login.email` is what counts; allauth keeps rows of its own."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Lower

from duebook.visibility.models import Login
from duebook.visibility.seeing import raw


def login_at(address: str) -> Login | None:
    """Whose address it is, in any case. One look at an index."""
    found = Login.objects.annotate(lowered=Lower("email"))
    return found.filter(lowered=Lower(Value(address.strip()))).first()


def keep_in_step(login: Login) -> None:
    """allauth knows the login's address as proved: an invitation or the command line has done so.

    Other addresses that were proved before are forgotten; one that is yet to be proved stays.
    """
    address = login.email.lower()
    rows = EmailAddress.objects.filter(user_id=login.pk)
    if len(address) > 254 or rows.filter(email=address, verified=True, primary=True).exists():
        return
    with transaction.atomic():
        rows.filter(verified=True).exclude(email=address).delete()
        proved = {"verified": True, "primary": True}
        EmailAddress.objects.update_or_create(user_id=login.pk, email=address, defaults=proved)


def pending(login: Login) -> EmailAddress | None:
    """The address the person wants to change to, until the letter's link is opened."""
    rows = EmailAddress.objects.filter(user_id=login.pk, verified=False)
    return rows.order_by("-pk").first()


def tell_organisations(login: Login) -> None:
    """Each organisation of the login knows its person by the name and address of today."""
    known_as = login.name or login.email
    query = "SELECT guard.rename_person(%s, %s, %s)"
    raw("default").execute(query, [login.pk, known_as, login.email])
