from __future__ import annotations

import pytest


@pytest.fixture
def file(tmp_path):
    def write(text, name="may.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write
