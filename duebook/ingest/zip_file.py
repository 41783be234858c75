"""ZIP containers, of spreadsheets and of files, opened so that no container can fill the machine.

What a container says of itself is only ever believed to its disadvantage: its directory is
measured before it is read, and a member's bytes are counted while they come.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from duebook.ingest.encoding import Unreadable, opened_bytes

BLOCK = 1 << 18
DIRECTORY_LIMIT = 2 << 20  # bytes; a thousand members need a tenth of a megabyte
MEMBERS_LIMIT = 1_000
MEMBER_LIMIT = 1 << 30  # bytes, unpacked
WHOLE_LIMIT = 2 << 30
# Tables shrink to a twentieth; only what was made to fill a disk shrinks to less than a hundredth.
RATIO_LIMIT, RATIO_FROM = 200, 32 << 20

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    NotImplementedError,
    RuntimeError,
    OverflowError,
    KeyError,
    IndexError,
)


@contextmanager
def container(path: Path, *, name: str) -> Iterator[zipfile.ZipFile]:
    """The opened container. Raises Unreadable when it is damaged, locked or beyond all bounds."""
    with opened_bytes(path) as file:
        with damage_told(name):
            archive = zipfile.ZipFile(_Measured(file, name=name))
        _refuse_bombs(archive, name=name)
        yield archive


@contextmanager
def damage_told(name: str) -> Iterator[None]:
    """What goes wrong inside of a container is said of the file."""
    try:
        yield
    except _DAMAGE:
        raise Unreadable(f"{name} is a damaged spreadsheet or ZIP file: export it again.") from None


def blocks(
    archive: zipfile.ZipFile, member: str | zipfile.ZipInfo, *, name: str, limit: int = MEMBER_LIMIT
) -> Iterator[bytes]:
    """A member's bytes as they come, counted. Raises Unreadable beyond the limit."""
    with damage_told(name):
        count = 0
        with archive.open(member) as stream:
            while block := stream.read(BLOCK):
                count += len(block)
                if count > limit:
                    raise too_large(name)
                yield block


def too_large(name: str) -> Unreadable:
    return Unreadable(
        f"{name} unpacks to more than Duebook reads at once: send only the rows and columns "
        "that matter, in several files if need be."
    )


class _Measured(io.RawIOBase):
    """A file that gives no more at once than an honest directory has: it is read as a whole."""

    def __init__(self, file: IO[bytes], *, name: str) -> None:
        super().__init__()
        self.file, self.shown = file, name

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(
            DIRECTORY_LIMIT + 1 if size < 0 else min(size, DIRECTORY_LIMIT + 1)
        )
        if len(content) > DIRECTORY_LIMIT:
            raise _too_many(self.shown)
        return content

    def seek(self, offset: int, whence: int = 0) -> int:
        return self.file.seek(offset, whence)

    def tell(self) -> int:
        return self.file.tell()

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True


def _refuse_bombs(archive: zipfile.ZipFile, *, name: str) -> None:
    members = archive.infolist()
    if len(members) > MEMBERS_LIMIT:
        raise _too_many(name)
    if sum(member.file_size for member in members) > WHOLE_LIMIT:
        raise too_large(name)
    for member in members:
        if member.flag_bits & 1:
            raise Unreadable(f"{name} is protected by a password: save it without one.")
        is_bomb = member.file_size > RATIO_LIMIT * max(member.compress_size, 1)
        if member.file_size > MEMBER_LIMIT or (member.file_size > RATIO_FROM and is_bomb):
            raise too_large(name)


def _too_many(name: str) -> Unreadable:
    return Unreadable(
        f"{name} holds more than {MEMBERS_LIMIT:,} files: put only those with rows into it."
    )
