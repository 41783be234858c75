"""What a reader of debt should know about the kinds of documents that are in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from duebook.reports.monthly import Window
from duebook.reports.monthly_question import Question, rows_meant
from duebook.reports.rows import query
from duebook.visibility.seeing import raw

Sums = list[tuple[str, Decimal]]


def adjustments(question: Question, asked: Window) -> Sums:
    """What debit and credit adjustments added to the months of the rows, by currency."""
    return _added(["debit_adjustment", "credit_adjustment"], question, asked)


def unsettled_receipts(question: Question, asked: Window) -> Sums:
    """What receipt tax invoices added, which settle themselves only where that is set."""
    return _added(["receipt_tax_invoice"], question, asked)


def _added(kinds: Sequence[str], question: Question, asked: Window) -> Sums:
    """Of rows of zeros, too: what they add may have been paid in the same month."""
    meant = rows_meant(replace(question, hide_idle=False), asked)
    text = query("monthly_kinds.sql").replace("[joined]", meant.joined)
    named = {**meant.named, "kinds": list(kinds), "since": asked.months[0]}
    return raw().execute(text.replace("[kept]", meant.text), named).fetchall()
