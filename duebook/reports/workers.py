"""By whom accounts are looked after: what lists can be filtered by."""

from __future__ import annotations

from duebook.reports.rows import records, sees_all


def owners() -> list[tuple[int, str]]:
    """Who owns an account that the viewer sees: id and name, by name."""
    return records("workers_owners.sql" if sees_all() else "workers_owners_seen.sql")


def teams() -> list[tuple[int, str]]:
    """Teams that an account is shared with, as far as the viewer sees it: id and name, by name."""
    return records("workers_teams.sql")
