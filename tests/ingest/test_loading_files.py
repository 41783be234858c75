"""Files of every sort through the loader: one ledger, the same aging, texts as given."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest

from duebook.export import answers
from duebook.export.tables import harmless
from duebook.ingest.load import load
from duebook.ingest.opening import open_files
from duebook.visibility.organisations import console_of
from duebook.visibility.seeing import raw
from tests.ingest import dialects
from tests.ingest.dialects import AMOUNTS, DATES, Invoice, Way

TODAY = dt.date(2026, 6, 30)
LEDGER = [
    Invoice("K1", "Müller", "1", dt.date(2026, 1, 15), dt.date(2026, 2, 14), Decimal("1190.10"),
            Decimal("190.10"), "USD"),
    Invoice("K1", "Müller", "2", dt.date(2026, 6, 20), dt.date(2026, 7, 20), Decimal("50"),
            Decimal("50"), "USD"),
    Invoice("K2", "Peña", "3", dt.date(2026, 5, 13), dt.date(2026, 6, 12), Decimal("99.99"),
            Decimal("99.99"), "USD"),
]  # fmt: skip
AGING = {
    ("K1", "current"): "50.00",
    ("K1", "days_91_plus"): "190.10",
    ("K2", "days_1_30"): "99.99",
}
TYPED = Way(day=lambda day: day, amount=lambda amount: amount)


def imported(company, path):
    files = open_files(path, currency="USD")
    return load(console_of(company.slug), files)


def aging(company):
    with company.admin():
        content = answers.aging(as_of=TODAY, basis="due").content("csv").decode()
    return list(csv.DictReader(io.StringIO(content)))


def packed(path, table, way):
    with zipfile.ZipFile(path, "w") as archive:
        inner = dialects.write_csv(path.with_suffix(".csv"), table, way)
        archive.write(inner, "export.csv")
    return path


FORMS = {
    "german.csv": (dialects.german, dialects.write_csv,
                   Way(DATES["german"], AMOUNTS["german"], ";", "cp1252")),
    "aging.csv": (dialects.quickbooks, dialects.write_csv, Way(DATES["us"], AMOUNTS["dollars"])),
    "groups.csv": (dialects.open_invoices, dialects.write_csv,
                   Way(DATES["us"], AMOUNTS["english"])),
    "sap.txt": (dialects.sap, dialects.write_csv, Way(DATES["compact"], AMOUNTS["sap"], "|+|")),
    "spanish.xlsx": (dialects.spanish, dialects.write_xlsx, TYPED),
    "bilingual.json": (dialects.bilingual, dialects.write_json, TYPED),
    "packed.zip": (dialects.xero, packed, Way(DATES["named"], AMOUNTS["plain"])),
}  # fmt: skip


@pytest.mark.parametrize("name", FORMS)
def test_every_sort_of_file_gives_the_same_aging(world, tmp_path, name):
    dialect, write, way = FORMS[name]
    path = write(tmp_path / name, dialect(LEDGER, way), way)
    [result] = imported(world.acme, path)
    assert (result.counts["invalid"], result.counts["new"]) == (0, 3)
    rows = {row["account_number"]: row for row in aging(world.acme)}
    for (account, column), amount in AGING.items():
        assert rows[account][column] == amount
    assert sum(Decimal(row["outstanding"]) for row in rows.values()) == Decimal("340.09")
    [again] = imported(world.acme, path)
    assert again.says_nothing_new


def test_a_workbook_of_two_sheets_is_one_batch(world, tmp_path):
    import xlsxwriter

    path = tmp_path / "book.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Invoices")
    sheet.write_row(0, 0, ["Customer No", "Invoice No", "Invoice Date", "Amount"])
    sheet.write_row(1, 0, ["K9", "1", "2026-01-15", 0.1 + 0.2])
    sheet = book.add_worksheet("Customers")
    sheet.write_row(0, 0, ["Customer No", "Customer Name", "Payment Terms Days"])
    sheet.write_row(1, 0, ["K9", "Ninth", 10])
    book.close()
    results = imported(world.acme, path)
    assert [(each.file, each.kind) for each in results] == [
        ("book.xlsx/Customers", "accounts"),
        ("book.xlsx/Invoices", "invoices"),
    ]
    [row] = aging(world.acme)
    assert (row["account_name"], row["outstanding"]) == ("Ninth", "0.30")


def test_words_for_nothing_are_noted(world, tmp_path):
    path = tmp_path / "may.csv"
    path.write_text(
        "account_number,invoice_number,issue_date,due_date,amount\n"
        "C1,1,2026-01-31,NULL,5\nC1,2,2026-01-31,N/A,5\nC1,3,2026-01-31,N/A,5\n"
    )
    [result] = imported(world.acme, path)
    assert result.counts["new"] == 3
    assert result.warnings == {
        '"NULL" read as an empty cell in due_date': 1,
        '"N/A" read as an empty cell in due_date': 2,
    }


def naughty(folder: Path) -> list[str]:
    """Texts that break careless programs, and formulas that run in careless spreadsheets."""
    strings = json.loads((folder / "csv_edge_cases/blns.json").read_text())
    formulas = (folder / "csv_edge_cases/csv-injection-payloadbox.txt").read_text().splitlines()
    texts = dict.fromkeys(text.strip() for text in [*strings, *formulas])
    return [
        text
        for text in texts
        if text
        and "\0" not in text
        and len(text) <= 500
        and text.encode(errors="replace").decode() == text
        and text not in ("\ufeff", "\ufffe")
    ]


def test_naughty_names_are_shown_as_given_and_stay_inert(world, tmp_path, outside_data):
    texts = naughty(outside_data)
    assert len(texts) > 400
    path = tmp_path / "may.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["account_number", "account_name", "invoice_number", "issue_date", "amount"]
        )
        for at, text in enumerate(texts):
            writer.writerow([f"N{at:03}", text, f"N{at:03}", "2026-01-31", "1.00"])
    [result] = imported(world.acme, path)
    assert (result.counts["new"], result.invalid) == (len(texts), [])

    shown = {row["account_number"]: row["account_name"] for row in aging(world.acme)}
    assert shown == {f"N{at:03}": harmless(text.strip()) for at, text in enumerate(texts)}

    with world.acme.admin():
        content = answers.aging(as_of=TODAY, basis="due").content("xlsx")
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    assert "=cmd|" in sheet  # a text like any other


def test_an_export_of_our_own_comes_back(world, tmp_path):
    """What the report writes as Excel, the import reads to the cent."""
    world.acme.owes("1234.56", due="2026-02-14", number="R1")
    with world.acme.admin():
        content = answers.invoices(as_of=TODAY, basis="due").content("xlsx")
    path = tmp_path / "report.xlsx"
    path.write_bytes(content)
    [result] = imported(world.zenith, path)
    assert result.counts["new"] == 1
    [row] = aging(world.zenith)
    assert row["outstanding"] == "1234.56"


def test_what_happens_within_a_batch_stands_or_falls_with_it(world):
    company = world.acme

    def note(connection, results):
        connection.execute("UPDATE ar.org SET name = 'Noted' WHERE org_id = %s", [company.org_id])
        seen.append((results.batch_id is not None, results[0].counts["new"]))

    def fail(connection, results):
        note(connection, results)
        raise ZeroDivisionError

    def state():
        with company.admin():
            [(name,)] = raw().execute("SELECT name FROM ar.org").fetchall()
            sources = raw().execute("SELECT source FROM ar.ingest_run ORDER BY id").fetchall()
        return name, [source for (source,) in sources]

    seen: list[tuple[bool, int]] = []
    name, sources = state()
    row = {
        "account_number": "C1",
        "invoice_number": "W-1",
        "issue_date": "2026-01-01",
        "amount": "5.00",
    }
    with pytest.raises(ZeroDivisionError):
        company.loads("invoices", [row], within=fail, source="somewhere")
    assert state() == (name, sources)

    company.loads("invoices", [row], within=note, source="somewhere")
    assert state() == ("Noted", [*sources, "somewhere"])
    assert seen == [(True, 1), (True, 1)]
