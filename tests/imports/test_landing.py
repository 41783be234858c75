"""The first rows as they would land: kept with a proposal, read again by another mapping."""

from __future__ import annotations

from dataclasses import replace

import pytest

from duebook.ingest.feeds import BadMapping
from duebook.ingest.intake_rows import TableProposal
from duebook.ingest.landing import landings, sampled, source_of
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.plain import from_plain, plain
from duebook.ingest.rows import Day, Exact, SourceRow
from duebook.ingest.understand import understand

GERMAN = """
kind = "invoices"
date_formats = ["D.M.YYYY"]
decimal = ","
thousands = "."
[columns]
account_number = "Kunde"
invoice_number = "Beleg"
issue_date = "Datum"
amount = "Betrag"
"""
HEADER = ["Kunde", "Beleg", "Datum", "Betrag"]


def kept(*rows: SourceRow, typed: str = "") -> TableProposal:
    """As it comes back from where it is stored."""
    proposal = TableProposal(
        "may.csv", "invoices", "", GERMAN, header=HEADER, typed=typed, sample=sampled(rows)
    )
    return from_plain(TableProposal, plain(proposal))


def landed(proposal: TableProposal, mapping: str = GERMAN) -> list[dict[str, str] | str]:
    source = source_of(proposal)
    found = landings(
        source,
        parse_mapping(mapping, name="the mapping"),
        kind="invoices",
        header=source.header,
        table=source.name,
        typed=source.typed,
    )
    return [each.trouble or each.values for each in found]


def test_rows_land_in_duebooks_own_notation_or_say_why_not() -> None:
    proposal = kept(
        SourceRow(2, ["10001", "R-1", "31.12.2025", "1.234,50"]),
        SourceRow(3, ["10001", "R-2", "31.02.2026", "7,00"]),
        SourceRow(4, ["10001", "R-3", "01.02.2026", "0,00"]),
    )
    assert landed(proposal) == [
        {
            "account_number": "10001",
            "invoice_number": "R-1",
            "issue_date": "2025-12-31",
            "amount": "1234.5",
        },
        "Datum: 31.02.2026: There is no such day in the calendar: correct the date.",
        "Skipped: amount is zero.",
    ]


def test_another_mapping_reads_the_same_rows_otherwise() -> None:
    proposal = kept(SourceRow(2, ["10001", "R-1", "03.04.2026", "5,00"]))
    other = landed(proposal, GERMAN.replace("D.M.YYYY", "M.D.YYYY"))
    assert isinstance(other[0], dict)
    assert other[0]["issue_date"] == "2026-03-04"


def test_numbers_and_days_that_the_file_holds_as_such_stay_what_they_are() -> None:
    row = SourceRow(2, ["10001", "R-1", Day("2026-04-03"), Exact("1234.5")])
    (found,) = landed(kept(row, typed="1900"))
    assert isinstance(found, dict)
    assert (found["issue_date"], found["amount"]) == ("2026-04-03", "1234.5")


def test_a_row_that_cannot_be_told_apart_and_a_long_cell() -> None:
    proposal = kept(SourceRow(2, [], "A quotation mark is missing."))
    assert landed(proposal) == ["A quotation mark is missing."]
    assert len(kept(SourceRow(2, ["x" * 5000])).sample[0].cells[0]) == 201


def test_a_mapping_that_does_not_fit_says_what_is_missing() -> None:
    proposal = kept(SourceRow(2, ["10001", "R-1", "03.04.2026", "5,00"]))
    with pytest.raises(BadMapping, match="issue_date"):
        landed(proposal, GERMAN.replace('issue_date = "Datum"', ""))


def test_a_sample_can_be_understood_as_another_kind() -> None:
    row = SourceRow(2, ["10001", "Z-1", "31.12.2025", "1.234,50"])
    header = ["Kundennummer", "Zahlungsnummer", "Zahlungsdatum", "Betrag"]
    found = understand(source_of(replace(kept(row), header=header)), kind="payments")
    assert found.kind == "payments"
    assert found.mapping.decimal == ","
