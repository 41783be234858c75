"""People and organisations, as single rows. Questions over many rows are SQL in `reports/`.

The tables are made by hand in `migrations/0001_ledger.sql`: their primary keys begin with the
organisation, which Django's models need not know. No relation crosses from the door to a ledger.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models


class LoginManager(BaseUserManager["Login"]):
    def get_by_natural_key(self, username: str | None) -> Login:
        """The login of an e-mail address, in any case. Raises Login.DoesNotExist."""
        return self.get(email__iexact=(username or "").strip())


class Login(AbstractBaseUser):
    """A way in, at the door. Organisations see the `Person` of the same id instead."""

    id = models.BigAutoField(primary_key=True)
    email = models.TextField(unique=True)
    name = models.TextField(default="")
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[LoginManager] = LoginManager()

    class Meta:
        db_table = "login"

    def __str__(self) -> str:
        return self.email


def edges() -> list[int]:
    """The usual days past due at which one bucket ends and the next begins."""
    return [30, 60, 90]


class OrganisationRecord(models.Model):
    """An organisation with its settings."""

    org_id = models.BigAutoField(primary_key=True)
    slug = models.TextField(unique=True)
    name = models.TextField()
    currency = models.TextField()
    timezone = models.TextField(default="UTC")
    language = models.TextField(default="en")
    net_terms_days = models.IntegerField(default=30)
    aging_basis = models.TextField(default="due")
    aging_edges = ArrayField(models.IntegerField(), default=edges)
    member_scope = models.TextField(default="assigned")
    self_settling = models.BooleanField(default=False)
    today_fixed = models.DateField(null=True)
    invitation_days = models.BigIntegerField(default=30)
    second_factor = models.BooleanField(default=False)
    suspended = models.BooleanField(default=False)

    class Meta:
        db_table = "org"


class OrgRow(models.Model):
    """A row that belongs to an organisation; its real key is (org_id, id)."""

    org_id = models.BigIntegerField()
    id = models.BigAutoField(primary_key=True)

    class Meta:
        abstract = True


class Person(OrgRow):
    """A login as its organisation sees it."""

    id = models.BigIntegerField(primary_key=True)
    name = models.TextField()
    email = models.TextField()

    class Meta:
        db_table = "person"


class Membership(OrgRow):
    """What a person may be in an organisation."""

    person_id = models.BigIntegerField()
    role = models.TextField()
    active = models.BooleanField(default=True)
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "membership"


class ClientLink(OrgRow):
    """A customer that a client's login speaks for."""

    person_id = models.BigIntegerField()
    customer_id = models.BigIntegerField()
    may_dispute = models.BooleanField(default=True)

    class Meta:
        db_table = "client_link"
