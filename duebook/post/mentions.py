"""The letter to a colleague whom a note mentions."""

from __future__ import annotations

from django.urls import reverse

from duebook.ledger.notes import Written
from duebook.post import letters
from duebook.visibility.organisations import Organisation


def tell(written: Written, *, author: str, organisation: Organisation) -> None:
    """One letter to each colleague mentioned, whatever the number of accounts. Inside seeing()."""
    for each in written.mentioned:
        count = len(each.customers)
        if count == 1:
            path = reverse("customer", args=[organisation.slug, each.customers[0]]) + "?tab=notes"
        else:
            path = reverse("mentions", args=[organisation.slug])
        letters.send(
            "mention",
            to=each.email,
            language=organisation.language,
            called=each.name,
            author=author,
            organisation=organisation.name,
            count=count,
            body=written.body,
            link=letters.absolute(path),
        )
