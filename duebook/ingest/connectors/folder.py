"""A folder into which an ERP, or a person, drops files.

It lies below a folder that the operator of the installation has named (DUEBOOK_FOLDERS), in that
of the organisation: an admin names what is beneath it and nothing else. No link is followed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar

from django.conf import settings as installation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duebook.ingest.connectors.connector import Cursor, Known, Pull, Setting, Text, Trouble, Unfit
from duebook.ingest.opening import Opened, open_files
from duebook.visibility.organisations import Organisation

SETTLED_SECONDS = 2.0  # between two looks at a file that came since the last poll
DONE, FAILED = "done", "failed"
UNFINISHED = (".part", ".partial", ".tmp", ".filepart", ".crdownload", "~")
FILES_MAX = 200  # of one poll; the next takes the others
BLOCK = 1 << 20


@dataclass(frozen=True)
class _Look:
    """A file as a listing shows it."""

    name: str
    size: int
    changed: int  # nanoseconds

    @property
    def mark(self) -> list[int]:
        return [self.size, self.changed]


class FolderConnector:
    LABEL: ClassVar[Text] = gettext_lazy("Folder of files")
    SETTINGS: ClassVar[Sequence[Setting]] = (
        Setting(
            "folder",
            gettext_lazy("Folder"),
            gettext_lazy("Beneath your organisation's folder on this server; empty for itself."),
            required=False,
        ),
        Setting(
            "moves",
            gettext_lazy("Move loaded files to “done” and refused ones to “failed”"),
            type="yes",
            required=False,
        ),
        Setting(
            "snapshot",
            gettext_lazy("Each file of invoices names all that is open: close what it lacks"),
            type="yes",
            required=False,
        ),
    )

    def __init__(
        self, settings: Mapping[str, Any], *, secret: str, organisation: Organisation
    ) -> None:
        self.place = _beneath(str(settings.get("folder", "")))
        self.moves, self.snapshot = bool(settings.get("moves")), bool(settings.get("snapshot"))
        self.slug, self.currency = organisation.slug, organisation.currency

    def test(self) -> str:
        with self._opened() as folder:
            count = len(_looks(folder))
            if self.moves:
                for name in (DONE, FAILED):
                    os.close(_made_in(folder, name))
        return _("The folder is there, with %(count)s files in it.") % {"count": count}

    def pulls(self, cursor: Cursor, *, known: Known, at: datetime) -> Iterator[Pull]:
        """One pull for each new file, as it was dropped: what a file refers to comes before it."""
        files: dict[str, list[Any]] = dict(cursor.get("files", {}))
        self.saved = known.mappings()
        with self._opened() as folder, tempfile.TemporaryDirectory() as private:
            there = _looks(folder)
            files = {name: files[name] for name in files if name in {each.name for each in there}}
            new = [each for each in there if files.get(each.name, [])[:2] != each.mark]
            for each in _settled(folder, new)[:FILES_MAX]:
                copy = _copied(folder, each, Path(private))
                digest = _digest(copy)
                is_known = files.get(each.name, [])[2:] == [digest]
                taken = {**files, each.name: [*each.mark, digest]}
                went: list[bool] = []
                yield self._pull(folder, each, None if is_known else copy, files=taken, went=went)
                files = taken if went else files
                copy.unlink()
            yield Pull({"files": files}, open=list)
            if self.moves and (left := _count_in(folder, FAILED)):
                said = _("%(count)s files lie in “failed”: correct and drop them again.")
                raise Trouble(said % {"count": left})

    def _pull(
        self,
        folder: int,
        look: _Look,
        copy: Path | None,
        *,
        files: dict[str, Any],
        went: list[bool],
    ) -> Pull:
        """Of one file; without a copy, of one that only looks new. A refused one is tried again,
        because a mapping may have been made for it meanwhile, unless it is moved away.
        """

        def opened() -> list[Opened]:
            if copy is None:
                return []
            return open_files(copy, currency=self.currency, saved=self.saved)

        def loaded() -> None:
            went.append(True)
            if self.moves:
                _move(folder, look.name, DONE)

        def refused(_sentence: str) -> None:
            if self.moves:
                _move(folder, look.name, FAILED)

        as_of = datetime.fromtimestamp(look.changed / 1e9, UTC)
        return Pull(
            {"files": files},
            open=opened,
            as_of=as_of,
            snapshot=self.snapshot,
            keeps=True,
            loaded=loaded,
            refused=refused,
        )

    @contextmanager
    def _opened(self) -> Iterator[int]:
        """The folder as a handle. Each step is taken without following links."""
        handles: list[int] = []
        try:
            base = _base(self.slug)
            handles.append(os.open(base, os.O_RDONLY | os.O_DIRECTORY))
            for step in (self.slug, *self.place):
                flags = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
                handles.append(os.open(step, flags, dir_fd=handles[-1]))
            yield handles[-1]
        except FileNotFoundError as missing:
            said = _("There is no folder “%(folder)s” for your organisation: have it made.")
            raise Trouble(said % {"folder": "/".join((self.slug, *self.place))}) from missing
        except OSError as trouble:
            said = _("The folder cannot be used (%(why)s): ask who runs this server.")
            raise Trouble(said % {"why": trouble.strerror}) from trouble
        finally:
            for handle in handles:
                os.close(handle)


def _beneath(written: str) -> tuple[str, ...]:
    """The steps of a path that stays beneath where it begins. Raises Unfit."""
    path = PurePosixPath(written.strip())
    steps = path.parts
    if path.is_absolute() or any(step in ("..", "~") or "\0" in step for step in steps):
        raise Unfit("folder", _("Name a folder beneath your organisation's, such as erp/invoices."))
    return steps


def _base(slug: str) -> Path:
    """The first named folder that has one of the organisation."""
    named: list[Path] = installation.FOLDERS
    if not named:
        raise Trouble(
            _("This installation watches no folders: its operator names some in DUEBOOK_FOLDERS.")
        )
    return next((base for base in named if (base / slug).is_dir()), named[0])


def _looks(folder: int) -> list[_Look]:
    """The files that are there: no links, nothing that is still being written by its name."""
    found = []
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith(".") or entry.name.endswith(UNFINISHED):
                continue
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if stat.S_ISREG(status.st_mode):
                    found.append(_Look(entry.name, status.st_size, status.st_mtime_ns))
    return sorted(found, key=lambda each: each.name)


def _settled(folder: int, new: Sequence[_Look]) -> list[_Look]:
    """Those that did not change between two looks: nobody is writing them."""
    if not new:
        return []
    time.sleep(SETTLED_SECONDS)
    now = set(_looks(folder))
    return sorted((each for each in new if each in now), key=lambda each: each.changed)


def _copied(folder: int, look: _Look, private: Path) -> Path:
    """A copy that nobody changes while it is read."""
    kept = private / look.name
    handle = os.open(look.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    with os.fdopen(handle, "rb") as source, kept.open("wb") as copy:
        if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
            raise Trouble(_("“%(name)s” is no file.") % {"name": look.name})
        shutil.copyfileobj(source, copy, BLOCK)
    return kept


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _move(folder: int, name: str, into: str) -> None:
    """Into the folder beside it; a file of the same name that lies there already stays."""
    beneath = _made_in(folder, into)
    try:
        there = set(os.listdir(beneath))
        stem, suffix = Path(name).stem, Path(name).suffix
        free = (f"{stem} {count}{suffix}" for count in range(2, 1_000_000))
        target = name if name not in there else next(each for each in free if each not in there)
        os.rename(name, target, src_dir_fd=folder, dst_dir_fd=beneath)
    finally:
        os.close(beneath)


def _made_in(folder: int, name: str) -> int:
    with suppress(FileExistsError):
        os.mkdir(name, dir_fd=folder)
    return os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)


def _count_in(folder: int, name: str) -> int:
    try:
        beneath = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
    except FileNotFoundError:
        return 0
    try:
        return len(_looks(beneath))
    finally:
        os.close(beneath)
