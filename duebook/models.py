"""The table of contents: every model Django knows. The other tables are reached by SQL."""

from duebook.visibility.models import ClientLink, Login, Membership, OrganisationRecord, Person

__all__ = ["ClientLink", "Login", "Membership", "OrganisationRecord", "Person"]
