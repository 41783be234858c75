"""CSV files of any program are read as written, or refused in a sentence."""

from __future__ import annotations

import csv
import json
import os
import tempfile
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from duebook.ingest.csv_file import Source, SourceRow, Unreadable, read
from duebook.ingest.rows import RECORD_LIMIT

SPECTRUM = (
    "comma_in_quotes empty empty_crlf escaped_quotes json location_coordinates newlines"
    " newlines_crlf quotes_and_newlines simple simple_crlf utf8"
).split()


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "sent.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


def rows(source: Source) -> list[list[str]]:
    return [row.cells for row in source]


def refusal(path: Path) -> str:
    with pytest.raises(Unreadable) as refused:
        list(read(path))
    said = str(refused.value)
    assert said.endswith(".") and "\n" not in said
    return said


@pytest.mark.parametrize("name", SPECTRUM)
def test_csv_spectrum_reads_as_its_json(name, outside_data):
    folder = outside_data / "csv_edge_cases/spectrum"
    assert {path.stem for path in folder.glob("*.csv")} == {*SPECTRUM}
    source = read(folder / f"{name}.csv")
    expected = json.loads((folder / f"{name}.json").read_text())
    if name == "location_coordinates":
        # The published JSON is of another row; only this cell is the same.
        assert rows(source)[0][1] == expected["Location Coordinates"]
        return
    assert [dict(zip(source.header, cells, strict=True)) for cells in rows(source)] == expected


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_separators_line_ends_and_encodings_are_found_out(file, separator, ending, encoding):
    lines = [["number", "name, town; state|x"], ["007", "Müller €5"], ["008", "Peña"]]
    text = ending.join(separator.join(f'"{cell}"' for cell in line) for line in lines)
    source = read(file(text.encode(encoding)))
    assert source.separator == separator
    assert [source.header, *rows(source)] == lines


def test_a_line_number_is_where_the_row_starts(file):
    source = read(file('\na,b\n1,"two\nlines"\n\n , \n3,4\n\x1a'))
    assert list(source) == [SourceRow(3, ["1", "two\nlines"]), SourceRow(7, ["3", "4"])]
    assert list(source) == list(source)


def test_excel_may_declare_its_separator(file):
    source = read(file("sep=;\r\na,b;c\r\n1;2\r\n"))
    assert (source.header, list(source)) == (["a,b", "c"], [SourceRow(3, ["1", "2"])])


def test_column_names_are_one_line(file):
    assert read(file('"Invoice\r\nNumber ",b\n1,2\n')).header == ["Invoice Number", "b"]


def test_spaces_before_a_quoted_cell_do_no_harm(file):
    assert rows(read(file('a, b\n1, "x, y"\n'))) == [["1", "x, y"]]


def test_an_accent_in_the_last_line_of_a_long_file_is_still_utf8(file):
    source = read(file("a,b\n" + "1,2\n" * 300_000 + "3,é\n"))
    assert source.encoding == "utf-8"
    *_, last = source
    assert last == SourceRow(300_002, ["3", "é"])


def test_a_damaged_byte_does_not_turn_a_utf8_file_into_another(file):
    source = read(file("a\nMüller\n".encode() + b"M\xfcller\n"))
    assert source.encoding == "utf-8"
    assert rows(source) == [["Müller"], ["M\udcfcller"]]


def test_windows_1252_is_the_fallback_and_other_code_pages_are_asked_for(file):
    assert read(file("a\nÅÄÖ Søn\n".encode("cp1252"))).encoding == "cp1252"
    hebrew = file("number,name\n1,חברת החשמל לישראל\n2,מוסך שלום ובניו\n".encode("cp1255"))
    assert "name its encoding" in refusal(hebrew)
    assert rows(read(hebrew, encoding="cp1255"))[0] == ["1", "חברת החשמל לישראל"]


def test_a_stated_encoding_is_believed_unless_the_file_says_otherwise(file):
    polish = "a\nŻółć\n".encode("cp1250")
    assert rows(read(file(polish), encoding="cp1250")) == [["Żółć"]]
    assert rows(read(file("a\né\n".encode("utf-16")), encoding="cp1250")) == [["é"]]


def test_an_open_quotation_mark_costs_its_own_row_only(file):
    source = read(file('a,b\n1,"open\n2,x\n3,y\n'))
    first, *others = source
    assert (first.line, "never closed" in first.trouble) == (2, True)
    assert others == [SourceRow(3, ["2", "x"]), SourceRow(4, ["3", "y"])]


def test_a_stray_quotation_mark_is_named_and_reading_goes_on(file):
    first, *others = read(file('a,b\n1,"12" pipe"\n2,x\n'))
    assert (first.line, "written twice" in first.trouble) == (2, True)
    assert others == [SourceRow(3, ["2", "x"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b"\n \n", "empty"),
        (b"a,b\n", "no rows"),
        (b"a,b\n\n,\n", "no rows"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "old Excel"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "compressed"),
        (bytes(range(256)) * 9, "not a text file"),
        (b"a\0b,c\n1,2\n", "not a text file"),
        (b'a,"b\n1,2\n', "the header"),
        (b"x" * 501 + b"\n1\n", "header"),
        (b"a," * 1001 + b"\n1\n", "columns"),
        (b"\xff\xfea\0\n\0\x00\xd8b\0\n\0", "damaged"),
    ],
)
def test_what_cannot_be_read_is_said_in_a_sentence(file, content, said):
    assert said in refusal(file(content))


def test_what_is_no_file_is_said_too(tmp_path):
    assert "folder" in refusal(tmp_path)
    assert "not there" in refusal(tmp_path / "missing.csv")
    os.mkfifo(tmp_path / "pipe")
    assert "regular file" in refusal(tmp_path / "pipe")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_one_may_not_read(file):
    path = file("a\n1\n")
    path.chmod(0)
    assert "permission" in refusal(path)


def test_endless_lines_are_refused_before_they_fill_the_memory(file):
    path = file(b"a,b\n1,2\n3," + b"x" * 30_000_000)
    tracemalloc.start()
    said = refusal(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "line 3" in said
    assert peak < 8 * RECORD_LIMIT


def test_a_row_of_endless_lines_is_given_up_and_the_rest_read(file):
    swallowed = "".join(f"{number},y\n" for number in range(150_000))
    first, *others = read(file('a,b\n1,"' + swallowed))
    assert "longer than" in first.trouble
    assert len(others) == 149_999


def test_marks_that_would_be_reread_for_ever_end_the_reading(file):
    line = 'x",",z\n'
    assert "too many quotation marks" in refusal(file("a,b\n" + line * 400_000))


CELLS = st.text(st.characters(blacklist_categories=["Cc", "Cs"]) | st.sampled_from('\r\n\t",;|'))


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8))
@settings(deadline=None)
def test_what_a_csv_writer_wrote_comes_back(table):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "written.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *table])
        expected = [row for row in table if any(cell.strip().strip("\x1a") for cell in row)]
        if expected:
            assert rows(read(path)) == expected


@given(st.binary() | st.builds(lambda rest: b"a,b\n" + rest, st.binary(max_size=300)))
@settings(deadline=None)
def test_no_bytes_at_all_cause_anything_but_a_sentence(content):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "any.csv"
        path.write_bytes(content)
        try:
            list(read(path))
        except Unreadable as refused:
            assert str(refused).endswith(".")
