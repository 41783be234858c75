"""The duebook command as somebody at a terminal has it: a home, what it says, its exit code.

answer = terminal.types("report", "aging", "acme", "--as", email)
assert answer.rows()[0]["outstanding"] == "100.00"
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("duebook")
PASSWORD = "a password for the tests"
KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "DUEBOOK_POSTGRES")
MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 4 << 30


@dataclass(frozen=True)
class Answer:
    """What a command left behind."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    def rows(self) -> list[dict[str, str]]:
        """A report that went well, as CSV."""
        assert (self.code, self.err) == (0, "")
        return list(csv.DictReader(io.StringIO(self.text, newline="")))

    def columns(self) -> list[str]:
        return self.text.splitlines()[0].split(",")


class Terminal:
    """`types` runs a command in a process forked from one that is warm; `runs` the installed
    program, from nothing.
    """

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.folder = home, folder
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "tests.commands.keeper", str(home)]
        self.keeper = subprocess.Popen(
            command, cwd=ROOT, env=self.environment(), stdin=pipe, stdout=pipe, text=True
        )
        self.superuser_url = self._hear()
        assert self.types("doctor").code == 0
        self.superuser = psycopg.connect(self.superuser_url, autocommit=True)

    def environment(self, **more: str) -> dict[str, str]:
        """What a user has: none of the variables that the other tests set for themselves."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        return {**kept, "LANG": "C.UTF-8", "DUEBOOK_HOME": str(self.home), **more}

    def types(self, *arguments: object, stdin: bytes = b"") -> Answer:
        files = [self.folder / name for name in (".stdin", ".stdout", ".stderr")]
        for file, content in zip(files, (stdin, b"", b""), strict=True):
            file.write_bytes(content)
        asked = {
            "arguments": list(map(str, arguments)),
            "folder": str(self.folder),
            "files": list(map(str, files)),
        }
        assert self.keeper.stdin is not None
        print(json.dumps(asked), file=self.keeper.stdin, flush=True)
        code = int(self._hear())
        return Answer(code, files[1].read_bytes(), files[2].read_text(errors="replace"))

    def runs(
        self,
        *arguments: object,
        stdin: bytes = b"",
        to: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> Answer:
        """`to` is a file for its standard output."""
        with open(to or os.devnull, "wb") as file:
            done = subprocess.run(
                [PROGRAM, *map(str, arguments)],
                cwd=self.folder,
                env=self.environment(**(environment or {})),
                input=stdin,
                stdout=file if to else subprocess.PIPE,
                stderr=subprocess.PIPE,
                check=False,
                timeout=100,
            )
        return Answer(done.returncode, done.stdout or b"", done.stderr.decode(errors="replace"))

    def writes(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def has(self, slug: str, *, today: str = "2026-06-30", **files: str) -> str:
        """An organisation with an admin, who never signs in, loaded with the given files; the
        admin's e-mail.
        """
        email = f"admin@{slug}.example"
        asked = ["org", "create", slug, "--name", slug.title(), "--today", today]
        assert self.types(*asked).code == 0
        self.adds(email, slug, "admin")
        paths = [self.writes(f"{slug}-{kind}.csv", text) for kind, text in files.items()]
        if paths:
            answer = self.types("import", slug, *paths)
            assert (answer.code, answer.err) == (0, "")
        return email

    def adds(self, email: str, slug: str, role: str, *more: str) -> None:
        answer = self.types("user", "create", email, "--org", slug, "--role", role, *more)
        assert (answer.code, answer.err) == (0, "")

    def asks(self, query: str, *values: object) -> Any:
        """The first value of a superuser's query."""
        row = self.superuser.execute(query.encode(), values).fetchone()
        return row[0] if row else None

    def digest(self) -> dict[str, str]:
        """Of every row of every table that is not PostgreSQL's own."""
        tables = self.superuser.execute(
            "SELECT schemaname, tablename FROM pg_tables"
            " WHERE schemaname NOT LIKE 'pg\\_%' AND schemaname <> 'information_schema'"
            " ORDER BY 1, 2"
        ).fetchall()
        text = "SELECT {}, md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t"
        each = (
            sql.SQL(text).format(sql.Literal(".".join(table)), sql.Identifier(*table))
            for table in tables
        )
        return dict(self.superuser.execute(sql.SQL(" UNION ALL ").join(each)).fetchall())

    def _hear(self) -> str:
        assert self.keeper.stdout is not None
        line = self.keeper.stdout.readline()
        assert line, "the keeper has died"
        return line.strip()

    def close(self) -> None:
        self.superuser.close()
        self.keeper.communicate(timeout=60)


@contextmanager
def a_folder() -> Iterator[Path]:
    """In memory where there is enough: a disk may be busy, and every commit waits for it."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES
    with tempfile.TemporaryDirectory(
        prefix="duebook-commands-", dir=MEMORY if in_memory else None
    ) as folder:
        yield Path(folder)


def refused(answer: Answer, *, saying: str) -> None:
    """One sentence on standard error, nothing on standard output, exit code 2."""
    assert answer.code == 2, answer
    assert answer.out == b""
    assert answer.err.startswith("duebook"), answer.err
    assert answer.err.count("\n") == 1, answer.err
    assert answer.err.endswith(".\n"), answer.err
    assert saying in answer.err, answer.err


def counts(line: str) -> Mapping[str, int]:
    """The counts in what import says about a file."""
    told = line.partition(" rows: ")[2].partition(";")[0].rstrip(".")
    pairs = (each.split(" ") for each in told.split(", "))
    return {action: int(count.replace(",", "")) for count, action in pairs if count != "0"}
