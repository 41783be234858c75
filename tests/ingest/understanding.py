"""Files of a few rows, and what is made of them."""

from __future__ import annotations

from typing import Any

import pytest

from duebook.ingest.check import checker
from duebook.ingest.encoding import Unreadable
from duebook.ingest.kinds import KINDS
from duebook.ingest.opening import open_files, proposals

SLOTS = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}


def invoices(*rows, header="Customer No,Invoice No,Invoice Date,Due Date,Amount"):
    return "\n".join([header, *rows]) + "\n"


def understood(path, **options):
    [proposal] = proposals(path, **options)
    return proposal


def doubt(path, **options):
    """The sentence that the command says."""
    with pytest.raises(Unreadable) as refused:
        open_files(path, **options)
    said = str(refused.value)
    assert said.endswith(".") and "\n" not in said
    return said


def checked(opened) -> list[Any]:
    return list(map(checker(opened.bound), opened.source))


def rows(path, **options):
    [opened] = open_files(path, **options)
    return [row for row in checked(opened) if isinstance(row, tuple)]


def dated(file, *days, header="Invoice Date"):
    text = invoices(*(f'C1,{at},"{day}",,5' for at, day in enumerate(days)))
    return file(text.replace("Invoice Date", header))


def priced(file, *amounts, header="Amount", separator=";"):
    lines = [f"C1;{at};2026-01-31;;{amount}" for at, amount in enumerate(amounts)]
    text = invoices(*lines, header="Customer No;Invoice No;Invoice Date;Due Date;" + header)
    return file(text)
