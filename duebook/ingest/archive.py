"""ZIP files of tables, unpacked into a folder of their own under names of our own."""

from __future__ import annotations

import shutil
import weakref
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from duebook.ingest.encoding import Unreadable
from duebook.ingest.folders import new_folder
from duebook.ingest.zip_file import blocks, container

FILES_LIMIT = 100
NAME_LIMIT = 200
# What systems put beside the files without being asked.
_LITTER = ("__macosx/", "thumbs.db", "desktop.ini", ".ds_store")
# What people put beside tables, to be read by people.
_PAPERS = frozenset(".pdf .md .doc .docx .rtf .odt .png .jpg .jpeg .gif .eml .msg .url".split())


class Folder:
    """A folder that is gone when nobody needs it any more."""

    def __init__(self) -> None:
        self.path = new_folder("unpacked")
        self.end = weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


@dataclass(frozen=True)
class Member:
    """A file out of an archive, under the name that sentences call it: may.zip/invoices.csv."""

    name: str
    path: Path


def unpacked(path: Path, folder: Path, *, name: str) -> list[Member]:
    """The archive's files, in the order of their names. Raises Unreadable for odd archives."""
    with container(path, name=name) as archive:
        found = sorted(_files(archive, name=name), key=lambda member: member.filename)
        return [
            Member(
                f"{name}/{each.filename[-NAME_LIMIT:]}",
                _written(archive, each, folder / str(at), name=name),
            )
            for at, each in enumerate(found)
        ]


def _files(archive: ZipFile, *, name: str) -> list[ZipInfo]:
    found = []
    for member in archive.infolist():
        place = member.filename.replace("\\", "/")
        parts = place.split("/")
        if place.startswith("/") or ".." in parts or ":" in parts[0] or not place.isprintable():
            raise Unreadable(f"{name} holds a file that would leave its folder: pack it anew.")
        is_litter = place.casefold().startswith(_LITTER) or parts[-1].casefold() in _LITTER
        if not (member.is_dir() or is_litter or parts[-1].startswith("._")):
            found.append(member)
    if not found:
        raise Unreadable(f"{name} is empty: put files with rows into it.")
    if len(found) > FILES_LIMIT:
        raise Unreadable(f"{name} holds more than {FILES_LIMIT} files: send them in parts.")
    if len({each.filename for each in found}) < len(found):
        raise Unreadable(f"{name} holds two files of one name: pack it anew.")
    return [each for each in found if not _is_paper(each.filename)] or found


def _is_paper(file: str) -> bool:
    path = Path(file.casefold())
    return path.suffix in _PAPERS or path.stem in ("readme", "license")


def _written(archive: ZipFile, member: ZipInfo, path: Path, *, name: str) -> Path:
    # The end of its name stays, for it tells JSON; nothing else of it reaches the disk.
    suffix = Path(member.filename).suffix.casefold()
    path = path.with_suffix(suffix if suffix[1:].isalnum() and suffix.isascii() else "")
    with path.open("xb") as file:
        for block in blocks(archive, member, name=name):
            file.write(block)
    return path
