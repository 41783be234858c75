"""Who was reminded of what: invoices that were paid late, or are late still."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from duebook.demo.papers import CASH_INVOICE, INVOICE, History, Paper, Reminder

AFTER_DAYS = (7, 21, 45)  # past the due date: the first, second and third reminder
METHODS = ("e-mail", "e-mail", "e-mail", "letter")


def remind(history: History, *, today: date, rng: Random) -> None:
    """A reminder for each step that passed while something was left to pay, most of the time."""
    settled = _settled(history)
    for paper in history.papers:
        if paper.kind not in (INVOICE, CASH_INVOICE) or not paper.is_live or paper.due is None:
            continue
        until = settled.get(paper.number, today + timedelta(days=1))
        for level, days in enumerate(AFTER_DAYS, start=1):
            on = paper.due + timedelta(days=days + rng.randint(0, 3))
            if on >= until or on > today or rng.random() < 0.15:
                break
            history.reminders.append(Reminder(paper, on, level, rng.choice(METHODS)))


def _settled(history: History) -> dict[str, date]:
    """The day on which an invoice was paid whole, by its number."""
    last: dict[Paper, date] = {}
    for each in history.allocations:
        last[each.charge] = max(each.on, last.get(each.charge, each.on))
    return {charge.number: on for charge, on in last.items() if charge.left == 0}
