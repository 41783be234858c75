"""What the import command tells of a file that nobody described."""

from __future__ import annotations

from argparse import Namespace

import pytest

from duebook.console.importing import import_files
from duebook.ingest.encoding import Unreadable

HEADER = "Kundennr.;Rechnungsnr.;Rechnungsdatum;Fällig am;Betrag;Sachbearbeiter\n"


def typed(company, *paths, **more):
    plain = dict.fromkeys(("kind", "mapping", "as_at"))
    switches = dict.fromkeys(("strict", "dry_run", "snapshot"), False)
    asked = {"slug": company.slug, "files": list(paths), **plain, **switches, **more}
    return import_files(Namespace(**asked))


def test_two_lines_say_what_was_understood(world, tmp_path, capsys):
    path = tmp_path / "offen.csv"
    path.write_text(HEADER + "C1;1;31.01.2026;02.03.2026;1.190,50;Ada\n", encoding="utf-8")
    assert typed(world.acme, path) == 0
    what, how, counted = capsys.readouterr().out.splitlines()
    assert what == (
        "offen.csv: understood as invoices (by the names of its columns); dates D.M.YYYY; "
        "amounts like 1.234,56."
    )
    assert how.startswith("  account_number from Kundennr., invoice_number from Rechnungsnr., ")
    assert how.endswith("; not used: Sachbearbeiter.")
    assert counted.startswith("offen.csv (invoices): 1 rows: 1 new")


def test_nothing_is_told_of_a_file_in_duebooks_own_names(world, tmp_path, capsys):
    path = tmp_path / "may.csv"
    path.write_text("account_number,name\nC1,First\n")
    assert typed(world.acme, path) == 0
    assert capsys.readouterr().out.startswith("may.csv (accounts): ")


def test_the_currency_of_the_organisation_helps_to_read_amounts(world, tmp_path, capsys):
    path = tmp_path / "open.csv"
    path.write_text("Customer No;Invoice No;Invoice Date;Amount\nC1;1;2026-01-31;1,234\n")
    assert typed(world.acme, path) == 0
    assert "amounts like 1,234.56" in capsys.readouterr().out


def test_one_open_question_and_nothing_is_loaded(world, tmp_path, capsys):
    good, open_ = tmp_path / "good.csv", tmp_path / "open.csv"
    good.write_text("account_number,name\nC9,Ninth\n")
    open_.write_text("Customer No,Invoice No,Invoice Date,Amount\nC9,1,01/02/2026,5\n")
    with pytest.raises(Unreadable, match=r'open\.csv, line 2, Invoice Date: "01/02/2026" may be'):
        typed(world.acme, good, open_)
    assert capsys.readouterr().out == ""


def test_a_table_of_no_kind_is_named(world, tmp_path, capsys):
    path = tmp_path / "may.json"
    path.write_text(
        '[{"account_number": "C1", "invoice_number": "7", "issue_date": "2026-01-31",'
        ' "amount": 5, "items": [{"sku": "x"}]}]'
    )
    assert typed(world.acme, path) == 0
    assert "may.json/items: left out, for it is no table of any kind." in capsys.readouterr().out
