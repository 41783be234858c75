"""Which types of connectors there are: a new one is a line here."""

from __future__ import annotations

from duebook.ingest.connectors.connector import Connector
from duebook.ingest.connectors.folder import FolderConnector
from duebook.ingest.connectors.tryton import TrytonConnector

TYPES: dict[str, type[Connector]] = {"folder": FolderConnector, "tryton": TrytonConnector}
