"""Saved mappings: recognised by a header, whatever its order, for one organisation alone."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from duebook.console import importing
from duebook.ingest import mappings
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mappings import SavedMapping, header_key
from duebook.visibility.organisations import Refused
from duebook.visibility.seeing import raw, seeing
from tests.isolation.attacker import column
from tests.world import Company, World

NOW = datetime(2026, 6, 30, 12, tzinfo=UTC)
HEADER = ["Konto", "Nr", "Wann", "Wieviel"]
TOML = """
kind = "invoices"
date_formats = ["D.M.YYYY"]
decimal = ","
[columns]
account_number = "Konto"
invoice_number = "Nr"
issue_date = "Wann"
amount = "Wieviel"
"""


def save(company: Company, name: str = "Monthly", header: list[str] = HEADER) -> int:
    viewer = company.viewer(company.admin_email)
    mapping = parse_mapping(TOML, name=name)
    with seeing(viewer):
        return mappings.save(viewer, mapping, name=name, kind="invoices", header=header, at=NOW)


def found(
    company: Company, header: list[str] = HEADER, kind: str | None = None
) -> SavedMapping | None:
    viewer = company.viewer(company.admin_email)
    with seeing(viewer):
        return mappings.recognised(viewer, kind, header)


def test_a_header_is_the_same_in_any_order_case_and_spacing() -> None:
    key = header_key(["Invoice No", "Amount"])
    assert header_key([" amount ", "INVOICE_NO", ""]) == key
    assert header_key(["Invoice No", "Amount", "duebook_line", "duebook_reason"]) == key
    assert header_key(["Invoice No", "Amounts"]) != key


def test_a_saved_mapping_is_recognised_and_means_the_same(world: World) -> None:
    save(world.acme)
    saved = found(world.acme, ["nr", "WANN", "Wieviel", "Konto"])
    assert saved is not None
    assert saved.mapping() == parse_mapping(TOML, name="Monthly")
    assert found(world.acme, HEADER, "payments") is None
    assert found(world.acme, HEADER[:3]) is None


def test_another_organisation_recognises_reads_and_changes_none(world: World) -> None:
    number = save(world.acme)
    assert found(world.zenith) is None
    viewer = world.zenith.viewer(world.zenith.admin_email)
    with seeing(viewer):
        assert mappings.all_of(viewer) == []
        assert not mappings.remove(viewer, number)
        assert not mappings.rename(viewer, number, name="Mine")
    save(world.zenith)  # the same name and header are free here
    assert found(world.acme) is not None


def test_saving_for_the_same_header_replaces_and_names_are_taken_once(world: World) -> None:
    first = save(world.acme)
    assert save(world.acme, "Better") == first
    other = save(world.acme, "Other", [*HEADER, "More"])
    with pytest.raises(Refused, match="called “Better” already"):
        save(world.acme, "Better", [*HEADER, "More"])
    viewer = world.acme.viewer(world.acme.admin_email)
    with seeing(viewer), pytest.raises(Refused, match="Give the mapping a name"):
        mappings.rename(viewer, other, name="  ")
    with seeing(viewer):
        assert mappings.rename(viewer, other, name="Second")
        assert [each.name for each in mappings.all_of(viewer)] == ["Better", "Second"]
        assert mappings.remove(viewer, other)
        query = "SELECT action FROM ar.audit_event WHERE action LIKE 'mapping%%' ORDER BY id"
        acts = ["saved", "saved", "saved", "renamed", "removed"]
        assert column(raw(), query) == [f"mapping {act}" for act in acts]


def test_what_this_release_does_not_understand_is_not_used(world: World) -> None:
    save(world.acme)
    with world.acme.admin():
        raw().execute("UPDATE ar.mapping SET content = 'columns = 7'")
    assert found(world.acme) is None


def test_the_import_command_reads_a_file_by_the_mapping_saved_for_its_header(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "juni.csv"
    # Day and month could be either here: without the mapping this would be asked.
    rows = "Our list\n\nNr;Konto;Wann;Wieviel\nR-1;C1;3.4.2026;1234,50\n"
    path.write_text(rows, encoding="utf-8")
    save(world.acme)
    switches = dict.fromkeys(("strict", "dry_run", "snapshot"), False)
    asked = {"slug": world.acme.slug, "files": [path], "kind": None, "mapping": None}
    assert importing.import_files(Namespace(**asked, **switches, as_at=None)) == 0
    assert (
        'juni.csv: read by the mapping "Monthly", saved for this header.' in capsys.readouterr().out
    )
    with world.acme.admin():
        query = "SELECT issue_date::text, amount FROM ar.document WHERE number = 'R-1'"
        assert raw().execute(query).fetchall() == [("2026-04-03", 123450)]
        assert column(raw(), "SELECT used_at IS NOT NULL FROM ar.mapping") == [True]
