"""Logs say where something failed, never what an organisation's row holds."""

from __future__ import annotations

import logging
import traceback
from types import TracebackType

import psycopg
from django.db import Error as DjangoDatabaseError

Excepted = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutRows(logging.Formatter):
    """Tracebacks as usual, but a database's own words, which quote values, are left out."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatException(self, ei: Excepted) -> str:
        if ei[1] is None or not _quotes_values(ei[1]):
            return super().formatException(ei)
        frames = "".join(traceback.format_tb(ei[2]))
        return f"{frames}{type(ei[1]).__name__} (message left out: it may quote rows)"


def _quotes_values(trouble: BaseException) -> bool:
    chain: BaseException | None = trouble
    while chain is not None:
        if isinstance(chain, DjangoDatabaseError | psycopg.Error):
            return True
        chain = chain.__cause__ or chain.__context__
    return False
