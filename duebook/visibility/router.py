"""Which connection a model uses: sign-in at the door, an organisation's rows in its ledger."""

from __future__ import annotations

from typing import Any

from duebook.visibility.models import OrganisationRecord, OrgRow


class Router:
    def db_for_read(self, model: type[Any], **hints: Any) -> str:
        return "ledger" if issubclass(model, OrgRow | OrganisationRecord) else "default"

    db_for_write = db_for_read

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "migrator"
