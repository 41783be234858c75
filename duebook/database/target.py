"""Which database this process talks to, and the passwords of its logins.

`DATABASE_URL` names a server somebody else runs; without it the embedded server below
`DUEBOOK_HOME` serves. One secret gives every password and the signing key by derivation.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import platformdirs
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

DATABASE = "duebook"


class DatabaseTrouble(Exception):
    """The database cannot be used as asked. The message is one sentence that says what to do."""


def home() -> Path:
    """The folder of the embedded database, keys and files."""
    named = os.environ.get("DUEBOOK_HOME")
    return Path(named).absolute() if named else platformdirs.user_data_path("duebook")


def is_embedded() -> bool:
    return not os.environ.get("DATABASE_URL")


def secret(*, folder: Path | None = None) -> str:
    """What every password and key is derived from: DUEBOOK_SECRET, else the home's own.

    Empty while the home has none yet; nothing is served then. `folder` is another home.
    """
    if given := os.environ.get("DUEBOOK_SECRET"):
        return given
    kept = (folder or home()) / "secret"
    return kept.read_text().strip() if kept.is_file() else ""


def derived(purpose: str, *, folder: Path | None = None) -> str:
    """A key or password for one purpose, as 64 hexadecimal digits (HMAC-SHA256)."""
    return hmac.new(secret(folder=folder).encode(), purpose.encode(), hashlib.sha256).hexdigest()


def password(login: str, *, folder: Path | None = None) -> str:
    return derived(f"password of {login}", folder=folder)


@dataclass(frozen=True)
class Target:
    """Where the database is. `user` and `password` only when DATABASE_URL names them."""

    host: str
    port: int
    database: str
    user: str = ""
    password: str = ""

    def url(self, login: str, *, password: str, database: str = "") -> str:
        """A connection string that libpq, psql and psycopg understand."""
        name = quote(database or self.database, safe="")
        return (
            f"postgresql://{quote(login, safe='')}:{quote(password, safe='')}@/{name}"
            f"?host={quote(self.host, safe='')}&port={self.port}"
        )


def target() -> Target:
    """Raises DatabaseTrouble when DATABASE_URL cannot be read."""
    if is_embedded():
        from duebook.database.server import PORT, socket_folder

        return Target(host=str(socket_folder(home())), port=PORT, database=DATABASE)
    try:
        parts = conninfo_to_dict(os.environ["DATABASE_URL"])
        return Target(
            host=str(parts.get("host") or "localhost"),
            port=int(parts.get("port") or 5432),
            database=str(parts.get("dbname") or DATABASE),
            user=str(parts.get("user") or ""),
            password=str(parts.get("password") or ""),
        )
    except (ProgrammingError, ValueError) as trouble:
        raise DatabaseTrouble(
            "DATABASE_URL is not a PostgreSQL address; write it as postgresql://host:5432/database."
        ) from trouble
