"""What a file is understood to be; and that what it leaves open is asked, never guessed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from duebook.ingest.check import Rejected, Skipped, checker
from duebook.ingest.encoding import Unreadable
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import load_mapping, parse_mapping
from duebook.ingest.opening import open_files, proposals
from duebook.ingest.presets import presets, recognised
from tests.ingest.sheets import workbook
from tests.ingest.test_sample_ledgers import ROOT

SLOTS = {name: slot + 2 for name, slot in KINDS["invoices"].slots.items()}


@pytest.fixture
def file(tmp_path):
    def write(text, name="may.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


def invoices(*rows, header="Customer No,Invoice No,Invoice Date,Due Date,Amount"):
    return "\n".join([header, *rows]) + "\n"


def understood(path, **options):
    [proposal] = proposals(path, **options)
    return proposal


def doubt(path, **options):
    """The sentence that the command says."""
    with pytest.raises(Unreadable) as refused:
        open_files(path, **options)
    said = str(refused.value)
    assert said.endswith(".") and "\n" not in said
    return said


def fields(proposal):
    return {each.field: " + ".join(each.columns) for each in proposal.fields}


def checked(opened) -> list[Any]:
    return list(map(checker(opened.bound), opened.source))


def rows(path, **options):
    [opened] = open_files(path, **options)
    return [row for row in checked(opened) if isinstance(row, tuple)]


# Names


@pytest.mark.parametrize(
    "header",
    [
        "Customer No,Customer Name,Invoice No,Invoice Date,Due Date,Currency,Amount,Balance",
        "Cust. ID;Customer;Inv. #;Inv. Dt;Due;Ccy;Total;Open Amount",
        "CustomerNumber,CustomerName,InvoiceNumber,InvoiceDate,DueDate,CurrencyCode,GrandTotal,"
        "BalanceDue",
        "KUNDENNUMMER;FIRMA;RECHNUNGSNUMMER;RECHNUNGSDATUM;FÄLLIGKEIT;WÄHRUNG;BRUTTOBETRAG;"
        "OFFENER BETRAG",
        "Debitor;Kundenname;Belegnummer;Belegdatum;Nettofälligkeit;Währung;Betrag;Saldo",
        "Código cliente;Nombre cliente;Número de factura;Fecha de factura;"
        "Fecha de vencimiento;Divisa;Importe total;Saldo pendiente",
        "Code client;Raison sociale;Numéro de facture;Date de facture;Échéance;Devise;"
        "Montant TTC;Reste à payer",
        "מספר לקוח,שם לקוח,מספר חשבונית,תאריך חשבונית,תאריך פירעון,מטבע,סכום,יתרה",
        "Rechnungsnr. (Invoice No.);Kunde (Customer);Kundennr. (Customer No.);Datum (Invoice date);"
        "Fällig (Due date);Währung (Currency);Betrag (Amount);Offen (Open)",
        "Custmer Number,Custommer Name,Invoise Number,Invoice Datte,Due Datee,Currencyy,"
        "Amountt,Balanse",
    ],
)
def test_the_names_of_five_languages_are_known(file, header):
    separator = ";" if ";" in header else ","
    first = header.split(separator)[0]
    cells = ["C1", "Acme", "I1", "2026-01-31", "2026-03-02", "EUR", "100.00", "40.00"]
    if first.startswith("Rechnungsnr."):
        cells = ["I1", "Acme", "C1", *cells[3:]]
    [row] = rows(file(header + "\n" + separator.join(cells) + "\n"))
    names = "account_number account_name invoice_number issue_date due_date currency".split()
    assert [row[SLOTS[name]] for name in names] == [
        *("C1", "Acme", "I1", date(2026, 1, 31), date(2026, 3, 2), "EUR"),
    ]
    amounts = row[SLOTS["amount"]], row[SLOTS["outstanding_amount"]]
    assert amounts == (Decimal("100"), Decimal("40"))


def test_every_field_says_why_and_how_surely(file):
    proposal = understood(
        file(invoices("C1,1,2026-01-31,2026-03-02,5", header="Kunde,Rechnung,Datum,Fällig,Betrag"))
    )
    assert fields(proposal) == {
        "account_number": "Kunde",
        "invoice_number": "Rechnung",
        "issue_date": "Datum",
        "due_date": "Fällig",
        "amount": "Betrag",
    }
    by_name = {each.field: each for each in proposal.fields}
    assert by_name["amount"].confidence == 1.0 > by_name["issue_date"].confidence
    assert all(each.reason for each in proposal.fields)
    assert proposal.sample[0].cells[0] == "C1"


def test_what_is_said_fits_two_lines(file):
    text = invoices(
        "C1;1;31.01.2026;;1.190,00;x", header="Kunde;Rechnung;Datum;Fällig;Betrag;Sachbearbeiter"
    )
    assert understood(file(text)).said == (
        "may.csv: understood as invoices (by the names of its columns); dates D.M.YYYY; "
        "amounts like 1.234,56.",
        "  account_number from Kunde, invoice_number from Rechnung, issue_date from Datum, amount "
        "from Betrag, due_date from Fällig; not used: Sachbearbeiter.",
    )


@pytest.mark.parametrize(
    ("header", "cells", "kind"),
    [
        ("Customer No,Name,Credit Limit,E-Mail", "C1,Acme,5000,a@b.example", "accounts"),
        (
            "Receipt No,Customer No,Payment Date,Amount,Payment Method",
            "P1,C1,2026-01-31,5,Bank",
            "payments",
        ),
        ("Zahlungsnummer,Kundennummer,Zahlungsdatum,Betrag", "P1,C1,2026-01-31,5", "payments"),
        ("Order No,Customer No,Order Date,Order Total,Status", "O1,C1,2026-01-31,5,open", "orders"),
        ("Invoice No,Line No,Item Description,Line Amount,Qty", "1,1,Timber,5,2", "invoice_lines"),
        (
            "Payment No,Invoice No,Applied Amount,Application Date",
            "P1,1,5,2026-01-31",
            "allocations",
        ),
        ("Sales Order,Invoice Number", "O1,1", "order_links"),
    ],
)
def test_each_kind_is_known_by_foreign_names_too(file, header, cells, kind):
    [opened] = open_files(file(f"{header}\n{cells}\n"))
    assert opened.bound.kind.name == kind
    assert all(isinstance(each, tuple) for each in map(checker(opened.bound), opened.source))


def test_a_file_that_may_be_of_two_kinds_is_asked_about(file):
    path = file("Document No,Customer No,Date,Amount\nD1,C1,2026-01-31,5\n")
    assert doubt(path) == "may.csv may hold invoices or payments: say which with --kind."
    assert open_files(path, kind="payments")[0].bound.kind.name == "payments"


def test_two_columns_for_one_field_are_asked_about_where_they_differ(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Total"
    said = doubt(file(invoices("C1,1,2026-01-31,100,119", header=header)))
    assert said.startswith('may.csv: "Amount" and "Total" may each be the amount, and they differ')
    assert len(rows(file(invoices("C1,1,2026-01-31,100,100.00", header=header)))) == 1


def test_customers_without_numbers_are_told_apart_by_name(file):
    header = "Customer Name,Invoice No,Invoice Date,Amount"
    [row] = rows(file(invoices("Acme Ltd,1,2026-01-31,100", header=header)))
    assert row[SLOTS["account_number"]] == "Acme Ltd"


@pytest.mark.parametrize("header", ["Customer,Name", "Kunde,Name", "Cliente,Nombre"])
def test_of_two_columns_of_customers_the_one_with_codes_is_the_number(file, header):
    named = f"{header},Invoice No,Invoice Date,Amount"
    codes = ["1001,Acme Ltd,1,2026-01-31,100", "BISTRO,Bistro Nord,2,2026-01-31,5"]
    found = fields(understood(file(invoices(*codes, header=named))))
    number, name = header.split(",")
    assert (found["account_number"], found["account_name"]) == (number, name)

    two_words = "Acme Ltd,Jane Roe,1,2026-01-31,100"
    assert "they differ" in doubt(file(invoices(two_words, header=named)))
    two_names = [codes[0], "1001,Jane Roe,2,2026-01-31,5"]
    assert "they differ" in doubt(file(invoices(*two_names, header=named)))


def test_a_list_of_open_items_may_tell_only_what_is_open(file):
    header = "Customer No,Invoice No,Invoice Date,Open Balance"
    [row] = rows(file(invoices("C1,1,2026-01-31,100", header=header)))
    assert row[SLOTS["amount"]] == 100 and row[SLOTS["outstanding_amount"]] is None


def test_due_dates_follow_from_terms_where_there_are_none(file):
    header = "Customer No,Invoice No,Invoice Date,Terms,Amount"
    first, second, third = rows(
        file(
            invoices(
                *("C1,1,2026-01-01,Net 30,5", "C1,2,2026-01-01,Due on receipt,5"),
                "C1,3,2026-01-01,,5",
                header=header,
            )
        )
    )
    dues = [each[SLOTS["due_date"]] for each in (first, second, third)]
    assert dues == [date(2026, 1, 31), date(2026, 1, 1), None]


def test_terms_that_nobody_can_count_are_asked_about(file):
    header = "Customer No,Invoice No,Invoice Date,Payment Terms,Amount"
    path = file(invoices("C1,1,2026-01-01,NAA8,5", header=header))
    assert '"NAA8" in Payment Terms may be any number of days' in doubt(path)
    [row] = rows(path, mapping=parse_mapping("[terms]\nNAA8 = 45", name="m.toml"))
    assert row[SLOTS["due_date"]] == date(2026, 2, 15)
    # Beside due dates they say nothing more.
    header = header.replace("Amount", "Due Date,Amount")
    assert len(rows(file(invoices("C1,1,2026-01-01,NAA8,2026-01-31,5", header=header)))) == 1


def test_what_is_paid_is_taken_off(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Amount Paid"
    first, second = rows(
        file(invoices("C1,1,2026-01-31,100,30", "C1,2,2026-01-31,50,", header=header))
    )
    assert first[SLOTS["outstanding_amount"]] == 70
    assert second[SLOTS["outstanding_amount"]] == 50


def test_an_unknown_column_that_may_be_what_is_open_is_asked_about(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Rem."
    said = doubt(file(invoices("C1,1,2026-01-31,100,30.50", "C1,2,2026-01-31,9,9", header=header)))
    assert '"Rem." holds amounts that may be what is still open' in said
    for name in ("VAT", "1-30"):
        path = file(invoices("C1,1,2026-01-31,100,30.50", header=header.replace("Rem.", name)))
        assert len(rows(path)) == 1
    # In full or not at all is telling, too; pieces and shares are not.
    for cells in (("100.00", "0.00"), ("100", "0"), ("100", "")):
        said = doubt(
            file(
                invoices(
                    f"C1,1,2026-01-31,100,{cells[0]}",
                    f"C1,2,2026-01-31,9,{cells[1]}",
                    header=header,
                )
            )
        )
        assert '"Rem." holds amounts' in said
    for cells in (("3", "1"), ("0.00", "0.00"), ("100", "9")):
        path = invoices(
            f"C1,1,2026-01-31,100,{cells[0]}", f"C1,2,2026-01-31,9,{cells[1]}", header=header
        )
        assert len(rows(file(path))) == 2


def test_a_statement_of_account_is_asked_about(file):
    header = "Konto;Beleg-Nr.;Belegdatum;Soll;Haben;Saldo"
    said = doubt(file(invoices("1;R1;15.01.2026;100,00;0,00;100,00", header=header)))
    assert '"Soll" and "Haben" make it look like a statement of account' in said


def test_columns_whose_values_do_not_fit_are_not_taken(file):
    header = "Customer No,Invoice No,Invoice Date,Amount,Due Date,Status"
    proposal = understood(file(invoices("C1,1,2026-01-31,100,soon,open", header=header)))
    assert "due_date" not in fields(proposal) and proposal.unused == ("Due Date",)


def test_a_file_of_no_kind_says_what_it_lacks(file):
    said = doubt(file("Konto;Betrag\n1;2\n"), kind="invoices")
    assert "has no column for invoice_number, issue_date" in said
    assert "amount from Betrag, account_number from Konto" in said
    assert "which kind of rows" in doubt(file("a,b\n1,2\n"))


def test_a_file_without_a_header_is_told_how_to_name_its_columns(file):
    path = file("C1,Acme Ltd,7,2026-01-31,100.00\nC2,Bistro,8,2026-02-28,5.00\n")
    assert doubt(path) == (
        "may.csv begins with values (C1, Acme Ltd, 7, 2026-01-31, 100.00) where the names of its"
        " columns should stand: add a row of names, or say them in a mapping"
        ' (header = ["account_number", "invoice_number", "issue_date", "amount", ...]).'
    )
    assert 'header = ["account_number", "payment_number",' in doubt(path, kind="payments")
    names = '["account_number", "account_name", "invoice_number", "issue_date", "amount"]'
    [opened] = open_files(path, mapping=parse_mapping(f"header = {names}", name="m.toml"))
    assert [row[SLOTS["invoice_number"]] for row in checked(opened)] == ["7", "8"]


def test_ids_that_were_floats_lose_the_decimal(file):
    [first, *_] = rows(file(invoices("1001.0,7.0,2026-01-31,,5", "1002.0,8.0,2026-01-31,,5")))
    assert (first[SLOTS["account_number"]], first[SLOTS["invoice_number"]]) == ("1001", "7")


def test_numbers_of_customers_may_be_numbers(tmp_path):
    """A spreadsheet's number may be a count of days; an account's is none."""
    path = tmp_path / "may.xlsx"
    header = ["Customer No", "Invoice No", "Invoice Date", "Amount"]
    workbook(path, Data=[header, [1001, 46053, date(2026, 1, 31), 5], [1002, 7, 46054, 6]])
    first, second = rows(path)
    assert first[2:4] == ("1001", "46053")
    assert second[SLOTS["issue_date"]] == date(2026, 2, 1)


# Dates


def dated(file, *days, header="Invoice Date"):
    text = invoices(*(f'C1,{at},"{day}",,5' for at, day in enumerate(days)))
    return file(text.replace("Invoice Date", header))


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (["05/02/2026", "13/02/2026"], ["2026-02-05", "2026-02-13"]),
        (["05/02/2026", "02/13/2026"], ["2026-05-02", "2026-02-13"]),
        (["5-2-26", "13-2-26"], ["2026-02-05", "2026-02-13"]),
        (["05.02.2026"], ["2026-02-05"]),
        (["05.02.2026 10:30", "06.02.2026 00:00:00"], ["2026-02-05", "2026-02-06"]),
        (["5 Feb 2026", "06 Feb 2026"], ["2026-02-05", "2026-02-06"]),
        (["Feb 5, 2026", "Feb 16, 2026"], ["2026-02-05", "2026-02-16"]),
        (["February 5, 2026", "May 6, 2026"], ["2026-02-05", "2026-05-06"]),
        (["05-Feb-26", "16-Sept-26"], ["2026-02-05", "2026-09-16"]),
        (["5 May 2026", *["6 May 2026"] * 1200, "7 January 2026"], None),
        (["5. Januar 2026", "6. März 2026"], ["2026-01-05", "2026-03-06"]),
        (["5 févr. 2026", "6 août 2026"], ["2026-02-05", "2026-08-06"]),
        (["5 ene 2026", "6 dic 2026"], ["2026-01-05", "2026-12-06"]),
        (["5 בינואר 2026", "6 מאי 2026"], ["2026-01-05", "2026-05-06"]),
        (["2026-02-05T23:59:59.123456789Z"], ["2026-02-05"]),
        (["2026-2-5", "2026-12-16"], ["2026-02-05", "2026-12-16"]),
        (["2026.02.05"], ["2026-02-05"]),
        (["20260205", "20260206.0"], ["2026-02-05", "2026-02-06"]),
        (["05022026", "13022026"], ["2026-02-05", "2026-02-13"]),
        (
            ["2026-02-05", "13/02/2026", "2026-02-14", "05/02/2026"],
            ["2026-02-05", "2026-02-13", "2026-02-14", "2026-02-05"],
        ),
        (["05/05/2026"], ["2026-05-05"]),
    ],
)
def test_dates_that_values_decide(file, days, expected):
    found = [row[SLOTS["issue_date"]].isoformat() for row in rows(dated(file, *days))]
    assert found == expected or (expected is None and len(found) == len(days))


def test_dates_that_nothing_decides_are_asked_about(file):
    said = doubt(dated(file, "05/02/2026", "05/05/2026"))
    assert said.startswith('may.csv, line 2, Invoice Date: "05/02/2026" may be day and month or')
    assert 'write date_formats = ["D/M/YYYY"] or ["M/D/YYYY"] in a mapping.' in said
    assert not understood(dated(file, "05/02/2026")).is_certain


def test_the_remedy_is_one_line(file):
    path = dated(file, "05/02/2026")
    for text, day in (("D/M/YYYY", date(2026, 2, 5)), ("M/D/YYYY", date(2026, 5, 2))):
        mapping = parse_mapping(f'date_formats = ["{text}"]', name="m.toml")
        [row] = rows(path, mapping=mapping)
        assert row[SLOTS["issue_date"]] == day


@pytest.mark.parametrize(
    "days", [["13/02/2026", "02/13/2026"], ["13/02/2026", "05/06/2026", "12/31/2026"]]
)
def test_dates_that_contradict_each_other_are_asked_about(file, days):
    said = doubt(dated(file, *days))
    assert said.startswith('may.csv, line 2, Invoice Date: "13/02/2026" has the day first, but')
    assert f"on line {len(days) + 1} has the month first" in said


def test_dates_that_a_spreadsheet_exchanged_in_part_are_asked_about(file):
    """What it could take for a date became one, wrongly; the rest stayed text."""
    said = doubt(dated(file, "2026-05-02", "13/02/2026", "2026-01-03", "25/02/2026"))
    assert "exchanged day and month" in said and "line 3" in said


def test_the_last_row_may_contradict_the_first_thousand(file):
    days = ["13/02/2026", *["05/06/2026"] * 3_000, "06/25/2026"]
    assert "line 3003" in doubt(dated(file, *days)).replace(",003", "003")


def test_the_last_row_may_decide(file):
    found = rows(dated(file, *["05/06/2026"] * 3_000, "06/25/2026"))
    assert found[0][SLOTS["issue_date"]] == date(2026, 5, 6)


def test_one_column_decides_for_another_unless_they_disagree(file):
    [row] = rows(file(invoices("C1,1,05/02/2026,25/02/2026,5")))
    assert row[SLOTS["issue_date"]] == date(2026, 2, 5)
    header = "Customer No,Invoice No,Invoice Date,Due Date,Amount,Payment Date"
    row = "C1,1,13/02/2026,02/25/2026,5,03/04/2026"
    assert "line 2, Payment Date" in doubt(file(invoices(row, header=header)))
    [row] = rows(file(invoices("C1,1,13/02/2026,02/25/2026,5")))
    assert row[SLOTS["due_date"]] == date(2026, 2, 25)


def test_short_years_may_stand_first(file):
    days = ["26/01/31", "26/01/30", "26/02/01", "26/02/12", "26/02/13", "26/02/14"]
    assert "may begin with the year" in doubt(dated(file, *days))


def test_a_stray_value_costs_its_row_only(file):
    [opened] = open_files(dated(file, *["13/02/2026"] * 9, "soon"))
    results = list(map(checker(opened.bound), opened.source))
    assert sum(isinstance(each, tuple) for each in results) == 9
    assert isinstance(results[-1], Rejected) and results[-1].column == "Invoice Date"


# Amounts


def priced(file, *amounts, header="Amount", separator=";"):
    lines = [f"C1;{at};2026-01-31;;{amount}" for at, amount in enumerate(amounts)]
    text = invoices(*lines, header="Customer No;Invoice No;Invoice Date;Due Date;" + header)
    return file(text)


@pytest.mark.parametrize(
    ("amounts", "expected"),
    [
        (["1,234", "1,234.50"], ["1234", "1234.5"]),
        (["1.234", "1.234,50"], ["1234", "1234.5"]),
        (["1,234", "0.50"], ["1234", "0.5"]),
        (["1.234", "0,50"], ["1234", "0.5"]),
        (["1,234", "12,345,678"], ["1234", "12345678"]),
        (["1 234,50", "7"], ["1234.5", "7"]),
        (["1'234.50", "7"], ["1234.5", "7"]),
        (["1234.5000", "1.5"], ["1234.5", "1.5"]),
        (["1234,567"], ["1234.567"]),
        (["0,125"], ["0.125"]),
        (["(1,234.50)", "1,234.50-", "-5.00"], ["-1234.5", "-1234.5", "-5"]),
        (["$1,234.50", "-$5.00"], ["1234.5", "-5"]),
        (["1.234,50 €", "5,00 €"], ["1234.5", "5"]),
        (["12,34,567.00"], ["1234567"]),
        (["100", "200"], ["100", "200"]),
    ],
)
def test_amounts_that_values_decide(file, amounts, expected):
    found = [str(row[SLOTS["amount"]]) for row in rows(priced(file, *amounts), currency="")]
    assert found == expected


@pytest.mark.parametrize("amount", ["1,234", "1.234", "1,230", "12.500"])
def test_amounts_that_nothing_decides_are_asked_about(file, amount):
    for currency in ("", "KWD"):
        said = doubt(priced(file, amount), currency=currency)
        assert said.startswith(
            f'may.csv, line 2, Amount: the mark in "{amount}" may part thousands'
        )
        assert "decimal = " in said and "mapping" in said


def test_the_currency_decides_where_it_has_no_third_decimal(file):
    for amount, currency in (("1,234", "USD"), ("1.234", "EUR"), ("1,234", "JPY")):
        [row] = rows(priced(file, amount), currency=currency)
        assert row[SLOTS["amount"]] == 1234
    # 1.500 may be one and a half in any currency.
    assert "may part" in doubt(priced(file, "1.500"), currency="USD")
    path = file(
        invoices(
            "C1;1;2026-01-31;1,234;KWD",
            header="Customer No;Invoice No;Invoice Date;Amount;Currency",
        )
    )
    assert "may part" in doubt(path, currency="USD")


def test_other_amounts_decide_and_contradictions_are_asked_about(file):
    header = "Customer No;Invoice No;Invoice Date;Amount;Balance"
    [row] = rows(file(invoices("C1;1;2026-01-31;1,234;0.50", header=header)))
    assert row[SLOTS["amount"]] == 1234
    said = doubt(priced(file, "1.234,50", "1,234.50"))
    assert '"1.234,50" and "1,234.50" on line 3' in said and "different decimal marks" in said
    assert "different decimal marks" in doubt(priced(file, *["1.50"] * 3_000, "2,50"))


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


# Words


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


# Duebook's own names


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
