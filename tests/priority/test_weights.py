"""An organisation's own weights: versions, the trail, and scores that follow at once."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import psycopg
import pytest

from duebook.reports.priority import DEFAULT, Weights, tenths
from duebook.reports.priority_weights import weights_now
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import raw, seeing
from duebook.web.settings.weighing import weigh
from tests.commands.terminal import Terminal, refused
from tests.priority.test_priority import _standing
from tests.world import World

DAY = date(2026, 6, 30)


def scores(world: World) -> list[int]:
    with world.acme.admin():
        raw().execute("SELECT rollup.ensure(%s, true)", [DAY])
        query = "SELECT score FROM ar.customer_aging WHERE day = %s ORDER BY outstanding DESC"
        return [row[0] for row in raw().execute(query, [DAY])]


def test_scores_follow_the_weights_that_count(world: World) -> None:
    world.acme.owes("5000.00", due="2026-04-01", account="C1")  # 90 days
    world.acme.owes("100.00", due="2026-07-15", account="C2")
    late = _standing(Decimal(5000), [Decimal(5000)] * 3 + [Decimal(0)], Decimal(90), 1, 1)
    typical = Decimal(2550)  # of the day itself: there are fewer than five accounts
    assert scores(world)[0] == tenths(late, typical=typical)

    console = console_of(world.acme.slug)
    with seeing(console, by="worker"):
        after = weigh(console, {"over_60": 0, "past_due": 15}, by="worker")
        assert weigh(console, {"over_60": 0}, by="worker") == after
    assert after == Weights(version=1, over_60=0)
    assert scores(world)[0] == tenths(late, typical=typical, weights=after)
    assert scores(world)[0] < tenths(late, typical=typical)
    with world.acme.admin():
        query = "SELECT detail::text FROM ar.audit_event WHERE action = 'priority weights changed'"
        (told,) = raw().execute(query).fetchall()
    assert json.loads(told[0]) == {
        "version": 1,
        "before": {"over_60": 300},
        "after": {"over_60": 0},
    }
    with world.acme.member():
        assert weights_now() == after
    with world.zenith.admin():
        assert weights_now() == DEFAULT


def test_a_member_changes_nothing(world: World) -> None:
    viewer = world.acme.viewer(world.acme.member_email)
    with pytest.raises(psycopg.errors.InsufficientPrivilege), seeing(viewer):
        weigh(viewer, {"over_30": 1})


def test_the_command(terminal: Terminal) -> None:
    terminal.has("weighing")
    first = terminal.types("priority", "weights", "weighing").text.splitlines()
    assert first[0] == "the weights of this release"
    assert first[1].split() == ["five_points_at", "4.80"]
    changed = terminal.types("priority", "weights", "weighing", "over_30=1.5").text.splitlines()
    assert changed[0] == "version 1"
    assert "over_30            1.50" in changed
    for wrong in ("size=2", "over_30=x", "over_30=-1", "over_30=0.001", "five_points_at=0"):
        refused(terminal.types("priority", "weights", "weighing", wrong), saying="weight")
    nothing = terminal.types("priority", "backtest", "weighing")
    assert (nothing.code, nothing.out) == (0, b"")
    assert "nothing to try" in nothing.err
