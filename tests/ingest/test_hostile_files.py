"""Files that were made to hurt are refused or read within bounds of time and memory."""

from __future__ import annotations

import io
import os
import re
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from duebook.ingest.encoding import Unreadable
from duebook.ingest.opening import open_files
from tests.ingest.sheets import MAIN, by_hand, row

ROOT = Path(__file__).parents[2]
# Bounded whatever runs beside it; on an idle core each is refused in under two seconds.
SECONDS, MEGABYTES = 15.0, 256
HEADER = ["account_number", "invoice_number", "issue_date", "amount"]
GOOD = ["C1", "1", "2026-01-31", "5"]

# Opens the file and reads all of it, in a process that may have no more than it should need.
PROGRAM = """
import os, resource, sys, time
resource.setrlimit(resource.RLIMIT_DATA, (512 << 20, 512 << 20))
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
from pathlib import Path
import django
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
from duebook.ingest.encoding import Unreadable
from duebook.ingest.opening import open_files
from duebook.ingest.check import checker
began = time.process_time()
try:
    for file in open_files(Path(sys.argv[1])):
        results = list(map(checker(file.bound), file.source))
        print("read", len(results), sum(type(each) is tuple for each in results))
except Unreadable as refused:
    print("refused", refused)
# Not what the process that started this one had.
peak = int(Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]) // 1024
print("used", round(time.process_time() - began, 2), peak)
"""


def outcome(path: Path) -> tuple[str, float, int]:
    """What became of it, seconds of work, and the process's peak in megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    said, used = done.stdout.strip().rsplit("\n", 1)
    _, seconds, peak = used.split()
    return said, float(seconds), int(peak)


def refused(path: Path, saying: str) -> None:
    said, seconds, peak = outcome(path)
    assert said.startswith("refused ") and saying in said, said
    assert "\n" not in said and said.endswith(".")
    assert seconds < SECONDS and peak < MEGABYTES, (seconds, peak)


def zipped(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return path


def big_member(path: Path, name: str, block: bytes, times: int) -> Path:
    """A member that is one block over and over."""
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(name, "w", force_zip64=True) as member,
    ):
        for _ in range(times):
            member.write(block)
    return path


def test_a_zip_bomb_says_how_large_it_is(tmp_path):
    path = big_member(tmp_path / "bomb.zip", "zeros.csv", b"0" * (1 << 20), 300)
    refused(path, "unpacks to more")


def test_a_zip_bomb_that_lies_about_its_size(tmp_path):
    """Its directory declares a kilobyte for a member of 300 megabytes."""
    path = big_member(tmp_path / "bomb.zip", "zeros.csv", b"0" * (1 << 20), 300)
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x01\x02")
    content[at + 24 : at + 28] = struct.pack("<I", 1024)
    path.write_bytes(content)
    said, seconds, peak = outcome(path)
    assert said.startswith("refused"), said
    assert seconds < SECONDS and peak < MEGABYTES


def test_a_workbook_whose_sheet_is_a_bomb(tmp_path):
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    path = by_hand(tmp_path / "bomb.xlsx", row(1, *HEADER))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if "sheet1" not in name:
                archive.writestr(name, content)
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            member.write(sheet)
            for _ in range(300):
                member.write(b"<row/>" * 174_763)
    refused(path, "unpacks to more")


def test_shared_texts_without_end(tmp_path):
    texts = "<sst>" + "<si/>" * 2_100_000 + "</sst>"
    path = by_hand(tmp_path / "texts.xlsx", row(1, *HEADER), texts=texts)
    refused(path, "unpacks to more")


@pytest.mark.parametrize(
    "prolog",
    [
        '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">',
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_xml_entities_are_refused_wherever_they_stand(tmp_path, prolog):
    cells = row(1, *HEADER) + row(2, *GOOD)
    path = by_hand(tmp_path / "entities.xlsx", cells, prolog=prolog)
    refused(path, "declares XML entities")
    refused(by_hand(path, cells, texts=f"{prolog}<sst/>"), "declares XML entities")
    refused(by_hand(path, cells, more={"xl/workbook.xml": f"{prolog}<workbook/>"}), "XML entities")


def test_xml_in_another_encoding_hides_nothing(tmp_path):
    text = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><workbook/>'
    path = by_hand(
        tmp_path / "u.xlsx", row(1, *HEADER), more={"xl/workbook.xml": text.encode("utf-16")}
    )
    refused(path, "declares XML entities")


def test_a_tag_without_end(tmp_path):
    endless = '<c a="' + "x" * (24 << 20)
    refused(by_hand(tmp_path / "tag.xlsx", row(1, *HEADER) + endless), "spreadsheet")
    refused(by_hand(tmp_path / "tag.xlsx", "<!-- <row/> " + "x " * (12 << 20)), "spreadsheet")


def test_one_far_cell_costs_its_own_row(tmp_path):
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    cells = row(1, *HEADER) + row(2, *GOOD) + far
    path = by_hand(tmp_path / "far.xlsx", cells, dimension='<dimension ref="A1:XFD1048576"/>')
    said, seconds, peak = outcome(path)
    assert said == "read 2 1"
    assert seconds < SECONDS and peak < MEGABYTES


def test_a_far_cell_in_every_row_stays_cheap(tmp_path):
    cells = (
        row(1, *HEADER)
        + row(2, *GOOD)
        + "".join(f'<row r="{at}"><c r="XFD{at}"><v>1</v></c></row>' for at in range(3, 50_003))
    )
    said, seconds, peak = outcome(by_hand(tmp_path / "far.xlsx", cells))
    assert said == "read 50001 1"
    assert seconds < 2 * SECONDS and peak < MEGABYTES


@pytest.mark.parametrize(
    "cells",
    [
        row(2, *GOOD) + row(1, *HEADER),
        row(1, *HEADER) + '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
        row(1, *HEADER) + '<row r="2"><c r="B2"><v>1</v></c><c r="A2"><v>1</v></c></row>',
        row(1, *HEADER) + '<row r="2"><c r="ZZZZZZZZZZ2"><v>1</v></c></row>',
    ],
)
def test_cells_in_impossible_places(tmp_path, cells):
    refused(by_hand(tmp_path / "odd.xlsx", cells), "is damaged")


def test_values_that_are_none(tmp_path):
    odd = (
        '<row r="2"><c r="A2" t="s"><v>99</v></c><c r="B2" t="s"><v>-1</v></c>'
        '<c r="C2" s="9999999999"><v>46053</v></c><c r="D2"><v>١٢</v></c></row>'
    )
    said, _, _ = outcome(by_hand(tmp_path / "odd.xlsx", row(1, *HEADER) + odd + row(3, *GOOD)))
    assert said == "read 2 1"


def test_a_million_columns(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_bytes(b"a," * 900_000 + b"\n1\n")
    refused(path, "more than 1,000 columns")
    path.write_bytes(b"a," * 1_100_000 + b"\n1\n")
    refused(path, "line 1 is longer than")
    path = tmp_path / "wide.jsonl"
    path.write_text("{" + ",".join(f'"k{at}":1' for at in range(100_000)) + "}")
    refused(path, "keys")


def test_columns_that_all_may_mean_something(tmp_path):
    """A thousand columns of one meaning, two thousand rows."""
    path = tmp_path / "wide.csv"
    names = [f"Amount {at}" for at in range(500)] + ["Invoice Date"] * 490
    rows = (",".join(["1.5"] * 500 + ["01/02/2026"] * 490) + "\n") * 200
    path.write_text(",".join(names) + "\n" + rows)
    said, seconds, peak = outcome(path)
    assert said.startswith("refused")
    assert seconds < 2 * SECONDS and peak < MEGABYTES


def test_a_line_of_300_megabytes(tmp_path):
    path = tmp_path / "line.csv"
    with path.open("wb") as file:
        file.write(b"account_number,invoice_number,issue_date,amount\n")
        for _ in range(300):
            file.write(b"x" * (1 << 20))
    refused(path, "line 2 is longer than")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("setup.csv", b"MZ\x90\x00" + bytes(4096), "a program"),
        ("tool.csv", b"\x7fELF" + bytes(4096), "a program"),
        ("bill.xlsx", b"%PDF-1.7\n", "a PDF file"),
        ("list.xls", b"<html><table><tr><td>1</td></tr></table></html>", "a web page"),
        ("list.xls", b'<?xml version="1.0"?><Workbook/>', "a web page or XML"),
        ("list.xls", b"\xef\xbb\xbf\r\n<table><tr><td>1", "a web page"),
        (
            "old.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512) + "Workbook".encode("utf-16-le"),
            "an old Excel file",
        ),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
            + bytes(512)
            + "EncryptedPackage".encode("utf-16-le"),
            "protected by a password",
        ),
        ("logo.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "a picture"),
        ("noise.csv", bytes(range(256)) * 9, "not a text file"),
        ("cut.xlsx", b"PK\x03\x04" + bytes(100), "damaged spreadsheet"),
        ("none.zip", b"PK\x05\x06" + bytes(18), "is empty"),
    ],
)
def test_a_wrong_ending_is_seen_through(tmp_path, name, content, said):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable) as found:
        open_files(path)
    assert said in str(found.value)


def test_other_office_files(tmp_path):
    for name, said in (("xl/workbook.bin", "xlsb"), ("word/document.xml", "word processor")):
        path = zipped(tmp_path / "x.xlsx", **{"[Content_Types]__xml": b"<Types/>", name: b"x"})
        with pytest.raises(Unreadable, match=said):
            open_files(path)
    path = zipped(tmp_path / "x.ods", mimetype=b"application/vnd.oasis", content__xml=b"<x/>")
    with pytest.raises(Unreadable, match="OpenDocument"):
        open_files(path)


def test_macros_are_never_looked_at(tmp_path):
    cells = row(1, *HEADER) + row(2, *GOOD)
    path = by_hand(
        tmp_path / "book.xlsm", cells, more={"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 virus"}
    )
    assert outcome(path)[0] == "read 1 1"


def test_a_member_with_a_password(tmp_path):
    path = zipped(tmp_path / "locked.zip", a__csv=b"account_number,name\nC1,First\n")
    content = bytearray(path.read_bytes())
    content[6] |= 1
    at = content.rfind(b"PK\x01\x02")
    content[at + 8] |= 1
    path.write_bytes(content)
    refused(path, "protected by a password")


def test_a_hundred_thousand_members(tmp_path):
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for at in range(100_000):
            archive.writestr(f"{at}.csv", b"")
    refused(path, "more than 1,000 files")


def test_a_directory_that_declares_itself_small(tmp_path):
    """The ZIP64 record says another size than the plain one; either way it is measured."""
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for at in range(70_000):
            archive.writestr(f"{at}.csv", b"")
    content = bytearray(path.read_bytes())
    at = content.rfind(b"PK\x05\x06")
    content[at + 8 : at + 16] = struct.pack("<HHI", 1, 1, 46)
    path.write_bytes(content)
    said, seconds, peak = outcome(path)
    assert said.startswith("refused") and seconds < SECONDS and peak < MEGABYTES, said


def test_overlapping_members_are_counted_each_time(tmp_path):
    """The same bytes under many names: unpacked size is what they add up to."""
    path = tmp_path / "overlap.zip"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", b"0" * (30 << 20))
        first = archive.infolist()[0]
        for at in range(99):
            twin = zipfile.ZipInfo(f"{at:05}"[:5])
            for name in ("compress_type", "CRC", "compress_size", "file_size", "header_offset"):
                setattr(twin, name, getattr(first, name))
            archive.filelist.append(twin)
    path.write_bytes(buffer.getvalue())
    refused(path, "unpacks to more")


def test_every_byte_of_a_workbook_may_be_wrong(tmp_path):
    """Damage gives a sentence or a table, never anything else."""
    path = by_hand(tmp_path / "a.xlsx", row(1, *HEADER) + row(2, *GOOD))
    content = path.read_bytes()
    for at in range(0, len(content), max(1, len(content) // 400)):
        path.write_bytes(content[:at] + bytes([content[at] ^ 0x55]) + content[at + 1 :])
        try:
            for file in open_files(path):
                list(file.source)
        except Unreadable as found:
            assert re.search(r"\.$", str(found))
        path.write_bytes(content[:at])
        with pytest.raises(Unreadable):
            open_files(path)


@pytest.mark.skipif(not os.environ.get("DUEBOOK_SLOW"), reason="measures; set DUEBOOK_SLOW")
def test_a_large_honest_workbook_takes_little_memory(tmp_path):
    import xlsxwriter

    path = tmp_path / "large.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [*HEADER, *(f"more {at}" for at in range(12))])
    for at in range(1, 100_001):
        sheet.write_row(at, 0, [f"C{at % 700}", f"I{at}", "2026-01-31", at + 0.25])
        sheet.write_row(at, 4, [f"text {at} {column}" for column in range(12)])
    book.close()
    said, seconds, peak = outcome(path)
    print(said, seconds, peak)
    assert said == "read 100000 100000"
    assert peak < MEGABYTES
