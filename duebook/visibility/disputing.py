"""What contacts of a customer may do besides looking."""

from __future__ import annotations

from duebook.visibility.seeing import raw


def may_dispute(customer_id: int) -> bool:
    """Whether the client who looks may raise and answer disputes of a customer they speak for.

    Only inside seeing() of a client.
    """
    query = "SELECT %s = ANY (guard.disputing_customers())"
    return raw().execute(query, [customer_id]).fetchone() == (True,)
