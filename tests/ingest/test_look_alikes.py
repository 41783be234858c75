"""Which names look like which: the form of a company and a slip of the finger tell nobody apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duebook.ingest.look_alikes import is_near, name_key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ACME Corp.", "Acme Corporation"),
        ("Müller & Söhne GmbH", "MULLER und SOHNE"),
        ("O'Neill Ltd", "ONeill Limited"),
        ("A.B.C. Inc", "ABC"),
        ("The Corner Shop", "corner-shop"),
    ],
)
def test_these_are_the_same_name(one: str, other: str) -> None:
    assert name_key(one) == name_key(other)


@pytest.mark.parametrize(("one", "other"), [("Acme", "Acne"), ("Company", "Limited"), ("李", "王")])
def test_these_are_not(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("marmalade", "marmelade", True),
        ("marmalade", "marmalad", True),
        ("marmalade", "marmaladee", True),
        ("marmalade", "mramalade", True),
        ("marmalade", "marmalade", False),
        ("marmalade", "mermelade", False),
        ("acme", "acne", False),  # too short to tell
        ("store12", "store13", False),
        ("store1", "store12", False),
    ],
)
def test_one_slip_of_the_finger_is_near(one: str, other: str, near: bool) -> None:
    assert (is_near(one, other), is_near(other, one)) == (near, near)


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_two_names_can_be_compared(one: str, other: str) -> None:
    keys = name_key(one), name_key(other)
    assert is_near(*keys) == is_near(*reversed(keys))
