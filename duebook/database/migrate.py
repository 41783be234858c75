"""`duebook migrate`: logins, roles, schemas, tables, policies and keys, in this order.

Every step may be run again. The database ends as the files in this release say.
"""

from __future__ import annotations

import hashlib
import os
from decimal import Decimal
from pathlib import Path
from typing import LiteralString

import iso4217
import psycopg
from django.core.management import call_command
from psycopg import sql

from duebook.database.keys import KEY_ID, pads, signing_key
from duebook.database.queue import make_queue
from duebook.database.queue import release as queue_release
from duebook.database.target import (
    DatabaseTrouble,
    home,
    is_embedded,
    password,
    secret,
    target,
)

HERE = Path(__file__).parent
VISIBILITY = HERE.parent / "visibility"


def migrate(*, verbosity: int = 0) -> None:
    """Bring the database up to this release. Raises DatabaseTrouble in one sentence."""
    database = target().database
    with connect(maintenance=True) as cluster:
        if cluster.info.server_version < 150000:
            raise DatabaseTrouble("PostgreSQL 15 or later is needed; this server is older.")
        cluster.execute(statements(HERE / "roles.sql"))
        _set_passwords(cluster)
        _allow_roles(cluster)
        _create_database(cluster, database)
    with connect() as own:
        own.execute(statements(HERE / "schemas.sql"))
        make_queue(own)
    call_command("migrate", database="migrator", verbosity=verbosity, interactive=False)
    apply_rules()


def migrate_embedded() -> None:
    """Migrate the embedded database when its home has not seen these files yet."""
    marker, now = home() / "migrated", _release()
    if marker.is_file() and marker.read_text() == now:
        return
    migrate()
    marker.write_text(now)


def _release() -> str:
    """A digest of everything that shapes the database, and of the secret its logins rest on."""
    digest = hashlib.sha256(secret().encode())
    package = HERE.parent
    digest.update(queue_release().encode())
    shaping = [*package.glob("*/*.sql"), *package.glob("migrations/*.py")]
    for file in sorted([*shaping, HERE / "migrate.py", HERE / "queue.py"]):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def apply_rules() -> None:
    """Guard functions, policies, grants and signing key as this release has them."""
    with connect() as own, own.transaction():
        own.execute("SET LOCAL ROLE duebook_guard")
        for subject in ("guard", "people", "work", "trail", "door"):
            own.execute(statements(VISIBILITY / f"{subject}.sql"))
        own.execute(_dispute_functions())
        own.execute(statements(VISIBILITY / "payments.sql"))
        inner, outer = pads(signing_key())
        own.execute(
            "INSERT INTO guard.viewer_key (id, inner_pad, outer_pad) VALUES (%s, %s, %s)"
            " ON CONFLICT (id) DO UPDATE SET inner_pad = excluded.inner_pad,"
            " outer_pad = excluded.outer_pad",
            [KEY_ID, inner, outer],
        )
        own.execute("SET LOCAL ROLE duebook_owner")
        own.execute(statements(VISIBILITY / "policies.sql"))
        own.execute(statements(HERE.parent / "ledger" / "statistics.sql"))
        own.execute(statements(HERE.parent / "reports" / "priority_score.sql"))
        own.execute(statements(HERE.parent / "reports" / "shared_out.sql"))
        _write_currencies(own)
        own.execute("SET LOCAL ROLE duebook_guard")
        own.execute("SELECT guard.link_older()")
        own.execute("RESET ROLE")
        own.execute(statements(HERE / "grants.sql"))
        own.execute("SET LOCAL ROLE duebook_rollup")
        own.execute(_month_functions())
        own.execute(_rollup_functions())


def connect(*, maintenance: bool = False) -> psycopg.Connection[tuple[object, ...]]:
    """As the migrator. Raises DatabaseTrouble when it cannot log in."""
    where = target()
    url = os.environ.get("DUEBOOK_ADMIN_URL", "")
    if not url:
        if not is_embedded():
            raise DatabaseTrouble(
                "Set DUEBOOK_ADMIN_URL to a login that may create roles; migrate needs it"
                " beside DATABASE_URL."
            )
        url = where.url("duebook_migrator", password=password("duebook_migrator"))
    try:
        name = "postgres" if maintenance else where.database
        return psycopg.connect(url, dbname=name, autocommit=True, connect_timeout=10)
    except psycopg.OperationalError as trouble:
        raise DatabaseTrouble(
            f"The migrator cannot log in to {where.host}: {first_line(trouble)}"
        ) from trouble


def first_line(trouble: Exception) -> str:
    lines = str(trouble).strip().splitlines()
    return lines[0] if lines else type(trouble).__name__


def statements(file: Path) -> LiteralString:
    """A SQL file of this package; psycopg wants to know that no user wrote it."""
    return file.read_text()


# The parameters of reports/open_orders.sql, as rollups/months.sql has them.
OPEN_ORDERS = {
    "%(customers)s": "$3",
    "%(days)s": "$4",
    "%(org)s": "$1",
}


def _dispute_functions() -> LiteralString:
    """The functions with the ledger's own query of when disputes end in them."""
    ends = statements(HERE.parent / "ledger" / "end_disputes.sql")
    for parameter, here in (("%(org)s", "$1"), ("%(customers)s", "$2")):
        ends = ends.replace(parameter, here)
    return statements(VISIBILITY / "disputes.sql").replace("{end_disputes}", ends)


ROWS: LiteralString = "(SELECT * FROM ar.customer_aging WHERE org_id = $1 AND day = $2)"


def _rollup_functions() -> LiteralString:
    """The functions with their queries in them; what is left of a document, and how much of it is
    disputed, is the reports' own.
    """
    rollups, reports = HERE.parent / "rollups", HERE.parent / "reports"
    balance = statements(reports / "balance.sql").replace("%(org)s", "$1")
    disputed = statements(reports / "disputed.sql").replace("%(org)s", "$1")
    fresh = statements(rollups / "fresh.sql").replace(
        "{balance}", balance.replace("%(as_of)s", "$2")
    )
    fresh = fresh.replace("{balance_before}", balance.replace("%(as_of)s::date", "($2::date - 1)"))
    fresh = fresh.replace("{disputed}", disputed.replace("%(as_of)s", "$2"))
    medians = statements(rollups / "medians.sql")
    whole = statements(rollups / "whole.sql").replace("{fresh}", fresh)
    whole = whole.replace("{medians}", medians.replace("{rows}", "owing"))
    age = statements(rollups / "age.sql").replace("{fresh}", fresh)
    typical = statements(rollups / "typical.sql")
    typical = typical.replace("{medians}", medians.replace("{rows}", ROWS))
    text = statements(rollups / "functions.sql").replace("{whole}", whole).replace("{age}", age)
    text = text.replace("{typical}", typical)
    text = text.replace("{totals}", statements(rollups / "totals.sql"))
    text = text.replace("{sums}", statements(rollups / "sums.sql"))
    text = text.replace("{score}", statements(rollups / "score.sql"))
    return text.replace("{points}", statements(rollups / "points.sql"))


def _month_functions() -> LiteralString:
    """The same for windows of months; which orders are open is the reports' own question."""
    rollups, reports = HERE.parent / "rollups", HERE.parent / "reports"
    orders = statements(reports / "open_orders.sql")
    orders = orders.replace("{order_links}", statements(reports / "order_links.sql"))
    for parameter, here in OPEN_ORDERS.items():
        orders = orders.replace(parameter, here)
    months = statements(rollups / "months.sql").replace("{open_orders}", orders)
    return statements(rollups / "month_functions.sql").replace("{months}", months)


def _set_passwords(cluster: psycopg.Connection[tuple[object, ...]]) -> None:
    """The verifier is made here, so that no server log sees a password."""
    for login in ("duebook_app", "duebook_door", "duebook_worker", "duebook_backup"):
        verifier = cluster.pgconn.encrypt_password(
            password(login).encode(), login.encode(), b"scram-sha-256"
        )
        cluster.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(login), sql.Literal(verifier.decode())
            )
        )


def _allow_roles(cluster: psycopg.Connection[tuple[object, ...]]) -> None:
    """Which roles a login may take. It never has their rights without taking them."""
    kinds = ("admin", "member", "member_all", "client", "service", "service_read")
    may_take = {
        "duebook_app": [*kinds, "platform"],
        "duebook_worker": list(kinds),
    }
    limits = " WITH INHERIT FALSE, SET TRUE" if cluster.info.server_version >= 160000 else ""
    for login, roles in may_take.items():
        for role in roles:
            cluster.execute(
                sql.SQL("GRANT {} TO {}" + limits).format(
                    sql.Identifier(f"duebook_{role}"), sql.Identifier(login)
                )
            )


def _create_database(cluster: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    found = cluster.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone()
    if found is None:
        cluster.execute(
            sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0").format(
                sql.Identifier(name)
            )
        )


def _write_currencies(own: psycopg.Connection[tuple[object, ...]]) -> None:
    """ISO 4217 as of this release, for prices in minor units."""
    for currency in iso4217.Currency:
        if currency.exponent is None:
            continue
        own.execute(
            "INSERT INTO ar.currency (code, exponent, unit, units) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (code) DO NOTHING",
            [
                currency.code,
                currency.exponent,
                Decimal(1).scaleb(-currency.exponent),
                10**currency.exponent,
            ],
        )
