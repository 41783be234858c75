"""Which text encoding a file is in, and that it is text at all."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO

BLOCK = 1 << 20
SAMPLE_LIMIT = 256 * 1024
WINDOW = 16 * 1024

_BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_NOT_TEXT = {
    b"PK\x03\x04": "a spreadsheet or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a compressed file",
    b"MZ\x90\x00": "a program",
    b"\x7fELF": "a program",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"{\\rtf": "a word processor's document",
}
# Web pages and XML spreadsheets that are named .xls, which spreadsheet programs open.
_MARKUP = re.compile(
    rb"\s*<(!doctype|html|\?xml|head|body|meta|style|table|script)\b", re.IGNORECASE
)
_ASCII = bytes(range(128))
_HIGH = re.compile(rb"[\x80-\xff]")
_UTF8_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_LETTER = re.compile(rb"[\xc0-\xff]")
_LETTER_BESIDE_ASCII = re.compile(rb"(?<=[A-Za-z])[\xc0-\xff]|[\xc0-\xff](?=[A-Za-z])")


class Unreadable(Exception):
    """A file that cannot be read. The message is one sentence with its name and the remedy."""

    @classmethod
    def because(cls, path: Path, trouble: OSError) -> Unreadable:
        if isinstance(trouble, FileNotFoundError):
            return cls(f"{path} is not there: check the name.")
        if isinstance(trouble, PermissionError):
            return cls(f"{path} may not be read: give its reader permission.")
        return cls(f"{path} cannot be read ({trouble.strerror}): send it again.")


@contextmanager
def opened_bytes(path: Path) -> Iterator[IO[bytes]]:
    try:
        if path.is_dir():
            raise Unreadable(f"{path} is a folder: name the files in it.")
        if path.exists() and not path.is_file():
            raise Unreadable(f"{path} is not a regular file: save its content to one first.")
        with path.open("rb") as file:
            yield file
    except OSError as trouble:
        raise Unreadable.because(path, trouble) from None


def encoding_of(path: Path, *, stated: str | None = None, name: str = "") -> str:
    """By its byte order mark, else as stated, else UTF-16, UTF-8 or Windows-1252, whichever it is.

    The whole file is asked for UTF-8, because the first accent may stand in its last line.
    Where it mostly is UTF-8 it is read as that, and the damaged rows are refused: read
    otherwise, every accent in it would be wrong without anybody noticing. For the same reason
    other code pages are asked for, not guessed: short texts look alike in all of them.
    """
    name = name or path.name
    with opened_bytes(path) as file:
        start = file.read(WINDOW)
        for signature, what in _NOT_TEXT.items():
            if start.startswith(signature):
                raise Unreadable(f"{name} is {what}: save it as CSV or XLSX and send that.")
        if _MARKUP.match(start.removeprefix(codecs.BOM_UTF8)):
            raise Unreadable(
                f"{name} is a web page or XML, whatever its name says: "
                "open it in a spreadsheet program, save it as XLSX or CSV and send that."
            )
        for mark, encoding in _BOMS.items():
            if start.startswith(mark):
                return encoding
        if stated:
            return stated
        if encoding := _utf16_without_mark(start):
            refuse_binary(start.decode(encoding, errors="ignore"), name=name)
            return encoding
        refuse_binary(start.decode("latin-1"), name=name)
        if _is_utf8(file):
            return "utf-8"
        if _is_mostly_utf8(file):
            return "utf-8"
        if _may_be_windows_1252(file):
            return "cp1252"
    raise Unreadable(
        f"{name} is neither UTF-8 nor Windows-1252: save it as UTF-8, "
        'or name its encoding in a mapping (encoding = "windows-1255").'
    )


def _utf16_without_mark(start: bytes) -> str:
    """Its digits, separators and line breaks, and Latin letters, have a zero on one side."""
    pairs = start[: len(start) // 2 * 2]
    low, high = pairs[::2], pairs[1::2]
    for encoding, zeros, others in (("utf-16-le", high, low), ("utf-16-be", low, high)):
        if zeros.count(0) * 4 > len(zeros) and 0 not in others:
            return encoding
    return ""


def refuse_binary(start: str, *, name: str) -> None:
    """Control characters in the header, or all over the beginning, are not a table."""
    header = start.lstrip().replace("\r", "\n").partition("\n")[0]
    if any(map(_is_control, header)) or sum(map(_is_control, start)) > 16 + len(start) // 20:
        raise Unreadable(f"{name} is not a text file: save it as CSV (UTF-8) and send that.")


def storable(text: str) -> str:
    """With a mark in place of what can neither be stored nor shown."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _is_control(letter: str) -> bool:
    return letter < " " and letter not in "\t\r\n\f\v\x1a"


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in _blocks(file):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_mostly_utf8(file: IO[bytes]) -> bool:
    high = within = whole = 0
    for block in _blocks(file):
        found = _UTF8_CHARACTER.findall(block)
        whole += len(found)
        within += sum(map(len, found))
        high += len(block.translate(None, _ASCII))
        if high > BLOCK:
            break
    # In Windows-1252 what looks like one such character is a rare accident.
    return whole * 5 >= high - within


def _may_be_windows_1252(file: IO[bytes]) -> bool:
    """Not when whole words are written without one ASCII letter, as Hebrew or Russian ones are."""
    sample = _sample(file)
    letters = len(_LETTER.findall(sample))
    return letters < 24 or len(_LETTER_BESIDE_ASCII.findall(sample)) * 5 > letters


def _sample(file: IO[bytes]) -> bytes:
    """Stretches of the file, each from a first byte beyond ASCII on."""
    parts: list[bytes] = []
    for block in _blocks(file):
        if found := _HIGH.search(block):
            parts.append(block[max(found.start() - 1, 0) : found.start() + WINDOW])
        if len(parts) * WINDOW >= SAMPLE_LIMIT:
            break
    return b"\n".join(parts)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    return iter(partial(file.read, BLOCK), b"")
