"""What the sign, the status and the version of a row mean, with amounts to add up in the head."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from duebook.reports.aging import aging_page
from duebook.visibility.seeing import raw
from tests.ledger.books import Books, invoice


def left(books: Books, number: str, *days: str) -> list[int]:
    return [int(books.balance(number, on=f"2026-{day}")) for day in days]


def documents(books: Books) -> list[str]:
    return books.asks(
        "SELECT concat_ws(' ', kind, number, amount / 100, state, void_on) FROM ar.document"
        " ORDER BY issue_date, kind, number"
    )


# Signs


@pytest.mark.parametrize(
    ("amount", "kind"), [("-30.00", ""), ("-30.00", "credit_invoice"), ("30.00", "credit note")]
)
def test_a_credit_note_is_subtracted_whatever_its_sign(
    books: Books, amount: str, kind: str
) -> None:
    books.invoice("1", "100.00")
    books.invoice("C1", amount, kind=kind)

    assert documents(books) == ["credit_invoice C1 30 sent", "invoice 1 100 sent"]
    assert books.outstanding(on="2026-01-01") == Decimal("70.00")


@pytest.mark.parametrize(
    ("kind", "amount", "stored"),
    [
        ("debit", "30.00", "debit_adjustment"),
        ("debit", "-30.00", "credit_adjustment"),
        ("credit", "30.00", "credit_adjustment"),
        ("credit", "-30.00", "credit_adjustment"),
    ],
)
def test_a_negative_debit_adjustment_is_a_credit_adjustment(
    books: Books, kind: str, amount: str, stored: str
) -> None:
    books.adjustment("X1", amount, kind=kind)

    assert documents(books) == [f"{stored} X1 30 sent"]
    sign = 1 if stored == "debit_adjustment" else -1
    assert books.outstanding(on="2026-01-01") == sign * 30


def test_a_negative_payment_voids_the_receipt_of_the_same_amount(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01")
    result = books.payment("P1", "-100.00", date="2026-03-01")

    assert result.counts == {"changed": 1}
    assert documents(books) == ["receipt P1 100 void 2026-03-01"]
    assert left(books, "P1", "02-01", "02-28", "03-01") == [100, 100, 0]

    # Both rows come again, in this order or the other.
    again = [
        {"date": "2026-03-01", "amount": "-100.00"},
        {"date": "2026-02-01", "amount": "100.00"},
    ]
    same = {"account_number": "A", "payment_number": "P1"}
    assert books.loads("payments", [{**same, **row} for row in again]).says_nothing_new


def test_a_negative_payment_of_another_amount_is_a_refund(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01")
    books.payment("P1", "-40.00", date="2026-03-01")

    assert documents(books) == ["receipt P1 100 sent", "debit_adjustment P1 40 sent"]
    assert books.outstanding(on="2026-03-01") == Decimal("-60.00")
    assert books.asks("SELECT reason FROM ar.document WHERE kind = 'debit_adjustment'") == [
        "refund or returned payment"
    ]
    assert books.payment("P1", "-40.00", date="2026-03-01").says_nothing_new


def test_a_refund_to_an_account_that_was_never_named_before(books: Books) -> None:
    result = books.payment("R1", "-40.00", date="2026-03-01", account_number="B")

    assert (result.counts, result.new_accounts) == ({"new": 1}, 1)
    assert books.outstanding(on="2026-03-01", account="B") == Decimal("40.00")


def test_a_refund_is_no_other_accounts_refund(books: Books) -> None:
    books.payment("R1", "-40.00", date="2026-03-01")
    rows = [
        {"account_number": "B", "payment_number": "R1", "date": "2026-03-01", "amount": "-40.00"},
        {"account_number": "B", "payment_number": "R2", "date": "2026-03-01", "amount": "-5.00"},
    ]
    result = books.loads("payments", rows)

    assert [(row.line, row.column) for row in result.invalid] == [(2, "payment_number")]
    assert books.outstanding(on="2026-03-01", account="B") == 5


def test_a_return_of_another_accounts_payment_is_refused(books: Books) -> None:
    came = {"account_number": "A", "payment_number": "P1", "amount": "9", "date": "2026-02-01"}
    back = {**came, "account_number": "B", "amount": "-9", "date": "2026-03-01"}
    for files in ([back, came], [came, back], [{**came, "method": "wire"}, back]):  # then again
        result = books.loads("payments", files)

        problems = [(row.column, row.value) for row in result.invalid]
        assert problems == [("account_number", "B")]
        assert documents(books) == ["receipt P1 9 sent"]
        assert books.asks("SELECT account_number FROM ar.customer") == ["A"]


def test_a_payment_cannot_go_back_before_it_came(books: Books) -> None:
    same = {"account_number": "A", "payment_number": "P1"}
    rows = [
        {**same, "date": "2026-02-01", "amount": "9"},
        {**same, "date": "2026-01-31", "amount": "-9"},
    ]
    result = books.loads("payments", rows)

    assert [(row.line, row.column) for row in result.invalid] == [(3, "date")]
    assert "2026-02-01 or later" in result.invalid[0].reason


def test_a_return_has_an_external_id_of_its_own(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01", external_id="e1")
    result = books.payment("P1", "-100.00", date="2026-03-01", external_id="e2")

    assert result.counts == {"changed": 1}
    assert left(books, "P1", "02-28", "03-01") == [100, 0]
    assert books.asks("SELECT external_id FROM ar.document") == ["e1"]


def test_a_return_is_not_measured_by_the_version_of_its_receipt(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01", source_version="5", as_at="2026-03-10")
    facts = {"date": "2026-03-01", "source_version": "1", "as_at": "2026-03-02"}
    result = books.payment("P1", "-100.00", **facts)

    assert result.counts == {"changed": 1}
    assert left(books, "P1", "02-28", "03-01") == [100, 0]
    assert books.payment("P1", "-100.00", **facts).says_nothing_new


def test_a_receipt_and_its_return_may_share_an_external_id(books: Books) -> None:
    same = {"account_number": "A", "payment_number": "P1", "external_id": "e1"}
    rows = [
        {**same, "date": "2026-02-01", "amount": "100.00"},
        {**same, "date": "2026-03-01", "amount": "-100.00"},
    ]
    result = books.loads("payments", rows)

    assert result.invalid == []
    assert left(books, "P1", "02-28", "03-01") == [100, 0]
    assert books.loads("payments", rows).says_nothing_new


def test_zero_is_skipped_and_counted(books: Books) -> None:
    rows = [invoice("1", "0.00"), invoice("2", "5.00")]
    result = books.loads("invoices", rows)

    assert result.counts == {"skipped": 1, "new": 1}
    assert result.invalid == []
    assert documents(books) == ["invoice 2 5 sent"]


def test_money_given_back_is_taken_from_the_receipt(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01")
    books.adjustment("R1", "40.00", kind="debit", date="2026-03-01", reason="refund")
    books.applies("P1", "R1", "40.00", date="2026-03-01")

    assert left(books, "P1", "02-28", "03-01") == [100, 60]
    assert left(books, "R1", "03-01") == [0]
    row = books.aging(on="2026-03-01")
    assert row is not None
    assert (row.unapplied_credits, row.debit_adjustments, row.outstanding) == (60, 0, -60)


# States


@pytest.mark.parametrize("status", ["void", "draft", "cancelled"])
def test_what_was_never_sent_counts_on_no_date(books: Books, status: str) -> None:
    books.invoice("1", "100.00", status=status, as_at="2026-03-01")

    assert left(books, "1", "01-01", "02-28", "06-30") == [0, 0, 0]
    assert books.invoice("1", "100.00", status=status, as_at="2026-04-01").says_nothing_new


@pytest.mark.parametrize("status", ["pending", "frozen", "terminated", "disputed", "void"])
def test_a_payment_that_did_not_settle_counts_on_no_date(books: Books, status: str) -> None:
    books.payment("P1", "100.00", date="2026-02-01", status=status)

    assert left(books, "P1", "02-01", "06-30") == [0, 0]


def test_a_payment_counts_once_it_has_settled(books: Books) -> None:
    books.payment("P1", "100.00", date="2026-02-01", status="pending")
    books.payment("P1", "100.00", date="2026-02-03", status="settled")

    assert left(books, "P1", "02-02", "02-03") == [0, 100]


def test_a_draft_counts_once_it_is_sent(books: Books) -> None:
    books.invoice("1", "100.00", status="draft")
    books.payment("P1", "60.00", date="2026-02-01")
    books.applies("P1", "1", "60.00", date="2026-02-01")
    assert left(books, "P1", "06-30") == [60]

    books.invoice("1", "100.00", status="sent", issue_date="2026-02-10")
    assert left(books, "1", "02-09", "02-10") == [0, 40]
    assert left(books, "P1", "02-09", "02-10") == [60, 0]


@pytest.mark.parametrize("status", ["void", "cancelled"])
def test_what_is_void_later_counts_until_the_day_before(books: Books, status: str) -> None:
    books.invoice("1", "100.00", status="sent")
    books.invoice("1", "100.00", status=status, as_at="2026-03-01")

    assert documents(books) == ["invoice 1 100 void 2026-03-01"]
    assert left(books, "1", "01-01", "02-28", "03-01") == [100, 100, 0]
    assert books.invoice("1", "100.00", status=status, as_at="2026-04-01").says_nothing_new


def test_a_void_document_is_not_void_before_its_corrected_date(books: Books) -> None:
    books.invoice("1", "100.00", status="sent")
    books.invoice("1", "100.00", status="void", as_at="2026-03-01")
    books.invoice("1", "100.00", status="void", issue_date="2026-04-01", as_at="2026-05-01")

    assert documents(books) == ["invoice 1 100 void 2026-04-01"]
    assert left(books, "1", "01-01", "03-31", "04-01") == [0, 0, 0]


@pytest.mark.parametrize("status", ["bounced", "terminated", "disputed"])
def test_a_bounced_payment_by_status(books: Books, status: str) -> None:
    books.invoice("1", "100.00")
    books.payment("P1", "100.00", date="2026-02-01")
    books.applies("P1", "1", "100.00", date="2026-02-01")
    books.payment("P1", "100.00", date="2026-02-01", status=status, as_at="2026-03-01")

    assert left(books, "1", "02-01", "02-28", "03-01") == [0, 0, 100]


# Disputes


def disputes(books: Books) -> list[str]:
    return books.asks(
        "SELECT concat_ws(' ', opened_on, resolved_on, ended_on) FROM ar.dispute ORDER BY opened_on"
    )


def disputed(books: Books, *days: str) -> list[int]:
    rows = [books.aging(on=f"2026-{day}") for day in days]
    return [int(row.disputed) if row else 0 for row in rows]


def test_a_dispute_flag_counts_from_the_issue_date_or_from_the_run_that_sets_it(
    books: Books,
) -> None:
    books.invoice("1", "100.00", disputed="yes")
    books.invoice("2", "10.00", disputed="no")
    assert disputed(books, "01-01", "06-30") == [100, 100]

    books.invoice("2", "10.00", disputed="yes", as_at="2026-03-01")
    books.invoice("1", "100.00", disputed="", as_at="2026-04-01")
    assert disputed(books, "02-28", "03-01", "03-31", "04-01") == [100, 110, 110, 10]
    assert disputes(books) == ["2026-01-01 2026-04-01 2026-04-01", "2026-03-01 infinity"]

    books.invoice("1", "100.00", disputed="yes", as_at="2026-05-01")
    assert disputed(books, "04-30", "05-01") == [10, 110]


def test_a_file_without_the_flag_leaves_disputes_alone(books: Books) -> None:
    books.invoice("1", "100.00", disputed="yes", dispute_reason="Two pallets were missing.")
    books.invoice("1", "90.00", as_at="2026-03-01")

    assert disputed(books, "02-28", "03-01") == [90, 90]
    assert books.asks("SELECT reason FROM ar.dispute") == ["Two pallets were missing."]


def test_a_dispute_ends_when_the_invoice_is_settled_and_does_not_come_back(books: Books) -> None:
    books.invoice("1", "100.00", disputed="yes")
    books.payment("P1", "100.00", date="2026-02-01")
    books.applies("P1", "1", "100.00", date="2026-02-01")
    books.payment("P1", "-100.00", date="2026-03-01")

    assert disputed(books, "01-31", "02-01", "03-01") == [100, 0, 0]
    assert left(books, "1", "03-01") == [100]
    assert disputes(books) == ["2026-01-01 2026-02-01"]


def test_the_flag_of_a_credit_note_says_nothing(books: Books) -> None:
    books.invoice("C1", "-100.00", disputed="yes")

    assert disputes(books) == []
    assert books.invoice("C1", "-100.00", disputed="yes").says_nothing_new


# Corrections and versions


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
