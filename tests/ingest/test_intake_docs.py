"""docs/ingest.md tells the truth: its samples load and it names every field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duebook.ingest.check import checker
from duebook.ingest.csv_file import read
from duebook.ingest.guess import guess_kind
from duebook.ingest.kinds import KINDS
from duebook.ingest.mapping import _COLUMN_KEYS, _KEYS, parse_mapping, plain_mapping

PAGE = (Path(__file__).parents[2] / "docs/ingest.md").read_text()
SECTIONS = dict(re.findall(r"^### (\w+)\n(.*?)(?=^##)", PAGE, re.DOTALL | re.MULTILINE))


@pytest.mark.parametrize("kind", list(KINDS))
def test_the_sample_of_each_kind_loads(kind, tmp_path):
    path = tmp_path / "sample.csv"
    path.write_text(re.findall(r"```csv\n(.*?)```", SECTIONS[kind], re.DOTALL)[0])
    source = read(path)
    assert guess_kind(source.header) == kind
    bound = plain_mapping().bind(source.header)
    assert len(bound.fields_present) == len(source.header)
    assert all(isinstance(row, tuple) for row in map(checker(bound), source))


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_field_is_named_and_the_required_ones_marked(kind):
    named = dict(re.findall(r"`(\w+)`(\\\*)?", SECTIONS[kind].partition("```csv")[0]))
    common = {"external_id", "source_version"}
    assert named.keys() == KINDS[kind].slots.keys() - common
    assert {name for name, mark in named.items() if mark} == KINDS[kind].required


def test_every_key_of_a_mapping_is_explained():
    for key in (*_KEYS, *_COLUMN_KEYS):
        assert f"`{key}`" in PAGE or f"`[{key}]`" in PAGE or f"`[[{key}]]`" in PAGE, key


def test_the_sample_mappings_are_some():
    remedy, text, bsid = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert parse_mapping(remedy, name="m.toml").date_formats == ("D/M/YYYY",)
    fields = "KUNNR BUKRS GJAHR BELNR BLDAT ZFBDT ZBD3T ZBD2T ZBD1T WRBTR SHKZG WAERS AUGDT"
    assert parse_mapping(bsid, name="bsid.toml").bind(fields.split()).kind is KINDS["invoices"]
    header = "Customer,Name 1,CoCd,Year,DocumentNo,Pstng Date,Net due dt,Amt in loc.cur.,LCurr,Type"
    assert parse_mapping(text, name="sap.toml").bind(header.split(",")).kind is KINDS["invoices"]
