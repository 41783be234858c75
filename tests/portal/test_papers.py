"""Names on papers, in the scripts that the docs promise: each letter has a shape and reads."""

from __future__ import annotations

import io
from datetime import date

import pytest
from pypdf import PdfReader

from duebook.export.pdf import Paper, pdf


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
