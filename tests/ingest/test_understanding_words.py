"""What words in cells mean: states, sorts, words for nothing."""

from __future__ import annotations

from decimal import Decimal

from duebook.ingest.mapping import parse_mapping
from tests.ingest.understanding import SLOTS, doubt, invoices, priced, rows


def test_the_remedy_for_amounts_is_two_lines(file):
    path = priced(file, "1,234")
    mapping = parse_mapping('decimal = ","\nthousands = "."', name="m.toml")
    [row] = rows(path, mapping=mapping)
    assert row[SLOTS["amount"]] == Decimal("1.234")
    [row] = rows(path, mapping=parse_mapping('thousands = ","', name="m.toml"))
    assert row[SLOTS["amount"]] == 1234


def test_a_sign_tells_the_currency_where_nothing_else_does(file):
    [row] = rows(priced(file, "5,00 €"), currency="USD")
    assert row[SLOTS["currency"]] == "EUR"
    [row] = rows(priced(file, "5", header="Amount (GBP)"), currency="USD")
    assert row[SLOTS["currency"]] == "GBP"
    [row] = rows(priced(file, "$5.00"), currency="CAD")
    assert row[SLOTS["currency"]] is None
    assert "several currencies" in doubt(priced(file, "5,00 €", "5,00 £"))


def test_states_and_sorts_are_known_in_other_languages(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Status,Type,Disputed"
    found = rows(
        file(
            invoices(
                "C1,1,2026-01-31,5,Offen,Rechnung,nein",
                "C1,2,2026-01-31,5,Storniert,Gutschrift,ja",
                "C1,3,2026-01-31,5,Pagada,Factura,no",
                header=header,
            )
        )
    )
    names = ("status", "kind", "disputed")
    assert [[row[SLOTS[name]] for name in names] for row in found] == [
        ["sent", "invoice", False],
        ["void", "credit_invoice", True],
        ["paid", "invoice", False],
    ]


def test_an_unknown_state_is_asked_about(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Status"
    said = doubt(file(invoices("C1,1,2026-01-31,5,Zombie", header=header)))
    assert '"Zombie" in Status is no status that Duebook knows' in said


def test_money_received_among_invoices_needs_a_minus(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Type"
    first, second = rows(
        file(invoices("C1,1,2026-01-31,5,Invoice", "C1,2,2026-01-31,-5,Payment", header=header))
    )
    assert (first[SLOTS["kind"]], second[SLOTS["kind"]]) == ("invoice", None)
    said = doubt(
        file(invoices("C1,1,2026-01-31,5,Invoice", "C1,2,2026-01-31,5,Payment", header=header))
    )
    assert '"Payment" in Type is no kind' in said
