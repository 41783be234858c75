"""Files that need no understanding: Duebook's own names, presets, published ledgers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from duebook.ingest.check import Rejected, Skipped, checker
from duebook.ingest.mapping import load_mapping
from duebook.ingest.opening import open_files
from duebook.ingest.presets import presets, recognised
from tests.ingest.sheets import workbook
from tests.ingest.test_sample_ledgers import ROOT
from tests.ingest.understanding import SLOTS, checked, doubt, invoices, rows


def test_unknown_sorts_may_hide_credits_only_where_no_minus_is(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Document Type"
    signed = file(invoices("C1,1,2026-01-31,5,RV", "C1,2,2026-01-31,-5,DG", header=header))
    assert len(rows(signed)) == 2
    unsigned = file(invoices("C1,1,2026-01-31,5,RV", "C1,2,2026-01-31,5,DG", header=header))
    assert "is no kind that Duebook knows" in doubt(unsigned)
    assert len(rows(file(invoices("C1,1,2026-01-31,5,RV", header=header)))) == 1


def test_words_for_nothing_among_names_are_found(file):
    header = "Customer No,Customer Name,Invoice No,Invoice Date,Amount"
    found = rows(file(invoices("C1,NULL,1,2026-01-31,5", "C2,NULL,2,2026-01-31,5", header=header)))
    assert {row[SLOTS["account_name"]] for row in found} == {None}
    # One alone may be a person's name.
    [row] = rows(file(invoices("C1,NULL,1,2026-01-31,5", header=header)))
    assert row[SLOTS["account_name"]] == "NULL"


def test_an_amount_that_is_not_a_number_is_not_nothing(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Balance"
    path = file(invoices("C1,1,2026-01-31,5,NaN", "C2,2,2026-01-31,5,NaN", header=header))
    for row in checked(open_files(path)[0]):
        assert isinstance(row, Rejected)


OWN = "account_number,invoice_number,issue_date,due_date,amount\n"


@pytest.mark.parametrize(
    ("rows_", "names"),
    [
        # It stands where no text can.
        (["C1,NULL,1,2026-01-31,NULL,5", "C2,Acme,2,2026-01-31,,5"], [None, "Acme"]),
        # It is what the column mostly says.
        (["C1,NULL,1,2026-01-31,,5", "C2,NULL,2,2026-01-31,,5"], [None, None]),
        (["C1,NULL,1,2026-01-31,,5"], ["NULL"]),
        (["C1,nil,1,2026-01-31,n/a,5", "C2,None,2,2026-01-31,NULL,5"], ["nil", "None"]),
    ],
)
def test_words_for_nothing_among_names_of_a_file_of_ours(file, rows_, names):
    header = "account_number,account_name,invoice_number,issue_date,due_date,amount"
    found = rows(file(invoices(*rows_, header=header)))
    assert [row[SLOTS["account_name"]] for row in found] == names


def test_own_names_written_plainly_load_as_ever(file):
    path = file(f"{OWN}C1,1,2026-01-31,31/12/2026,5\nC1,2,2026-01-31,2026-02-01,1234.50\n")
    [opened] = open_files(path)
    assert opened.proposal is None
    first, second = map(checker(opened.bound), opened.source)
    assert isinstance(first, Rejected) and first.column == "due_date"
    assert isinstance(second, tuple)


def test_own_names_may_be_written_in_another_way(file):
    path = file(f'{OWN}C1,1,31.01.2026,01.02.2026,"1.234,50"\nC1,2,01.02.2026,,"5,00"\n')
    first, second = rows(path)
    assert (first[SLOTS["amount"]], first[SLOTS["due_date"]]) == (
        Decimal("1234.5"),
        date(2026, 2, 1),
    )
    assert second[SLOTS["issue_date"]] == date(2026, 2, 1)
    path = file(f'{OWN}C1,1,2026-01-31,,"1,234.50"\nC1,2,2026-01-31,,950.00\n')
    assert [str(row[SLOTS["amount"]]) for row in rows(path)] == ["1234.5", "950"]


def test_own_names_with_dates_that_nothing_decides(file):
    assert "issue_date" in doubt(file(f"{OWN}C1,1,01/02/2026,,5\n"))


def test_own_names_in_a_spreadsheet_that_exchanged_day_and_month_in_part(tmp_path):
    """What it took for a date is a date to it; only the rest tells."""
    header = OWN.strip().split(",")
    asked = [date(2026, 5, 2), "13/02/2026", date(2026, 1, 3), "25/02/2026"]
    lines = [["C1", str(number), day, None, 5] for number, day in enumerate(asked)]
    said = doubt(workbook(tmp_path / "may.xlsx", Data=[header, *lines]))
    assert "line 3, issue_date" in said and "exchanged day and month" in said
    lines[0][2] = date(2026, 5, 22)  # which no exchange leaves behind
    assert len(rows(workbook(tmp_path / "may.xlsx", Data=[header, *lines]))) == 2


def test_a_broken_optional_column_costs_its_rows_only_as_ever(file):
    path = file(f"{OWN}C1,1,2026-01-31,01/02/2026,5\nC1,2,2026-01-31,,5\n")
    assert len(rows(path)) == 1


# Presets


def test_a_printed_list_of_sap_is_read_between_its_rules(file):
    rule = "-" * 68
    text = f"""Dynamic List Display

{rule}
|St|Customer  |DocumentNo|Type|Doc. Date |Net due dt|Amt in doc.cur.|Curr.|
{rule}
|  |1000      |1800000001|RV  |15.01.2026|14.02.2026|      1.190,00 |EUR  |
|  |1000      |1600000001|DG  |20.01.2026|20.01.2026|        50,00- |EUR  |
{rule}
|* |1000      |          |    |          |          |      1.140,00 |EUR  |
{rule}
"""
    [opened] = open_files(file(text, "list.txt"))
    assert opened.proposal and opened.proposal.title.startswith("SAP customer line items")
    first, second, total = checked(opened)
    assert [each[SLOTS["amount"]] for each in (first, second)] == [Decimal("1190"), Decimal("-50")]
    assert isinstance(total, Skipped)


def test_every_preset_is_one(file):
    assert len(presets()) == 9
    for preset in presets():
        header = [names[0] if names[0] != "#1" else "" for names in preset.signature]
        found = recognised(header)
        assert found, preset.title
        assert found[0] is preset, (preset.title, found[0].title)


def test_the_published_ledgers_need_no_mapping(outside_data):
    """What is understood gives the same rows as the mappings somebody wrote by hand."""
    for name, mapping in (
        ("ibm/WA_Fn-UseC_-Accounts-Receivable.csv", "ibm.toml"),
        ("highradius/highradius_ledger_60pct.csv", "highradius.toml"),
    ):
        written = load_mapping(ROOT / "examples/mappings" / mapping)
        [by_hand] = open_files(outside_data / name, mapping=written)
        [alone] = open_files(outside_data / name, currency="USD")
        assert alone.proposal and alone.proposal.is_certain
        one, other = (list(map(checker(each.bound), each.source)) for each in (by_hand, alone))
        assert one == other


def test_names_of_strangers_do_not_slow_the_reading(file):
    header = ",".join(f"Unheard of column {at}" for at in range(900))
    assert "which kind" in doubt(file(f"{header}\n" + ",".join("1" for _ in range(900)) + "\n"))
