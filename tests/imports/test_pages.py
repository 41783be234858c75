"""The pages of imports: sent, understood, checked, loaded, looked up and undone."""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import Any

import pytest
import xlsxwriter
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.imports.conftest import GERMAN, IN_DOUBT, Desk, fields, the_worker_works
from tests.settings.conftest import readable, trail
from tests.world import Company

INVOICES = "account_number,invoice_number,issue_date,amount\nC1,N-1,2026-06-01,100.00\n"


def content(answer: Any) -> bytes:
    assert answer.status_code == 200
    return b"".join(answer.streaming_content) if answer.streaming else bytes(answer.content)


# --- Sending


def test_the_first_page_says_what_to_do(desk: Desk) -> None:
    said = desk.sees("imports/")
    assert "Choose files" in said
    assert "What Duebook understands" in said
    assert "512" in said


def test_a_file_with_german_headers_is_checked_and_nothing_is_written(desk: Desk) -> None:
    path = desk.begins("rechnungen.csv", GERMAN)
    said = desk.sees(path)
    assert "Check before loading" in said
    assert "New 3 " in said
    assert "Invalid 1 " in said
    assert "Rows in the file 4 " in said
    assert "3 Belegdatum" not in said
    assert "4 Belegdatum 31.02.2026 There is no such day in the calendar" in said
    # 1,234.50 + 50.00 + 80.00
    assert "+1,364.50" in said
    assert "Total, 3 accounts" in said
    assert "Load 3 changes" in said
    assert "R-1" not in desk.sees("invoices/?account=C1")


def test_what_was_checked_is_loaded(desk: Desk) -> None:
    path = desk.loads("rechnungen.csv", GERMAN)
    said = desk.sees(path)
    assert "Loaded" in said
    assert "This is written." in said
    assert "1,234.50" in desk.sees("invoices/?account=C1")
    assert "Neue Kundin" in desk.sees("aging/")
    assert "See the run" in said


def test_the_same_file_again_says_nothing_new(desk: Desk) -> None:
    desk.loads("june.csv", INVOICES)
    said = desk.sees(desk.begins("june.csv", INVOICES))
    assert "Nothing new" in said
    assert "No account owes another amount than before." in said


def test_a_cancelled_file_leads_back_and_cannot_be_loaded(desk: Desk) -> None:
    path = desk.begins("june.csv", INVOICES)
    assert desk.acts(path + "cancel/")["Location"] == desk.root + "imports/"
    assert "Cancelled: nothing was loaded." in desk.sees("imports/")
    desk.acts(path + "commit/")
    assert "That is not possible any more" in desk.sees(path)
    assert "N-1" not in desk.sees("invoices/")


def test_files_sent_together_are_one_batch(desk: Desk) -> None:
    payments = (
        "account_number,payment_number,amount,date\nC1,P-1,100.00,2026-06-02\n",
        "source_number,invoice_number,amount,date\nP-1,N-1,100.00,2026-06-02\n",
    )
    files = [("june.csv", INVOICES), ("paid.csv", payments[0]), ("applied.csv", payments[1])]
    answer = desk.sends_files(*[(name, text.encode()) for name, text in files])
    said = desk.sees(str(answer["Location"]).removeprefix(desk.root))
    assert "june.csv and 2 more.zip" in said
    assert "Rows in the file 3 " in said
    assert "No account owes another amount than before." in said


def test_a_zip_stands_by_itself(desk: Desk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("june.csv", INVOICES)
    answer = desk.sends_files(("a.zip", packed.getvalue()), ("july.csv", INVOICES.encode()))
    assert answer["Location"] == desk.root + "imports/"
    said = desk.sees("imports/")
    assert "a.zip" in said
    assert "july.csv" in said
    assert said.count("Ready to load") == 2


def test_what_cannot_be_taken_is_said_in_place(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = desk.post(desk.root + "imports/", {})
    assert nothing.status_code == 400
    assert "No file was chosen" in readable(nothing)
    empty = desk.sends_files(("june.csv", b""), works=False)
    assert "june.csv is empty" in readable(empty)
    later = desk.sends_files(("june.csv", b"a"), works=False, as_at="2026-07-01")
    assert "2026-07-01 is in the future" in readable(later)
    monkeypatch.setattr("duebook.web.intake.receiving.LARGEST_BYTES", -(1 << 20))
    large = desk.sends_files(("june.csv", b"a" * 100), works=False)
    assert large.status_code == 400
    assert "That is more than 512 MB" in readable(large)


def test_no_other_page_takes_files(desk: Desk) -> None:
    file = io.BytesIO(b"x")
    file.name = "x.csv"
    answer: Any = desk.post(desk.root + "exports/", {"report": "aging", "file": file})
    request = answer.wsgi_request
    assert not request.FILES
    assert request.upload_refused == "not here"


def test_a_file_of_no_kind_is_refused_with_a_reason(desk: Desk) -> None:
    said = desk.sees(desk.begins("broken.xlsx", "PK\x03\x04 no workbook"))
    assert "Refused" in said
    assert "Nothing was loaded." in said


# --- Progress


def test_while_work_goes_on_the_page_asks_how_far_it_is(desk: Desk) -> None:
    answer = desk.sends_files(("june.csv", INVOICES.encode()), works=False)
    path = str(answer["Location"]).removeprefix(desk.root)
    page = desk.get(desk.root + path).content.decode()
    assert f'hx-get="{desk.root}{path}progress/?state=understanding"' in page
    assert "You may leave this page" in page
    going = desk.get(desk.root + path + "progress/?state=understanding")
    assert "HX-Refresh" not in going
    assert "waiting for its turn" in readable(going)
    the_worker_works()
    after = desk.get(desk.root + path + "progress/?state=understanding")
    assert after["HX-Refresh"] == "true"
    assert "hx-trigger" not in desk.get(desk.root + path).content.decode()


# --- How it is read


def test_a_doubt_is_asked_about_and_the_answer_counts(desk: Desk) -> None:
    path = desk.begins("zweideutig.csv", IN_DOUBT)
    assert desk.get(desk.root + path)["Location"] == desk.root + path + "mapping/"
    said = desk.sees(path + "mapping/")
    assert "may be day and month or month and day" in said
    assert "D/M/YYYY: 03/04/2026 = 3 Apr 2026" in said
    assert "M/D/YYYY: 03/04/2026 = 4 Mar 2026" in said
    form = desk.filled_in(path + "mapping/")
    unanswered = desk.post(desk.root + path + "mapping/", form)
    assert unanswered.status_code == 400
    assert "answer the question about it first" in readable(unanswered)
    desk.acts(path + "mapping/", **form, **{"t0-answer-0": "M/D/YYYY"})
    assert "Load 2 changes" in desk.sees(path)
    desk.acts(path + "commit/")
    assert "4 Mar 2026" in desk.sees("invoices/?account=C1")


def test_the_first_rows_follow_what_is_chosen_before_anything_is_checked(desk: Desk) -> None:
    path = desk.begins("zweideutig.csv", IN_DOUBT) + "mapping/"
    form = desk.filled_in(path)
    first = desk.post(desk.root + path + "preview/", {**form, "t0-answer-0": "D/M/YYYY"})
    assert "2026-04-03" in readable(first)
    other = desk.post(desk.root + path + "preview/", {**form, "t0-answer-0": "M/D/YYYY"})
    assert "2026-03-04" in readable(other)
    by_field = desk.post(desk.root + path + "preview/", {**form, "t0-d-issue_date": "M/D/YYYY"})
    assert "2026-03-04" in readable(by_field)
    without = desk.post(desk.root + path + "preview/", {**form, "t0-f-invoice_number": ""})
    assert "invoice_number" in readable(without)
    assert "which invoices must have" in readable(without)


def test_another_kind_is_understood_anew(desk: Desk) -> None:
    path = desk.begins("zweideutig.csv", IN_DOUBT) + "mapping/"
    form = desk.filled_in(path)
    answer = desk.post(desk.root + path + "preview/", {**form, "t0-kind": "payments"})
    again = fields(answer.content.decode())
    assert again["t0-was"] == "payments"
    assert "payment_number" in readable(answer)
    named = {**again, "t0-f-payment_number": "Belegnr", "t0-f-date": "Belegdatum"}
    landed = desk.post(desk.root + path + "preview/", {**named, "t0-d-date": "D/M/YYYY"})
    assert "2026-04-03" in readable(landed)


def test_a_mapping_is_corrected_remembered_and_recognised(desk: Desk) -> None:
    path = desk.begins("rechnungen.csv", GERMAN)
    form = desk.filled_in(path + "mapping/")
    assert form["t0-kind"] == "invoices"
    changed = {**form, "t0-f-outstanding_amount": "", "t0-save_as": "From the shop"}
    desk.acts(path + "mapping/", **changed)
    assert "+200.00" in desk.sees(path)  # all of the invoice, and not what is left of it
    assert "From the shop" in desk.sees("imports/mappings/")
    june = GERMAN.replace("R-", "S-")
    said = desk.sees(desk.begins("june.csv", june))
    assert "From the shop, saved" in said
    assert "+200.00" in said


def test_words_of_the_file_are_given_a_meaning(desk: Desk) -> None:
    text = (
        "account_number,invoice_number,issue_date,amount,status\n"
        "C1,N-1,2026-06-01,100.00,XYZ\nC1,N-2,2026-06-01,50.00,sent\n"
    )
    path = desk.begins("june.csv", text)
    form = desk.filled_in(path + "mapping/")
    assert form["t0-w-status-0"] == "="
    desk.acts(path + "mapping/", **{**form, "t0-w-status-0": "void"})
    said = desk.sees(path)
    assert "Invalid 0 " in said
    assert "+50.00" in said


def test_everything_left_out_is_no_file(desk: Desk) -> None:
    path = desk.begins("rechnungen.csv", GERMAN) + "mapping/"
    form = desk.filled_in(path)
    del form["t0-use"]
    assert "Every table is left out" in readable(desk.post(desk.root + path, form))


# --- Invalid rows, snapshots, what must be asked


def test_invalid_rows_come_back_as_a_file_that_can_be_corrected(
    desk: Desk,
    company: Company,
) -> None:
    path = desk.begins("rechnungen.csv", GERMAN)
    answer = desk.get(desk.root + path + "invalid/0/")
    file = content(answer)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == 'attachment; filename="rechnungen.csv-invalid.xlsx"'
    header, row = CalamineWorkbook.from_filelike(io.BytesIO(file)).get_sheet_by_index(0).to_python()
    assert header[:3] == ["Kundennr", "Kunde", "Belegnr"]
    assert row[:4] == ["N-7", "Neue Kundin", "R-3", "31.02.2026"]
    assert row[-2] == "4"
    assert "no such day" in str(row[-1])
    assert len(trail(company, "file downloaded")) == 1
    desk.acts(path + "commit/")
    corrected = io.BytesIO()
    with xlsxwriter.Workbook(corrected) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, header)
        sheet.write_row(1, 0, [*row[:3], "28.02.2026", *row[4:]])
    answer = desk.sends_files(("corrected.xlsx", corrected.getvalue()))
    again = desk.sees(str(answer["Location"]).removeprefix(desk.root))
    assert "New 1 " in again
    assert "+99.00" in again


def test_a_snapshot_shows_what_it_would_close_and_warns(desk: Desk, company: Company) -> None:
    for number in ("A", "B", "C"):
        company.owes("100.00", due="2026-03-31", number=number)
    header = "account_number,invoice_number,issue_date,due_date,amount"
    text = f"{header}\nC1,A,2026-01-01,2026-03-31,100.00\n"
    said = desk.sees(desk.begins("open.csv", text, snapshot="on"))
    assert "2 of 3 open documents are not in the file" in said
    assert "more than half" in said
    assert "200.00" in said
    assert "Load 2 changes" in said


def test_whether_receipts_settle_themselves_is_asked_once(desk: Desk) -> None:
    text = INVOICES.replace("amount\n", "amount,kind\n").replace(
        "100.00", "100.00,receipt_tax_invoice"
    )
    path = desk.begins("june.csv", text)
    assert "Are they paid the moment they are written?" in desk.sees(path)
    desk.acts(path + "commit/")
    assert "Say first whether" in desk.sees(path)
    desk.acts(path + "commit/", self_settling="on")
    assert "Loaded" in desk.sees(path)
    assert "N-1" not in desk.sees("invoices/?account=C1")


# --- History and undo


def test_the_history_names_everything_about_a_run(desk: Desk) -> None:
    desk.loads("rechnungen.csv", GERMAN)
    said = desk.sees("imports/history/")
    digest = hashlib.sha256(GERMAN.encode()).hexdigest()
    for each in ("rechnungen.csv", digest[:12], "Invoices", "Loaded", "File"):
        assert each in said
    for query, found in (
        ({"q": "rechn"}, True),
        ({"q": digest[:20]}, True),
        ({"q": "%"}, False),
        ({"kind": "payments"}, False),
        ({"state": "invalid"}, True),
        ({"state": "undone"}, False),
        ({"from": "2026-01-01"}, True),
        ({"to": "2020-01-01"}, False),
    ):
        assert ("rechnungen.csv" in desk.sees("imports/history/", **query)) is found, query
    assert desk.get(desk.root + "imports/history/?kind=letters").status_code == 400
    run = desk.sees(desk.newest_run())
    assert digest in run
    assert "There is no such day in the calendar" in run


def test_pages_of_the_history_go_by_the_run(
    desk: Desk,
    company: Company,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("duebook.web.intake.history_page.SHOWN", 2)
    for number in ("A", "B", "C"):
        company.owes("1.00", due="2026-03-31", number=number)
    page = desk.get(desk.root + "imports/history/").content.decode()
    older = page[page.index("?before=") :].split('"')[0]
    assert "Newest" in desk.sees("imports/history/" + older)
    assert "accounts.csv" in desk.sees("imports/history/" + older)


def test_the_original_and_the_errors_are_served_safely_and_noted(
    desk: Desk, company: Company
) -> None:
    desk.loads("rechnungen.csv", GERMAN)
    run = desk.newest_run()
    original = desk.get(desk.root + run + "file/")
    assert content(original) == GERMAN.encode()
    assert original["Content-Type"] == "application/octet-stream"
    assert original["X-Content-Type-Options"] == "nosniff"
    assert original["Content-Disposition"] == 'attachment; filename="rechnungen.csv"'
    errors = content(desk.get(desk.root + run + "errors/")).decode()
    assert errors.splitlines()[0] == "line,column,value,reason"
    assert "4,Belegdatum,31.02.2026," in errors
    assert len(trail(company, "file downloaded")) == 1
    assert len(trail(company, "invalid rows downloaded")) == 1
    assert len(trail(company, "file uploaded")) == 1


def test_an_import_is_undone_after_the_same_look(desk: Desk) -> None:
    desk.loads("rechnungen.csv", GERMAN)
    run = desk.newest_run()
    path = str(desk.acts(run + "undo/")["Location"]).removeprefix(desk.root)
    said = desk.sees(path)
    assert "Undo this import?" in said
    assert "Documents that go 3 " in said
    assert "−1,364.50" in said
    assert "1,234.50" in desk.sees("invoices/?account=C1")  # not yet
    desk.acts(path + "commit/")
    assert "Undone" in desk.sees(path)
    assert "1,234.50" not in desk.sees("invoices/?account=C1")
    assert "The ledger is as if it had never been loaded." in desk.sees(run)
    assert "rechnungen.csv" in desk.sees("imports/history/", state="undone")


def test_what_cannot_be_undone_says_why(desk: Desk) -> None:
    desk.loads("june.csv", INVOICES)
    run = desk.newest_run()
    paid = "account_number,payment_number,amount,date\nC1,P-1,100.00,2026-06-02\n"
    applied = "source_number,invoice_number,amount,date\nP-1,N-1,100.00,2026-06-02\n"
    desk.loads("paid.csv", paid)
    desk.loads("applied.csv", applied)
    path = str(desk.acts(run + "undo/")["Location"]).removeprefix(desk.root)
    said = desk.sees(path)
    assert "builds on it" in said
    assert "Nothing was undone." in said


# --- Saved mappings


def test_mappings_are_renamed_fetched_taken_in_and_deleted(desk: Desk) -> None:
    path = desk.begins("rechnungen.csv", GERMAN)
    form = desk.filled_in(path + "mapping/")
    desk.acts(path + "mapping/", **{**form, "t0-save_as": "Shop"})
    page = desk.get(desk.root + "imports/mappings/").content.decode()
    number = page[page.index("imports/mappings/") :].split("/file/")[0].rsplit("/", 1)[1]
    at = f"imports/mappings/{number}/"
    desk.sends(at + "rename/", name="Der Laden")
    assert "Der Laden" in desk.sees("imports/mappings/")
    toml = content(desk.get(desk.root + at + "file/")).decode()
    assert 'account_number = "Kundennr"' in toml
    desk.sends(at + "delete/")
    assert "No mapping is saved." in desk.sees("imports/mappings/")
    assert desk.get(desk.root + at + "file/").status_code == 404
    file = io.BytesIO(toml.encode())
    file.name = "laden.toml"
    assert desk.post(desk.root + "imports/mappings/", {"file": file}).status_code == 302
    again = desk.sees(desk.begins("june.csv", GERMAN.replace("R-", "S-")))
    assert "laden, saved" in again


def test_a_mapping_from_elsewhere_needs_the_line_it_is_known_by(desk: Desk) -> None:
    def takes(text: str, **said: str) -> Any:
        file = io.BytesIO(text.encode())
        file.name = "other.toml"
        return desk.post(desk.root + "imports/mappings/", {"file": file, **said})

    toml = (
        'kind = "invoices"\ndate_formats = ["D/M/YYYY"]\n'
        'decimal = ","\nthousands = "."\n[columns]\n'
        'account_number = "Kundennr"\ninvoice_number = "Belegnr"\n'
        'issue_date = "Belegdatum"\namount = "Betrag"\n'
    )
    assert "Paste the first line" in readable(takes(toml))
    assert "is not TOML" in readable(takes("= ="))
    assert "does not say which kind" in readable(takes('decimal = ","\n', header="a;b"))
    header = IN_DOUBT.splitlines()[0]
    assert takes(toml, header=header, name="Ours").status_code == 302
    assert "Ours, saved" in desk.sees(desk.begins("zweideutig.csv", IN_DOUBT))


# --- Who may


def test_nobody_but_admins_finds_these_pages(desk: Desk, company: Company) -> None:
    path = desk.begins("june.csv", INVOICES)
    for email in (company.member_email, company.client_email):
        other = Desk(company, email)
        for each in ("imports/", path, "imports/history/", "imports/mappings/"):
            assert other.get(other.root + each).status_code == 404
        assert other.post(other.root + path + "commit/").status_code == 404
    assert Client(SERVER_NAME="localhost").get(desk.root + "imports/").status_code == 302


def test_another_organisations_file_is_as_missing_as_one_that_never_was(desk: Desk) -> None:
    path = desk.begins("june.csv", INVOICES)
    elsewhere = Company("elsewhere", today=desk.company.today)
    other = Desk(elsewhere, elsewhere.admin_email)
    for number in (path.split("/")[1], "999999999"):
        for tail in ("", "progress/", "mapping/", "invalid/0/"):
            assert other.get(f"{other.root}imports/{number}/{tail}").status_code == 404
        for tail in ("commit/", "cancel/", "resume/", "mapping/", "mapping/preview/"):
            assert other.post(f"{other.root}imports/{number}/{tail}").status_code == 404
