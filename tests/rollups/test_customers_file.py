"""The customers' list as CSV, which the database writes: what Python's writer would say."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from psycopg.sql import SQL, Identifier

from duebook.export import answers
from duebook.export.tables import FORMULA, harmless
from duebook.reports.customers import Asked
from duebook.reports.customers_file import INERT
from duebook.reports.rows import copied
from duebook.rollups.days import seeing_days
from duebook.visibility.seeing import seeing
from tests.ledger.books import Books, invoice

TODAY = date(2026, 6, 30)
AT = datetime(2026, 6, 30, 12, tzinfo=UTC)
AWKWARD = (
    *(
        "=1+1",
        "+1",
        "-1",
        "@A1",
        "＝1",
        "－1",
        "＠x",
        "'=1",
        '=","',
        '"',
        '""',
        "a,b",
        "two\nlines",
    ),
    *(
        "NULL",
        "\\N",
        "\\.",
        "\u202eabc",
        "é",
        "e\u0301",
        "=\u0301x",
        "😀",
        "a;b",
        "#N/A",
        "a\u00a0",
    ),
)
SIGNS = st.sampled_from([*FORMULA, ",", '"', "'", "\\", ".", " ", "a", "\u0301", "\u2028"])
# The database holds neither zeros nor halves of signs.
TEXTS = st.one_of(
    st.text(SIGNS, max_size=4),
    st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=8),
)


@pytest.fixture(scope="module")
def books(server: None) -> Books:
    """An account for each awkward name, some of them the member's; euros and dollars are owed."""
    books = Books(today=TODAY)
    books._joins("member", books.member_email)
    named = [*enumerate(AWKWARD)]
    books.loads(
        "accounts",
        [
            {
                "account_number": f"{'=' if at % 3 == 0 else ''}N{at}",
                "name": name,
                "account_type": name[:1],
                "contact_name": name[::-1],
                "credit_limit": "500.00" if at % 2 else "",
                "owner_email": books.member_email if at % 4 == 0 else "",
            }
            for at, name in named
        ],
    )
    books.loads(
        "invoices",
        [
            invoice(
                f"{at}",
                f"{at + 1}.50",
                account_number=f"{'=' if at % 3 == 0 else ''}N{at}",
                currency="EUR" if at % 5 == 0 else "USD",
                due_date="2026-05-31" if at % 2 else "2026-07-31",
            )
            for at, _ in named
            if at % 6
        ],
    )
    return books


def as_written(texts: list[str], *, by_database: bool, books: Books) -> str:
    if not by_database:
        file = io.StringIO()
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["word", "place"])
        writer.writerows([harmless(text), place] for place, text in enumerate(texts, 1))
        return file.getvalue()
    word = INERT.format(Identifier("word"))
    text = SQL(
        "COPY (SELECT {}, place FROM unnest(%(texts)s::text[]) WITH ORDINALITY AS t (word, place)"
        " ORDER BY place) TO STDOUT (FORMAT csv, HEADER)"
    ).format(word)
    with seeing(books.viewer(books.admin_email), read_only=True):
        named = {"texts": texts, "unsafe": [*FORMULA]}
        return b"".join(copied(text, named)).decode()


@given(st.lists(TEXTS, min_size=1, max_size=40))
@example([*AWKWARD, *FORMULA, ""])
def test_texts_are_made_safe_and_quoted_as_python_does(books: Books, texts: list[str]) -> None:
    ours = as_written(texts, by_database=True, books=books)
    # Text with a carriage return is quoted, as newer Pythons do too.
    if "\r" not in "".join(texts):
        assert ours == as_written(texts, by_database=False, books=books)
    assert [word for word, _ in csv.reader(io.StringIO(ours, newline=""))][1:] == [
        harmless(text) for text in texts
    ]


@pytest.mark.parametrize("email", ["admin", "member"])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"sort": "account_name"},
        {"sort": "-past_due_amount"},
        {"sort": "account_type", "currency": "USD"},
        {"sort": "-credit_limit"},
        {"sort": "-oldest_due_date", "currency": "EUR"},
        {"search": "N1"},
        {"search": "no such"},
        {"status": ("Active",), "invitation": ("Not Invited",)},
        {"as_of": date(2026, 5, 15)},
    ],
)
def test_the_file_is_the_same_whoever_writes_it(
    books: Books, asked: dict[str, Any], email: str
) -> None:
    what = Asked(**{"as_of": TODAY, **asked})
    viewer = books.viewer(books.admin_email if email == "admin" else books.member_email)
    with seeing_days(viewer, what.as_of):
        answer = answers.customers(what, at=AT)
        ours = answer.content("csv")
        theirs = replace(answer, lines=None).content("csv")
        numbers = {row[0] for row in answer.read()}
        named = len(answer.customers())

    assert ours == theirs
    assert ours.count(b"N/A") == theirs.count(b"N/A")
    assert named == len(numbers)
    if not asked:
        assert len(numbers) == (len(AWKWARD) if email == "admin" else len(AWKWARD[::4]))
