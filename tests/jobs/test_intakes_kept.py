"""Who may know of files that were sent, and how long."""

from __future__ import annotations

import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from duebook.ingest.intake import (
    NotNow,
    Options,
    TableChoice,
    intake,
    waiting,
)
from duebook.jobs import intake_work, intakes, upkeep
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import Connection, column
from tests.jobs.desk import GERMAN, INVOICES, NOW, Desk, counts
from tests.world import Company


def test_another_organisation_reaches_no_intake(acme: Company, world: object) -> None:
    desk = Desk(acme)
    number = desk.checks(INVOICES).id
    zenith = world.zenith  # type: ignore[attr-defined]
    viewer = zenith.viewer(zenith.admin_email)
    with seeing(viewer):
        assert intake(viewer, number, at=NOW) is None
        assert waiting(viewer, at=NOW) == []
        for change in (intakes.commit, intakes.cancel, intakes.resume):
            with pytest.raises(NotNow):
                change(viewer, number, at=NOW)
        with pytest.raises(NotNow):
            intakes.choose(viewer, number, Options(), at=NOW)
    intake_work.commit(viewer, intake=number)
    assert desk.sees(number).state == "checked"


def test_what_quotes_the_file_cannot_be_read_in_the_table(acme: Company, own: Connection) -> None:
    rows = INVOICES.replace(b"amount\n", b"amount,note\n").replace(b"100.00", b"100.00,Marmalade")
    seen = Desk(acme).checks(rows)
    assert seen.proposals[0].sample[0].cells[4] == "Marmalade"
    query = "SELECT to_jsonb(i)::text FROM ar.intake i WHERE org_id = %s AND id = %s"
    [stored] = column(own, query, [acme.org_id, seen.id])
    assert "Marmalade" not in stored
    assert "N-1" not in stored


def test_what_nobody_goes_on_with_goes_after_a_month(acme: Company, own: Connection) -> None:
    desk = Desk(acme)
    left, young = desk.checks(INVOICES).id, desk.checks(GERMAN).id
    own.execute("UPDATE ar.org SET file_days = 10 WHERE org_id = %s", [acme.org_id])
    for days, number in ((31, left), (29, young)):
        old = datetime.now(UTC) - timedelta(days=days)
        own.execute("UPDATE ar.intake SET changed_at = %s WHERE id = %s", [old, number])
    own.execute("UPDATE ar.source_file SET came_at = now() - interval '40 days'")
    upkeep.tidy()
    upkeep.tidy()  # the file after what rested on it
    with acme.admin():
        assert column(raw(), "SELECT id FROM ar.intake") == [young]
        assert column(raw(), "SELECT count(*) FROM ar.source_file") == [1]


def test_amounts_are_summed_up_over_the_lines_in_the_same_archive(
    acme: Company, tmp_path: Path
) -> None:
    summing = """
kind = "orders"
[columns]
account_number = "customer"
order_number = "order"
order_date = "day"
[lines]
file = "lines.csv"
on = "order"
amount = { column = "price", times = ["pieces"] }
"""
    path = tmp_path / "orders.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "customer;order;day\nC1;O-1;2026-01-05\n")
        archive.writestr("lines.csv", "order;price;pieces\nO-1;5;4\nO-1;1;3\n")
    desk = Desk(acme)
    choice = TableChoice(kind="orders", mapping=summing, save_as="Orders with lines")
    number = desk.checks(path.read_bytes(), "orders.zip").id
    checked = desk.chooses(number, Options(tables={"orders.zip/orders.csv": choice}))
    assert (checked.state, counts(checked)) == ("checked", {"new": 1})
    desk.commits(checked.id)
    with acme.admin():
        assert column(raw(), "SELECT amount FROM ar.document WHERE number = 'O-1'") == [2300]
    again = desk.checks(path.read_bytes(), "july.zip")
    assert (again.state, counts(again)) == ("checked", {"unchanged": 1})
