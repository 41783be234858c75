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

_BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_NOT_TEXT = {
    b"PK\x03\x04": "a spreadsheet or ZIP file",
    b"\xd0\xcf\x11\xe0": "an old Excel file",
    b"%PDF": "a PDF file",
    b"\x1f\x8b": "a compressed file",
}
# Scripts whose words hold no ASCII letters. Latin ones are not told apart by looking.
_OTHER_SCRIPTS = ["cp1251", "cp1253", "cp1255", "cp1256"]
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
    except (OSError, ValueError) as trouble:
        # ValueError: a name with a NUL in it.
        reason = trouble if isinstance(trouble, OSError) else FileNotFoundError()
        raise Unreadable.because(path, reason) from None


def encoding_of(path: Path) -> str:
    """By its byte order mark, else UTF-8 when it is that throughout, else Windows-1252.

    The whole file is asked for UTF-8, because the first accent may stand in its last line.
    Where it mostly is UTF-8 it is read as that, and the damaged rows are refused: read
    otherwise, every accent in it would be wrong without anybody noticing.
    """
    with opened_bytes(path) as file:
        start = file.read(4)
        for signature, what in _NOT_TEXT.items():
            if start.startswith(signature):
                raise Unreadable(f"{path.name} is {what}: save it as CSV for now and send that.")
        for mark, encoding in _BOMS.items():
            if start.startswith(mark):
                return encoding
        file.seek(0)
        if _is_utf8(file):
            return "utf-8"
        file.seek(0)
        sample = _sample(file)
    whole = _UTF8_CHARACTER.findall(sample)
    loose = len(_HIGH.findall(sample)) - sum(map(len, whole))
    return "utf-8" if len(whole) * 5 >= loose else _code_page(sample)


def looks_binary(start: str) -> bool:
    """Whether control characters stand in the header, or all over the beginning."""
    header = start.partition("\n")[0]
    return any(map(_is_control, header)) or sum(map(_is_control, start)) > len(start) // 20


def _is_control(letter: str) -> bool:
    return letter < " " and letter not in "\t\r\n\f\v\x1a"


def _is_utf8(file: IO[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in iter(partial(file.read, BLOCK), b""):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sample(file: IO[bytes]) -> bytes:
    """Stretches of the file, each from a first byte beyond ASCII on."""
    parts: list[bytes] = []
    for block in iter(partial(file.read, BLOCK), b""):
        if found := _HIGH.search(block):
            parts.append(block[max(found.start() - 1, 0) : found.start() + WINDOW])
        if sum(map(len, parts)) >= SAMPLE_LIMIT:
            break
    return b"\n".join(parts)


def _code_page(sample: bytes) -> str:
    """Windows-1252, unless whole words are written without one ASCII letter."""
    letters = len(_LETTER.findall(sample))
    if letters < 24 or len(_LETTER_BESIDE_ASCII.findall(sample)) * 5 > letters:
        return "cp1252"
    import charset_normalizer  # Slow to import, and hardly ever needed.

    best = charset_normalizer.from_bytes(sample, cp_isolation=_OTHER_SCRIPTS).best()
    return best.encoding if best else "cp1252"
