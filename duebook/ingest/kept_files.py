"""Files as they came, sealed, for as long as the organisation keeps them.

Everything here is inside seeing(). The same content is kept once per organisation.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import LiteralString

from django.db import transaction
from psycopg import errors

from duebook.database.sealing import opened, sealed
from duebook.ingest.encoding import storable
from duebook.visibility.audit import record
from duebook.visibility.seeing import raw
from duebook.visibility.viewer import Viewer

PART_BYTES = 1 << 20
LEVEL = 1  # quick: what files of rows repeat goes at any level
NAME_LIMIT = 200


@dataclass(frozen=True)
class KeptFile:
    """A file that is kept. `file_name` is what it was called when it last came."""

    id: int
    file_name: str
    sha256: str
    size_bytes: int
    came_at: datetime


class ChangedMeanwhile(Exception):
    """The file is no longer what it was when it was read."""


def keep(
    viewer: Viewer, parts: Iterable[bytes], *, file_name: str, at: datetime, by: str = "ledger"
) -> KeptFile:
    """Keep a file as it comes in; never the whole of it is in memory.

    When the transaction does not end well, nothing of it is kept.
    """
    named, digest = called(file_name), ""
    try:
        with transaction.atomic(using=by):
            file_id = _begin(viewer, named, at=at, by=by)
            digest, size = _write(viewer, file_id, parts, by=by)
            if kept_as(viewer, digest, file_name=named, at=at, by=by):
                raise _Known
            raw(by).execute(
                "UPDATE ar.source_file SET sha256 = %s, size_bytes = %s"
                " WHERE org_id = %s AND id = %s",
                [digest, size, viewer.org_id, file_id],
            )
    except (_Known, errors.UniqueViolation):  # kept already, or another came at the same moment
        known = kept_as(viewer, digest, file_name=named, at=at, by=by)
        if known is None:
            raise
        return known
    return KeptFile(file_id, named, digest, size, at)


class _Known(Exception):
    pass


def _begin(viewer: Viewer, file_name: str, *, at: datetime, by: str) -> int:
    query: LiteralString = (
        "INSERT INTO ar.source_file (org_id, person_id, file_name, sha256, came_at)"
        " VALUES (%s, %s, %s, '', %s) RETURNING id"
    )
    row = raw(by).execute(query, [viewer.org_id, viewer.person_id, file_name, at]).fetchone()
    assert row is not None  # RETURNING of an INSERT of one row
    return int(row[0])


def keep_original(
    viewer: Viewer, path: Path, *, sha256: str, file_name: str, at: datetime, by: str
) -> int:
    """Keep a file that has been read, of which the digest is known; its id.

    Raises ChangedMeanwhile when it has been written to since.
    """
    if known := kept_as(viewer, sha256, file_name=file_name, at=at, by=by):
        return known.id
    kept = keep(viewer, blocks(path), file_name=file_name, at=at, by=by)
    if kept.sha256 != sha256:
        raise ChangedMeanwhile
    return kept.id


def kept_as(
    viewer: Viewer, sha256: str, *, file_name: str, at: datetime, by: str = "ledger"
) -> KeptFile | None:
    """The kept file of this content, if there is one. Its time begins anew."""
    query: LiteralString = (
        "UPDATE ar.source_file SET came_at = GREATEST(came_at, %s)"
        " WHERE org_id = %s AND sha256 = %s RETURNING id, size_bytes"
    )
    row = raw(by).execute(query, [at, viewer.org_id, sha256]).fetchone()
    return KeptFile(int(row[0]), called(file_name), sha256, int(row[1]), at) if row else None


def kept(viewer: Viewer, file_id: int, *, by: str = "ledger") -> KeptFile | None:
    """A kept file of the viewer's organisation; None when there is none."""
    query: LiteralString = (
        "SELECT id, file_name, sha256, size_bytes, came_at FROM ar.source_file"
        " WHERE org_id = %s AND id = %s"
    )
    row = raw(by).execute(query, [viewer.org_id, file_id]).fetchone()
    return KeptFile(*row) if row else None


def content(viewer: Viewer, file_id: int, *, by: str = "ledger") -> Iterator[bytes]:
    """The content of a kept file, part by part. Raises sealing.Broken when it was tampered with."""
    part = 0
    query: LiteralString = (
        "SELECT content FROM ar.source_file_part WHERE org_id = %s AND file_id = %s AND part = %s"
    )
    asked = [viewer.org_id, file_id]
    while (row := raw(by).execute(query, [*asked, part]).fetchone()) is not None:
        yield zlib.decompress(opened(row[0], purpose=_purpose(viewer, file_id, part)))
        part += 1


def record_download(viewer: Viewer, file: KeptFile, *, by: str = "ledger") -> None:
    """Write into the trail that somebody took a file as it came."""
    record(viewer, "file downloaded", by=by, file=file.id, file_name=file.file_name)


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(PART_BYTES):
            yield block


def called(file_name: str) -> str:
    """A name that may stand anywhere: without folders, control characters or undue length."""
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(each for each in storable(last) if each.isprintable()).strip(" .") or "file"
    if len(name) <= NAME_LIMIT:
        return name
    stem, suffix = Path(name).stem, Path(name).suffix[:20]
    return stem[: NAME_LIMIT - len(suffix)] + suffix


def _write(viewer: Viewer, file_id: int, parts: Iterable[bytes], *, by: str) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    query: LiteralString = (
        "INSERT INTO ar.source_file_part (org_id, file_id, part, content) VALUES (%s, %s, %s, %s)"
    )
    for number, part in enumerate(_even(parts)):
        digest.update(part)
        size += len(part)
        locked = sealed(zlib.compress(part, LEVEL), purpose=_purpose(viewer, file_id, number))
        raw(by).execute(query, [viewer.org_id, file_id, number, locked])
    return digest.hexdigest(), size


def _even(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Parts of one size, whatever sizes they come in."""
    held = bytearray()
    for part in parts:
        held += part
        while len(held) >= PART_BYTES:
            yield bytes(held[:PART_BYTES])
            del held[:PART_BYTES]
    if held:
        yield bytes(held)


def _purpose(viewer: Viewer, file_id: int, part: int) -> str:
    """Each part has a key of its own, so that none can be put in another's place."""
    return f"source file {viewer.org_id} {file_id} {part}"
