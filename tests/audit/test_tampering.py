"""Whoever changes the trail is found out, the superuser as well. Each way of it is a test."""

from __future__ import annotations

import pytest

from duebook.console.auditing import verify
from duebook.reports.audit_chain import Head
from tests.audit.conftest import Trail

NTH = "(SELECT event_id FROM ar.audit_link WHERE org_id = %(org)s AND seq = {})"


def last_of(trail: Trail) -> int:
    return int(trail.asks("SELECT max(seq) FROM ar.audit_link WHERE org_id = %(org)s"))


def test_a_trail_that_nobody_touched_is_intact(trail: Trail) -> None:
    found = trail.verified()
    assert found.trouble == ""
    assert found.head.seq == last_of(trail) >= 5
    kept = trail.asks("SELECT hash FROM guard.audit_head WHERE org_id = %(org)s")
    assert found.head.digest == kept


@pytest.mark.parametrize(
    "change",
    [
        "action = 'something else'",
        'detail = detail || \'{"note": "another"}\'',
        "person_id = person_id + 1",
        "at = at + interval '1 microsecond'",
        "origin = 'elsewhere'",
    ],
)
def test_a_changed_entry_is_named(trail: Trail, change: str) -> None:
    seq = last_of(trail) - 2
    trail.tampers(
        f"UPDATE ar.audit_event SET {change} WHERE org_id = %(org)s AND id = {NTH.format(seq)}"
    )
    found = trail.verified()
    assert found.trouble == f"Entry {seq} is not what was written: its digest does not fit."
    assert found.head.seq == seq - 1


def test_an_entry_that_got_another_id_is_found(trail: Trail) -> None:
    seq = last_of(trail) - 2
    trail.tampers(
        f"UPDATE ar.audit_event SET id = id + 1000000 WHERE org_id = %(org)s"
        f" AND id = {NTH.format(seq)}"
    )
    assert trail.verified().trouble == f"Entry {seq} is gone; its link is still there."


def test_an_entry_taken_out_of_the_middle_is_missed(trail: Trail) -> None:
    seq = last_of(trail) - 2
    trail.tampers(
        f"DELETE FROM ar.audit_event WHERE org_id = %(org)s AND id = {NTH.format(seq)}",
        f"DELETE FROM ar.audit_link WHERE org_id = %(org)s AND seq = {seq}",
    )
    assert trail.verified().trouble == (
        f"Entry {seq} is missing: after {seq - 1} the trail goes on with {seq + 1}."
    )


def test_closing_the_gap_does_not_hide_it(trail: Trail) -> None:
    seq = last_of(trail) - 2
    trail.tampers(
        f"DELETE FROM ar.audit_event WHERE org_id = %(org)s AND id = {NTH.format(seq)}",
        f"DELETE FROM ar.audit_link WHERE org_id = %(org)s AND seq = {seq}",
        f"UPDATE ar.audit_link SET seq = -(seq - 1) WHERE org_id = %(org)s AND seq > {seq}",
        "UPDATE ar.audit_link SET seq = -seq WHERE org_id = %(org)s AND seq < 0",
    )
    assert trail.verified().trouble == (
        f"Entry {seq} is not what was written: its digest does not fit."
    )


def test_an_entry_taken_out_and_its_link_left_is_missed(trail: Trail) -> None:
    seq = last_of(trail)
    trail.tampers(f"DELETE FROM ar.audit_event WHERE org_id = %(org)s AND id = {NTH.format(seq)}")
    assert trail.verified().trouble == f"Entry {seq} is gone; its link is still there."


CUT = (
    f"DELETE FROM ar.audit_event WHERE org_id = %(org)s AND id = {NTH.format('{0}')}",
    "DELETE FROM ar.audit_link WHERE org_id = %(org)s AND seq = {0}",
)


def cut(trail: Trail, seq: int) -> None:
    trail.tampers(*(each.format(seq) for each in CUT))


def test_the_end_cut_off_is_missed(trail: Trail) -> None:
    seq = last_of(trail)
    cut(trail, seq)
    assert trail.verified().trouble == (
        f"The trail ends with entry {seq - 1}, but the last one written was {seq}."
    )


def test_the_end_cut_off_without_a_trace_is_missed_by_whoever_noted_it(trail: Trail) -> None:
    """Even the memory of the end is set back. Inside the database nothing can tell any more."""
    noted = trail.verified().head
    cut(trail, noted.seq)
    trail.tampers(
        "UPDATE guard.audit_head h SET seq = l.seq, hash = l.hash FROM ar.audit_link l"
        f" WHERE h.org_id = %(org)s AND l.org_id = %(org)s AND l.seq = {noted.seq - 1}"
    )
    assert trail.verified().trouble == ""
    assert trail.verified(noted).trouble == (
        f"The trail ends with entry {noted.seq - 1}, but {noted.seq} was noted: its end was cut."
    )
    trail.does("one more")
    assert trail.verified().trouble == ""
    assert trail.verified(noted).trouble == (
        f"Entry {noted.seq} is not the one that was noted: the trail was written anew."
    )


def test_a_noted_head_stays_part_of_a_trail_that_goes_on(trail: Trail) -> None:
    noted = trail.verified().head
    trail.does("one more", "and another")
    found = trail.verified(noted)
    assert (found.trouble, found.head.seq) == ("", noted.seq + 2)


def test_an_entry_put_in_past_the_trail_is_found(trail: Trail) -> None:
    trail.tampers(
        "INSERT INTO ar.audit_event (org_id, id, person_id, action)"
        " VALUES (%(org)s, 987654321, 0, 'never happened')"
    )
    assert trail.verified().trouble == (
        "The entry with the id 987654321 is not linked: it was put in past the trail."
    )


def test_an_entry_put_in_with_a_link_of_its_own_is_found(trail: Trail) -> None:
    seq = last_of(trail) + 1
    trail.tampers(
        "INSERT INTO ar.audit_event (org_id, id, person_id, action)"
        " VALUES (%(org)s, 987654322, 0, 'never happened')",
        "INSERT INTO ar.audit_link (org_id, seq, event_id, hash)"
        f" SELECT %(org)s, {seq}, 987654322,"
        " sha256(hash || convert_to(guard.audit_text(e), 'UTF8'))"
        " FROM guard.audit_head h JOIN ar.audit_event e ON e.org_id = h.org_id AND e.id = 987654322"
        " WHERE h.org_id = %(org)s",
    )
    assert trail.verified().trouble == (
        f"The trail ends with entry {seq}, but the last one written was {seq - 1}."
    )


@pytest.mark.parametrize(
    "swap",
    [
        (
            "UPDATE ar.audit_link l SET event_id = -o.event_id FROM ar.audit_link o"
            " WHERE l.org_id = %(org)s AND o.org_id = %(org)s AND l.seq IN ({0}, {1})"
            " AND o.seq = {0} + {1} - l.seq",
            "UPDATE ar.audit_link SET event_id = -event_id WHERE org_id = %(org)s AND event_id < 0",
        ),
        (
            "UPDATE ar.audit_event e SET action = o.action, detail = o.detail, at = o.at"
            " FROM ar.audit_event o WHERE e.org_id = %(org)s AND o.org_id = %(org)s"
            f" AND (e.id, o.id) IN (({NTH.format('{0}')}, {NTH.format('{1}')}),"
            f" ({NTH.format('{1}')}, {NTH.format('{0}')}))",
        ),
    ],
    ids=["links", "contents"],
)
def test_two_entries_that_changed_places_are_found(trail: Trail, swap: tuple[str, ...]) -> None:
    seq = last_of(trail) - 3
    trail.tampers(*(each.format(seq, seq + 1) for each in swap))
    assert trail.verified().trouble == (
        f"Entry {seq} is not what was written: its digest does not fit."
    )


def test_the_command_says_it_in_one_line(trail: Trail, capsys: pytest.CaptureFixture[str]) -> None:
    asked = type("Asked", (), {"slug": trail.company.slug, "head": ""})()
    assert verify(asked) == 0
    head = trail.verified().head
    assert capsys.readouterr().out == f"{head.seq} entries, intact, head {head}\n"
    asked.head = str(Head(head.seq, head.digest[::-1]))
    assert verify(asked) == 1
    assert capsys.readouterr().out == (
        f"Entry {head.seq} is not the one that was noted: the trail was written anew.\n"
    )
    trail.tampers("DELETE FROM ar.audit_link WHERE org_id = %(org)s AND seq = 2")
    asked.head = ""
    assert verify(asked) == 1
    assert capsys.readouterr().out == "Entry 2 is missing: after 1 the trail goes on with 3.\n"
