"""Names on papers, in the scripts that the docs promise: each letter has a shape and reads."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from duebook.export.pdf import Column, Paper, Table, isolated, pdf


@pytest.mark.parametrize(
    "name", ["Straße & Łódź", "مرحبا", "Καλημέρα Αθήνα", "Привет Україна", "Đặng Ñandú", "נגריה"]
)
def test_a_name_is_written_in_its_script(name: str) -> None:
    paper = Paper(name, "Halden", "", date(2026, 6, 30), "en", right_to_left=False)
    page = PdfReader(io.BytesIO(pdf(paper))).pages[0]
    read = page.extract_text()
    assert name in read or name[::-1] in read  # Hebrew stands in the file as it is seen
    assert "\0" not in read  # what a letter without a shape is read as


def test_a_script_without_a_font_is_known_to_be_missing() -> None:
    """The docs say so: when this fails, there is a font, and they may promise more."""
    paper = Paper("青瀬", "Halden", "", date(2026, 6, 30), "en", right_to_left=False)
    assert "\0" in PdfReader(io.BytesIO(pdf(paper))).pages[0].extract_text()


DAY = date(2026, 6, 30)


def test_nothing_of_the_layout_itself_is_read_and_nothing_overlaps() -> None:
    """Words that were written over each other would stand on the same line."""
    heads = [Column("Account", wide=True), *(Column(f"F{at}", figure=True) for at in range(9))]
    row = [isolated("Calvera Hotels SA (C1, USD)"), *(f"{at},123,456.78" for at in range(1, 10))]
    wide = Table("How old it is", heads, [row], [["", *["9.00"] * 9]], note="N")
    paper = Paper(
        *("Title", "Halden", "D", DAY, "en"),
        right_to_left=False,
        subject=["First", "Second"],
        sentence="You owe 1.00.",
        tables=[wide],
        notes=["Note"],
    )
    page = PdfReader(io.BytesIO(pdf(paper))).pages[0]
    assert page.mediabox.width > page.mediabox.height  # ten columns lie on their side
    lines = [" ".join(each.split()) for each in page.extract_text().splitlines() if each.strip()]
    expected = ["Halden D", "Title", "First", "Second", "You owe 1.00.", "How old it is N"]
    assert lines[:6] == expected
    assert sorted(lines[6:])[-1:] == ["Note"]
    assert not [each for each in lines if "{" in each or "else" in each]


def test_a_long_paper_is_set_in_sections_and_loses_no_row() -> None:
    rows = [[f"N-{at}", f"{at}.00"] for at in range(2_300)]
    columns = [Column("Number", code=True), Column("Amount", figure=True)]
    table = Table("Rows", columns, rows, [["", "9,999.00"]])
    paper = Paper("Long", "I", "D", DAY, "en", False, tables=[table], notes=["The end."], foot="F")
    made = pdf(paper)
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(made)).pages]
    read = "\n".join(pages)
    assert read.count("N-") == 2_300
    assert all(f"N-{at}\n" in read or f"N-{at} " in read for at in (0, 499, 500, 1_999, 2_299))
    assert [read.count(once) for once in ("Long", "9,999.00", "The end.", "Rows")] == [1, 1, 1, 1]
    feet = [page.splitlines() for page in pages]
    assert all(str(at) in foot[-1] or str(at) in foot for at, foot in enumerate(feet, start=1))
    assert pdf(paper) == made
