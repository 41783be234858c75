"""The steps of an intake as the page draws them, each with a bar and a word."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duebook.ingest.intake import Intake
from duebook.web.templatetags.figures import count

WHOLE = 1000
ORDER = ("understanding", "asking", "checking", "checked", "committing", "done")


@dataclass(frozen=True)
class Step:
    """`done` of WHOLE; None while it goes on and nothing can be said."""

    name: str
    said: str
    done: int | None
    is_present: bool


def steps(intake: Intake) -> list[Step]:
    """Read, map, check, load; a batch on its way out is checked and undone."""
    names = [
        ("checking", _("Check"), _checked(intake)),
        ("committing", _("Undo") if intake.undoes else _("Load"), _loaded(intake)),
    ]
    if not intake.undoes:
        read = [("understanding", _("Read"), ""), ("asking", _("Map"), _mapped(intake))]
        names = [*read, *names]
    return [_step(intake, state, name, said) for state, name, said in names]


def _step(intake: Intake, state: str, name: str, said: str) -> Step:
    reached = ORDER.index(intake.state) if intake.state in ORDER else _reached(intake)
    own = ORDER.index(state)
    if intake.state == state:
        share = intake.share_done
        done = None if share is None else round(share * WHOLE)
        return Step(name, said or _pace(intake), 0 if state == "asking" else done, True)
    if reached > own:
        return Step(name, said, WHOLE, False)
    return Step(name, said or _("not started"), 0, False)


def _reached(intake: Intake) -> int:
    """How far one came that was refused or cancelled."""
    return ORDER.index("checking" if intake.outcome else "understanding")


def _mapped(intake: Intake) -> str:
    if intake.state == "asking":
        return _("your answer is needed")
    saved = [each.saved_as for each in intake.proposals if each.saved_as]
    return _("%(name)s, saved") % {"name": saved[0]} if saved else ""


def _checked(intake: Intake) -> str:
    if intake.state not in ("checked", "committing", "done"):
        return ""
    rows = sum(each.rows for each in intake.outcome.tables) if intake.outcome else 0
    if intake.undoes or not rows:
        return ""
    return ngettext("%(rows)s row", "%(rows)s rows", rows) % {"rows": count(rows)}


def _loaded(intake: Intake) -> str:
    if intake.state != "done":
        return ""
    return _("%(seconds)s s") % {"seconds": f"{intake.seconds:.1f}"}


def _pace(intake: Intake) -> str:
    """7,688 of 12,400 rows, 4,300 a second, about 3 s left"""
    if not intake.began_at:
        return _("waiting for its turn")
    parts = []
    if intake.rows_total:
        said = _("%(done)s of %(total)s rows")
        parts.append(said % {"done": count(intake.rows_done), "total": count(intake.rows_total)})
    elif intake.rows_done:
        rows = ngettext("%(rows)s row", "%(rows)s rows", intake.rows_done)
        parts.append(rows % {"rows": count(intake.rows_done)})
    if pace := intake.rows_per_second:
        parts.append(_("%(rows)s a second") % {"rows": count(round(pace))})
    if intake.seconds_left is not None:
        parts.append(_("about %(time)s left") % {"time": time_said(intake.seconds_left)})
    return ", ".join(parts) or _("under way")


def time_said(seconds: float) -> str:
    whole = max(round(seconds), 1)
    if whole < 60:
        return _("%(n)s s") % {"n": whole}
    return _("%(n)s min") % {"n": -(-whole // 60)}
