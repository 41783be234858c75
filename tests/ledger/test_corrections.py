"""What is said again differently: corrections, versions, dates and names."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from duebook.reports.aging import aging_page
from duebook.visibility.seeing import raw
from tests.ledger.books import Books, invoice
from tests.ledger.documents import documents, left


def test_a_correction_restates_past_dates_and_keeps_what_was_said(books: Books) -> None:
    books.invoice("1", "100.00")
    books.invoice("1", "120.00", as_at="2026-03-01")
    books.invoice("1", "120.00", issue_date="2026-01-15", as_at="2026-04-01")

    assert left(books, "1", "01-14", "01-15", "06-30") == [0, 120, 120]
    versions = books.asks(
        "SELECT concat_ws(' ', version, facts ->> 'amount', facts ->> 'issue_date')"
        " FROM ar.document_version ORDER BY version"
    )
    assert versions == ["1 10000 2026-01-01", "2 12000 2026-01-01"]


def test_a_corrected_amount_refits_what_is_applied(books: Books) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "100.00", date="2026-02-01")
    books.applies("P1", "1", "100.00", date="2026-02-01")
    books.invoice("1", "80.00")
    assert (left(books, "1", "02-01"), left(books, "P1", "02-01")) == ([0], [20])

    books.invoice("1", "130.00")
    assert (left(books, "1", "02-01"), left(books, "P1", "02-01")) == ([30], [0])


def test_the_kind_changes_by_external_id_and_the_number_as_well(books: Books) -> None:
    books.invoice("1", "100.00", external_id="e1")
    result = books.invoice("T1", "100.00", external_id="e1", kind="receipt_tax_invoice")

    assert result.counts == {"changed": 1}
    assert documents(books) == ["receipt_tax_invoice T1 100 sent"]


def test_an_invoice_that_becomes_a_credit_turns_its_settlement_round(books: Books) -> None:
    facts = {"external_id": "e1", "settled_date": "2026-02-01"}
    books.invoice("1", "100.00", outstanding_amount="40", **facts)
    books.invoice("1", "-100.00", outstanding_amount="-40", **facts)

    assert left(books, "1", "01-31", "02-01") == [100, 40]
    assert books.outstanding(on="2026-02-01") == Decimal("-40.00")


def test_an_invoice_moves_to_another_account_with_its_settlement(books: Books) -> None:
    books.payment("P1", "60.00", date="2026-01-20")
    facts = {"external_id": "e1", "settled_date": "2026-02-01", "outstanding_amount": "0"}
    books.invoice("1", "100.00", **facts)
    assert left(books, "P1", "02-01") == [0]

    books.invoice("1", "100.00", account_number="B", **facts)
    assert books.outstanding(on="2026-01-31", account="B") == 100
    assert books.outstanding(on="2026-02-01", account="B") == 0
    assert left(books, "P1", "02-01") == [60]
    assert books.outstanding(on="2026-02-01", account="A") == -60


def test_a_document_that_money_is_applied_to_stays_with_its_account(books: Books) -> None:
    books.invoice("1", "100.00", external_id="e1")
    books.payment("P1", "60.00", date="2026-01-20")
    books.applies("P1", "1", "60.00", date="2026-01-20")
    rows = [invoice("1", "100.00", external_id="e1", account_number="B"), invoice("2", "5.00")]
    result = books.loads("invoices", rows)

    assert [(row.line, row.column) for row in result.invalid] == [(2, "account_number")]
    assert left(books, "1", "06-30") == [40]


def test_an_older_version_does_not_overwrite_and_a_newer_one_does(books: Books) -> None:
    books.invoice("1", "100.00", source_version="9")
    books.invoice("1", "120.00", source_version="10")
    assert books.invoice("1", "100.00", source_version="9").counts == {"stale": 1}
    assert left(books, "1", "06-30") == [120]

    books.invoice("1", "130.00", source_version="11")
    assert left(books, "1", "06-30") == [130]


def test_a_file_of_an_earlier_date_does_not_overwrite(books: Books) -> None:
    books.invoice("1", "120.00", as_at="2026-03-01")
    assert books.invoice("1", "100.00", as_at="2026-02-28").counts == {"stale": 1}
    assert left(books, "1", "06-30") == [120]

    books.invoice("1", "130.00", as_at="2026-03-02")
    assert left(books, "1", "06-30") == [130]


# Dates, names


def test_net_terms_are_fixed_at_load(books: Books) -> None:
    def due(number: str) -> date:
        query = "SELECT number, due_date FROM ar.document"
        return dict(books.asks(query))[number]

    books.loads("accounts", [{"account_number": "B", "name": "B", "net_terms_days": "10"}])
    for number, account in (("1", "A"), ("2", "B"), ("3", "C")):
        books.invoice(number, "100.00", account_number=account, due_date="")
    assert [due(number) for number in "123"] == [
        *(date(2026, 1, 31), date(2026, 1, 11), date(2026, 1, 31))
    ]

    books.loads("accounts", [{"account_number": "B", "name": "B", "net_terms_days": "60"}])
    with books.console():
        raw().execute("UPDATE ar.org SET net_terms_days = 5")
    for number, account in (("1", "A"), ("2", "B")):
        books.invoice(number, "110.00", account_number=account, due_date="")
    assert (due("1"), due("2")) == (date(2026, 1, 31), date(2026, 1, 11))
    books.invoice("4", "100.00", due_date="")
    assert due("4") == date(2026, 1, 6)


def test_a_due_date_before_the_invoice_is_kept_with_a_warning(books: Books) -> None:
    result = books.invoice("1", "100.00", due_date="2025-12-31")

    assert result.warnings == {"due date before the issue date": 1}
    row = books.aging(on="2026-01-01")
    assert row is not None
    assert row.days_1_30 == 100


def name_of(books: Books, account: str) -> str:
    rows = books.asks("SELECT account_number, name FROM ar.customer")
    return str(dict(rows)[account])


def found(books: Books, search: str) -> list[str]:
    with books.admin():
        rows = aging_page(as_of=date(2026, 6, 30), search=search).rows
    return [row.account_number for row in rows]


def test_an_account_goes_by_the_spelling_of_its_latest_document(books: Books) -> None:
    rows = [
        invoice("1", "1.00", account_number="B", account_name="Café Ltd", issue_date="2026-01-01"),
        invoice(
            "2", "1.00", account_number="B", account_name="Cafe Limited", issue_date="2026-01-03"
        ),
        invoice("3", "1.00", account_number="B", account_name="Bistro", issue_date="2026-01-02"),
    ]
    books.loads("invoices", rows)
    assert name_of(books, "B") == "Cafe Limited"
    assert [found(books, word) for word in ("cafe LTD", "bistro", "limited", "B")] == [["B"]] * 4

    books.invoice("4", "1.00", account_number="B", issue_date="2026-02-01")  # without a name
    assert name_of(books, "B") == "Cafe Limited"
    books.invoice("5", "1.00", account_number="B", account_name="Bistro", issue_date="2026-02-02")
    assert name_of(books, "B") == "Bistro"
    assert found(books, "limited") == ["B"]


def test_of_equally_dated_spellings_the_most_frequent_wins_then_the_alphabetically_first(
    books: Books,
) -> None:
    spellings = {"1": "Zeta", "2": "Zeta", "3": "Alpha"}
    for number, name in spellings.items():
        books.invoice(number, "1.00", account_number="B", account_name=name)
    assert name_of(books, "B") == "Zeta"

    books.invoice("4", "1.00", account_number="B", account_name="Alpha")
    assert name_of(books, "B") == "Alpha"


def test_a_name_from_the_accounts_file_stays_and_spellings_are_found(books: Books) -> None:
    books.invoice("1", "1.00", account_name="Spelt otherwise")

    assert name_of(books, "A") == "Name A"
    assert found(books, "otherwise") == ["A"]
    books.invoice("2", "1.00", account_number="B")
    assert name_of(books, "B") == "B"


def test_a_row_without_a_currency_takes_the_accounts_else_the_organisations(books: Books) -> None:
    books.loads("accounts", [{"account_number": "B", "name": "B", "currency": "EUR"}])
    books.invoice("1", "1.00", account_number="B")
    books.invoice("2", "1.00", account_number="C", currency="EUR")
    books.invoice("3", "1.00", account_number="C")

    currencies = books.asks("SELECT number, currency FROM ar.document ORDER BY 1")
    assert currencies == [("1", "EUR"), ("2", "EUR"), ("3", "USD")]
