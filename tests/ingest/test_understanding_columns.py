"""Which column is what, known by its name and what is in it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from duebook.ingest.check import checker
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.opening import open_files
from tests.ingest.understanding import SLOTS, checked, doubt, invoices, rows, understood


def fields(proposal):
    return {each.field: " + ".join(each.columns) for each in proposal.fields}


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


def test_a_column_of_customers_alone_makes_no_list_of_customers(file):
    said = doubt(file("Position,Customer,Colour\n1,Acme Ltd,red\n"))
    assert "does not tell which kind of rows it holds" in said
    assert fields(understood(file("Company,Colour\nAcme Ltd,red\n")))["name"] == "Company"
    listed = understood(file("Customer,Email\nAcme Ltd,ap@acme.example\n"))
    assert (listed.kind, fields(listed)["account_number"]) == ("accounts", "Customer")


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
