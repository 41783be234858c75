"""A ZIP file is all of its files, each under its own name."""

from __future__ import annotations

import zipfile

import pytest

from duebook.ingest.encoding import Unreadable
from duebook.ingest.opening import open_files
from tests.ingest.sheets import workbook

ACCOUNTS = "account_number,name\nC1,First\n"
INVOICES = "account_number,invoice_number,issue_date,amount\nC1,1,2026-01-31,5\n"


@pytest.fixture
def packed(tmp_path):
    def pack(*, files, name="may.zip"):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for each, content in files.items():
                archive.writestr(each, content)
        return path

    return pack


def refusal(path):
    with pytest.raises(Unreadable) as refused:
        open_files(path)
    said = str(refused.value)
    assert said.endswith(".") and "\n" not in said
    return said


def test_each_member_is_a_file_of_its_own(packed, tmp_path):
    book = workbook(tmp_path / "book.xlsx", Data=[["order_number", "invoice_number"], ["O", "1"]])
    path = packed(
        files={
            "b/invoices.csv": INVOICES,
            "a/accounts.csv": ACCOUNTS,
            "c.xlsx": book.read_bytes(),
            "d.jsonl": '{"account_number": "C1", "payment_number": "P",'
            ' "amount": 1, "date": "2026-01-31"}',
            "__MACOSX/._c.xlsx": b"\0\1\2",
            "a/.DS_Store": b"\0",
            "empty/": "",
        }
    )
    files = open_files(path)
    assert [(file.name, file.bound.kind.name) for file in files] == [
        ("may.zip/a/accounts.csv", "accounts"),
        ("may.zip/b/invoices.csv", "invoices"),
        ("may.zip/c.xlsx", "order_links"),
        ("may.zip/d.jsonl", "payments"),
    ]
    assert {len(list(file.source)) for file in files} == {1}


def test_papers_beside_tables_are_no_tables(packed):
    papers = {"README.txt": "Sent in May.", "a/bill.pdf": "%PDF-1.7", "Logo.PNG": b"\x89PNG"}
    [opened] = open_files(packed(files={**papers, "good.csv": ACCOUNTS}))
    assert opened.name == "may.zip/good.csv"


def test_a_member_that_cannot_be_read_is_named(packed):
    said = refusal(packed(files={"good.csv": ACCOUNTS, "odd.csv": "a,b\n1,2\n"}))
    assert said.startswith("may.zip/odd.csv does not tell which kind")
    assert "may.zip/bill.pdf is a PDF file" in refusal(packed(files={"bill.pdf": "%PDF-1.7"}))


def test_no_zip_in_a_zip(packed):
    inner = packed(files={"accounts.csv": ACCOUNTS}).read_bytes()
    assert "a ZIP file in a ZIP file" in refusal(packed(files={"inner.zip": inner}))


@pytest.mark.parametrize(
    "name",
    ["../accounts.csv", "/etc/passwd", "a/../../b.csv", "..\\b.csv", "C:\\b.csv", "a\nb.csv"],
)
def test_names_that_leave_the_folder_are_refused(packed, name):
    assert "leave its folder" in refusal(packed(files={name: ACCOUNTS}))


def test_an_archive_of_nothing(packed):
    assert "is empty" in refusal(packed(files={}))
    assert "is empty" in refusal(packed(files={"__MACOSX/x": "1", "folder/": ""}))


def test_members_of_one_name_are_not_chosen_from(tmp_path):
    path = tmp_path / "may.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        archive.writestr("a.csv", ACCOUNTS)
        archive.writestr("a.csv", INVOICES)
    assert "two files of one name" in refusal(path)
