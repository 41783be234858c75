"""Files sent together land together: they become one ZIP, which is one batch."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePath
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile

CHUNK = 1 << 20
LONGEST_NAME = 200


@dataclass(frozen=True)
class Parcel:
    """What is kept as one file: its name and its content, piece by piece."""

    name: str
    parts: Iterable[bytes]


@contextmanager
def parcels(files: Sequence[UploadedFile[Any]]) -> Iterator[list[Parcel]]:
    """A ZIP stands by itself; the others, when they are several, are packed into one."""
    alone = [file for file in files if str(file.name).casefold().endswith(".zip")]
    together = [file for file in files if file not in alone]
    with tempfile.TemporaryFile() as packed:
        found = [Parcel(_name(file), file.chunks(CHUNK)) for file in alone]
        if len(together) == 1:
            found.append(Parcel(_name(together[0]), together[0].chunks(CHUNK)))
        elif together:
            _pack(packed, together)
            found.append(Parcel(_title(together), _read(packed)))
        yield found


def _pack(packed: IO[bytes], files: Sequence[UploadedFile[Any]]) -> None:
    taken: set[str] = set()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for file in files:
            name = _free(_name(file), taken)
            taken.add(name.casefold())
            with archive.open(name, "w", force_zip64=True) as member:
                for chunk in file.chunks(CHUNK):
                    member.write(chunk)
    packed.seek(0)


def _read(packed: IO[bytes]) -> Iterator[bytes]:
    while chunk := packed.read(CHUNK):
        yield chunk


def _title(files: Sequence[UploadedFile[Any]]) -> str:
    """invoices.csv and 2 more.zip"""
    return f"{_name(files[0])[: LONGEST_NAME - 20]} and {len(files) - 1} more.zip"


def _name(file: UploadedFile[Any]) -> str:
    """As the sender calls it, without folders and without signs that no name has."""
    text = "".join(letter for letter in str(file.name or "") if letter.isprintable())
    return text.replace("/", "_").replace("\\", "_")[-LONGEST_NAME:].strip() or "file"


def _free(name: str, taken: set[str]) -> str:
    path, number = PurePath(name), 1
    while name.casefold() in taken:
        number += 1
        name = f"{path.stem} ({number}){path.suffix}"
    return name
