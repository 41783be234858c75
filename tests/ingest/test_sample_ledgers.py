"""Two published ledgers load as they are, by the mappings in examples/, and tie out."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import date
from decimal import Decimal
from pathlib import Path

from duebook.ingest.check import checker
from duebook.ingest.csv_file import read
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import load_mapping

ROOT = Path(__file__).parents[2]
SLOTS = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}


def checked(path, mapping):
    source = read(path)
    warnings: Counter[str] = Counter()
    bound = load_mapping(ROOT / "examples/mappings" / mapping).bind(source.header)
    results = list(map(checker(bound, warnings=warnings), source))
    assert all(isinstance(result, tuple) for result in results)
    return results, warnings


def open_as_of(results, day):
    totals: dict[str, Decimal] = defaultdict(Decimal)
    for row in {result[1]: result for result in results}.values():
        settled = row[SLOTS["settled_date"]]
        if row[SLOTS["issue_date"]] <= day and (settled is None or settled > day):
            totals[row[SLOTS["currency"]]] += row[SLOTS["amount"]]
    return dict(totals)


def test_ibm(outside_data):
    results, warnings = checked(
        outside_data / "ibm/WA_Fn-UseC_-Accounts-Receivable.csv", "ibm.toml"
    )
    assert (len(results), warnings) == (2466, {})
    assert results[0][SLOTS["invoice_number"]] == "0000611365"
    assert results[0][SLOTS["issue_date"]] == date(2013, 1, 2)
    assert sum(row[SLOTS["disputed"]] for row in results) == 561
    assert open_as_of(results, date(2012, 9, 30)) == {"USD": Decimal("6029.22")}


def test_highradius(outside_data):
    results, warnings = checked(
        outside_data / "highradius/highradius_ledger_60pct.csv", "highradius.toml"
    )
    assert len(results) == 12640
    assert warnings == {"due date before the issue date": 18}
    assert len(results) - len({row[1] for row in results}) == 211
    assert sum(row[SLOTS["account_name"]] is None for row in results) == 427
    assert open_as_of(results, date(2019, 6, 30)) == {
        "USD": Decimal("9793379.52"),
        "CAD": Decimal("9221196.93"),
    }


def test_rows_of_the_public_set_that_the_sample_lacks(outside_data):
    """Other document types without an invoice id, ids that are no numbers, no name, no due date."""
    source = read(outside_data / "highradius/highradius_ledger_60pct.csv")
    check = checker(load_mapping(ROOT / "examples/mappings/highradius.toml").bind(source.header))
    row = next(iter(source))
    cells = dict(zip(source.header, row.cells, strict=True))
    cells |= {"document type": "X2", "invoice_id": "", "cust_number": "CCU013", "doc_id": "9.5e3"}
    cells |= {"name_customer": "", "clear_date": "NaT", "doc_id": "9500058000.0"}
    accepted = check(row._replace(cells=list(cells.values())))
    assert isinstance(accepted, tuple)
    assert accepted[SLOTS["account_number"]] == "CCU013"
    assert accepted[SLOTS["invoice_number"]] == "9500058000"
    assert accepted[SLOTS["account_name"]] is accepted[SLOTS["settled_date"]] is None


def test_naughty_strings_are_taken_as_text_or_refused(outside_data):
    naughty = json.loads((outside_data / "csv_edge_cases/blns.json").read_text())
    from duebook.ingest.csv_file import SourceRow
    from duebook.ingest.mapping import plain_mapping

    header = ["account_number", "name", "contact_email"]
    check = checker(plain_mapping("accounts").bind(header))
    for text in naughty:
        result = check(SourceRow(2, ["1", f"x{text}x", text]))
        if isinstance(result, tuple):
            assert result[3] == f"x{text}x"
        else:
            assert "longer" in result.reason or "damaged" in result.reason, (text, result)
