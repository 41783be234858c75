"""Whatever program wrote a ledger, and however: its facts come back, or the file is refused."""

from __future__ import annotations

import datetime as dt
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duebook.ingest.encoding import Unreadable
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.opening import open_files, proposals
from tests.ingest import dialects
from tests.ingest.dialects import AMOUNTS, DATES, Invoice, Way, facts

# dialect -> (does it tell the name, does it tell the whole amount, how it writes the number)
DIALECTS = {
    dialects.own: (True, True, "{}"),
    dialects.german: (True, True, "{}"),
    dialects.bilingual: (True, True, "{}"),
    dialects.spanish: (True, True, "{}"),
    dialects.french: (True, True, "{}"),
    dialects.sap: (True, False, "1000-{year}-{}"),
    dialects.fbl5n: (True, False, "{}"),
    dialects.xero: (False, True, "{}"),
    dialects.odoo: (False, True, "{r}INV/{}"),
    dialects.erpnext: (True, True, "{}"),
    dialects.quickbooks: (False, True, "{}"),
    dialects.open_invoices: (False, False, "{}"),
}
FULL = [dialects.own, dialects.german, dialects.bilingual, dialects.spanish, dialects.french]
AMOUNT = st.decimals("0.01", "99999.99", places=2)
CITIES = ["Müller & Söhne", "Acme", "Peña S.A.", "O'Hara", "Zenith Tyres"]


@st.composite
def ledgers(draw, *, decided=True):
    """Invoices and credits of a few accounts. `decided`: values that leave nothing open."""
    made = []
    if decided:
        day = dt.date(2026, 3, draw(st.integers(13, 28)))
        late = dt.date(2026, 4, draw(st.integers(13, 28)))
        amount = Decimal("1234.56")
        made.append(Invoice("K100", "Acme", "500", day, late, amount, amount))
    for number in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, len(CITIES) - 1))
        issued = dt.date(2026, 1, 1) + dt.timedelta(draw(st.integers(0, 200)))
        due = issued + dt.timedelta(draw(st.integers(0, 90)))
        amount = draw(AMOUNT)
        still = draw(st.sampled_from([amount, amount, min(amount, Decimal("0.01"))]))
        if draw(st.integers(0, 4)) == 0:
            amount, still = -amount, -still
        made.append(
            Invoice(f"K{at + 100}", CITIES[at], f"{600 + number}", issued, due, amount, still)
        )
    return sorted(made, key=lambda each: each.account)


WAYS = st.builds(
    Way,
    day=st.sampled_from(sorted(DATES)).map(DATES.__getitem__),
    amount=st.sampled_from(sorted(AMOUNTS)).map(AMOUNTS.__getitem__),
    separator=st.sampled_from([",", ";", "\t", "|", "|+|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)


def named(value):
    """What a test is called by."""
    every = {id(each): name for name, each in vars(dialects).items()}
    return every[id(value)]


quick = settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.too_slow])


def expected(dialect, ledger):
    tells_name, tells_amount, number = DIALECTS[dialect]
    return {
        number.format(i.number, year=i.issued.year, r="R" if i.amount < 0 else ""): (
            i.account,
            i.name if tells_name else "",
            i.issued,
            i.due,
            i.amount if tells_amount else i.open,
            i.open,
            i.currency,
        )
        for i in ledger
    }


def written(folder, dialect, ledger, way):
    path = Path(folder) / "export.csv"
    try:
        return dialects.write_csv(path, dialect(ledger, way), way)
    except UnicodeEncodeError:
        return dialects.write_csv(
            path, dialect(ledger, way), Way(way.day, way.amount, way.separator)
        )


@pytest.mark.parametrize("dialect", DIALECTS, ids=named)
@given(ledger=ledgers(), way=WAYS)
@quick
def test_a_ledger_comes_back_as_the_same_facts(dialect, ledger, way):
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, dialect, ledger, way)
        assert facts(path) == expected(dialect, ledger)


@pytest.mark.parametrize("dialect", DIALECTS, ids=named)
@given(ledger=ledgers(decided=False), way=WAYS)
@quick
def test_what_nothing_decides_is_refused_and_never_guessed(dialect, ledger, way):
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, dialect, ledger, way)
        try:
            found = facts(path)
        except Unreadable as refused:
            assert str(refused).startswith("export.csv, line ") and str(refused).endswith(".")
            assert "mapping" in str(refused)
        else:
            assert found == expected(dialect, ledger)


@pytest.mark.parametrize("dialect", FULL, ids=named)
@pytest.mark.parametrize("write", [dialects.write_xlsx, dialects.write_json], ids=named)
@given(ledger=ledgers(decided=False))
@quick
def test_typed_cells_leave_nothing_open(dialect, write, ledger):
    way = Way(day=lambda day: day, amount=lambda amount: round(amount, 2))
    with tempfile.TemporaryDirectory() as folder:
        suffix = ".xlsx" if write is dialects.write_xlsx else ".json"
        path = write(Path(folder) / f"export{suffix}", dialect(ledger, way), way)
        assert facts(path) == expected(dialect, ledger)


@pytest.mark.parametrize("dialect", DIALECTS, ids=named)
@given(ledger=ledgers(), way=WAYS)
@settings(quick, max_examples=10)
def test_what_was_understood_can_be_saved_as_a_mapping(dialect, ledger, way):
    with tempfile.TemporaryDirectory() as folder:
        path = written(folder, dialect, ledger, way)
        [proposal] = proposals(path, currency="EUR")
        assert proposal.is_certain and proposal.kind == "invoices"
        if proposal.is_plain:
            return
        saved = parse_mapping(mapping_text(proposal.mapping), name=proposal.mapping.name)
        assert saved == proposal.mapping
        [file] = open_files(path, mapping=saved)
        [same] = open_files(path, currency="EUR")
        assert file.bound == same.bound and file.source.header_line == same.source.header_line
