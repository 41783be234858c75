"""Organisations and people made on the command line, and what they may then do."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password

from tests.commands.reports import ACCOUNTS, HEADER, report
from tests.commands.terminal import PASSWORD, Terminal, refused


def test_a_known_e_mail_gains_a_membership_and_keeps_its_password(terminal: Terminal) -> None:
    one = terminal.has("first", accounts=ACCOUNTS)
    terminal.has("second", accounts="account_number,name\nS1,Of the second\n")
    hashed = "SELECT password FROM door.login WHERE email = %s"
    setting = ("user", "create", one, "--org", "first", "--role", "admin", "--password-stdin")
    assert terminal.types(*setting, stdin=f"{PASSWORD}\n".encode()).code == 0
    before = terminal.asks(hashed, one)
    assert check_password(PASSWORD, before)
    for email in (one, one.upper()):
        answer = terminal.types("user", "create", email, "--org", "second", "--role", "member")
        assert (answer.code, answer.err) == (0, "")
    assert terminal.asks(hashed, one) == before
    assert terminal.asks("SELECT count(*) FROM door.login WHERE lower(email) = %s", one) == 1
    for slug in ("first", "second"):
        assert terminal.types("report", "aging", slug, "--as", one).code == 0
        assert terminal.types("report", "aging", slug, "--as", one.upper()).code == 0


def test_a_person_without_a_password_cannot_sign_in(terminal: Terminal) -> None:
    terminal.has("silent")
    asked = ("user", "create", "quiet@silent.example", "--org", "silent", "--role", "member")
    assert terminal.types(*asked, stdin=b"not asked for this password\n").code == 0
    kept = terminal.asks("SELECT password FROM door.login WHERE email = 'quiet@silent.example'")
    assert kept.startswith("!")


def test_a_password_ends_where_its_line_ends(terminal: Terminal) -> None:
    """Whether the line was written on Windows or not, and whatever follows it."""
    terminal.has("lines")
    for number, ending in enumerate(("", "\n", "\r\n", "\nanother line\n")):
        email = f"{number}@lines.example"
        asked = ("user", "create", email, "--org", "lines", "--role", "admin", "--password-stdin")
        assert terminal.types(*asked, stdin=f" pässword with ends {ending}".encode()).code == 0
        kept = terminal.asks("SELECT password FROM door.login WHERE email = %s", email)
        assert check_password(" pässword with ends ", kept)


def test_a_client_sees_their_own_accounts(terminal: Terminal) -> None:
    rows = "C1,1,2026-01-01,2026-02-01,10,USD\nC2,2,2026-01-01,2026-02-01,20,USD\n"
    terminal.has("portal", accounts=f"{ACCOUNTS}C3,Third\n", invoices=HEADER + rows)
    terminal.adds("c@portal.example", "portal", "client", "--account", "C2", "--account", "C3")
    asked = ("portal", "--as", "c@portal.example")
    aging = terminal.types("report", "aging", *asked, "--layout", "portal").rows()
    assert [(row["account_number"], row["outstanding"]) for row in aging] == [("C2", "20.00")]
    assert [r["invoice_number"] for r in terminal.types("report", "invoices", *asked).rows()] == [
        "2"
    ]


def test_a_frozen_clock(terminal: Terminal) -> None:
    """Default date, what is late, and what is the future follow the organisation's own day."""
    rows = "C1,1,2020-01-01,2020-01-31,10,USD\nC1,2,2020-03-01,2020-03-31,7,USD\n"
    terminal.has("frozen", today="2020-02-01", accounts=ACCOUNTS, invoices=HEADER + rows)
    by_default = report(terminal, "frozen", "aging")
    (row,) = by_default.rows()
    assert (row["days_1_30"], row["outstanding"]) == ("10.00", "10.00")
    assert row["weighted_avg_days_overdue"] == "1.0000"
    assert report(terminal, "frozen", "aging", "--as-of", "2020-02-01") == by_default
    (row,) = report(terminal, "frozen", "aging", "--as-of", "2020-01-31").rows()
    assert (row["current"], row["days_1_30"]) == ("10.00", "0.00")
    refused(report(terminal, "frozen", "aging", "--as-of", "2020-02-02"), saying="2020-02-01")


def test_settings_of_a_new_organisation_are_followed(terminal: Terminal) -> None:
    asked = ("--currency", "jpy", "--timezone", "Asia/Tokyo", "--aging-basis", "invoice")
    answer = terminal.types(
        "org", "create", "tokyo", "--name", "東京 商事", *asked, "--today", "2026-06-30"
    )
    assert (answer.code, answer.err) == (0, "")
    assert "東京 商事" in answer.text
    terminal.adds("admin@tokyo.example", "tokyo", "admin")
    file = terminal.writes(
        "tokyo.csv", "account_number,invoice_number,issue_date,amount\n1,1,2026-05-01,500\n"
    )
    assert terminal.types("import", "tokyo", file).code == 0
    (row,) = report(terminal, "tokyo", "aging").rows()
    # Issued 60 days ago, due 30 days ago: by the net terms of 30 days, by the issue date.
    assert (row["currency"], row["days_31_60"], row["outstanding"]) == ("JPY", "500", "500")
    (row,) = report(terminal, "tokyo", "aging", "--basis", "due").rows()
    assert (row["days_1_30"], row["weighted_avg_days_overdue"]) == ("500", "30.0000")
