"""XML of files that anybody may have sent: no document types, no entities, no endless tokens."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import NoReturn
from xml.parsers import expat

from duebook.ingest.encoding import Unreadable

# The parser looks at an unfinished tag anew with each block, so one without an end never ends.
TOKEN_LIMIT = 2 << 20


def parsed(
    blocks: Iterable[bytes],
    *,
    name: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None],
    text: Callable[[str], None],
) -> Iterator[None]:
    """Feeds the parser block by block, and yields after each. Raises Unreadable."""
    # The encoding is stated, so that no declaration in the file can choose another.
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text

    def refuse(*_: object) -> NoReturn:
        raise Unreadable(f"{name} declares XML entities, which no spreadsheet needs: refused.")

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    fed = 0
    try:
        for block in blocks:
            parser.Parse(block, False)
            fed += len(block)
            if fed - max(parser.CurrentByteIndex, 0) > TOKEN_LIMIT:
                raise Unreadable(f"{name} is no spreadsheet Duebook can read: export it again.")
            yield
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise Unreadable(f"{name} is a damaged spreadsheet: export it again.") from None
    yield


def local(tag: str) -> str:
    """A tag's name without its prefix."""
    return tag.rpartition(":")[2]
