"""What members see by what is theirs, and what they would see of everything."""

from __future__ import annotations

from dataclasses import dataclass

from duebook.reports.rows import rows


@dataclass(frozen=True)
class Reach:
    """A member, the customers assigned to or shared with them, and all there are."""

    id: int
    name: str
    assigned: int
    customers: int

    @property
    def gained(self) -> int:
        """How many more they see once members see everything."""
        return self.customers - self.assigned


def members() -> list[Reach]:
    """Every active member, by name."""
    return rows(Reach, "member_scope.sql")
