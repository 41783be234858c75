"""Workbooks for the tests: honest ones by XlsxWriter, the rest by hand."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/relationships"


def workbook(path: Path, **sheets: Iterable[Sequence[Any]]) -> Path:
    """Each sheet a list of rows; dates, numbers and texts as they are."""
    book = xlsxwriter.Workbook(str(path), {"default_date_format": "dd/mm/yyyy"})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for at, row in enumerate(rows):
            for column, value in enumerate(row):
                if value is not None:
                    sheet.write(at, column, value)
    book.close()
    return path


def by_hand(
    path: Path,
    rows: str,
    *,
    after: str = "",
    dimension: str = "",
    more: Mapping[str, str | bytes] | None = None,
    book: str = "",
    prolog: str = "",
    texts: str | None = None,
    styles: str | None = None,
) -> Path:
    """A workbook of one sheet whose XML the test writes."""
    body = f"{dimension}<sheetData>{rows}</sheetData>{after}"
    sheet = f'{prolog}<worksheet xmlns="{MAIN}">{body}</worksheet>'
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "_rels/.rels": f'<Relationships xmlns="{TYPES}"><Relationship Id="r1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{book}<sheets>'
        '<sheet name="Data" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{TYPES}"><Relationship Id="r1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" '
        f'Type="{OFFICE}/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="r3" '
        f'Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": sheet,
        **({"xl/sharedStrings.xml": texts} if texts is not None else {}),
        **({"xl/styles.xml": styles} if styles is not None else {}),
        **(more or {}),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def row(number: int, *cells: str) -> str:
    """Texts in a row, in place."""
    return (
        f'<row r="{number}">'
        + "".join(
            f'<c r="{chr(65 + at)}{number}" t="inlineStr"><is><t>{cell}</t></is></c>'
            for at, cell in enumerate(cells)
        )
        + "</row>"
    )
