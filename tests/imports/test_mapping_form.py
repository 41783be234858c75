"""What the form of a mapping makes of what somebody says, without any page around it."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import override

from duebook.ingest.intake_rows import TableProposal
from duebook.ingest.landing import sampled, source_of
from duebook.ingest.mapping import parse_mapping
from duebook.ingest.mapping_text import mapping_text
from duebook.ingest.rows import SourceRow
from duebook.ingest.understand import understand
from duebook.web.intake.doubts import doubt
from duebook.web.intake.mapping_form import TableForm

HEADER = ["Kundennr", "Belegnr", "Belegdatum", "Fälligkeit", "Betrag"]


def proposed(header: list[str], *rows: list[str], kind: str = "") -> TableProposal:
    """As the worker would propose it."""
    bare = TableProposal(
        "may.csv",
        "",
        "",
        "",
        header=header,
        sample=sampled(SourceRow(line, row) for line, row in enumerate(rows, start=2)),
    )
    found = understand(source_of(bare), kind=kind or None, currency="EUR")
    return TableProposal(
        **{
            **vars(bare),
            "kind": found.kind,
            "mapping": mapping_text(found.mapping),
            "fields": list(found.fields),
            "doubts": list(found.doubts),
        }
    )


def form(proposal: TableProposal, **said: str) -> TableForm:
    """Sent with everything as it is drawn, but for what is said."""
    data = QueryDict(mutable=True)
    sent: dict[str, Any] = {"use": "on", "kind": proposal.kind, "was": proposal.kind, **said}
    data.update({f"t0-{name.replace('__', '-')}": value for name, value in sent.items()})
    with override("en"):
        return TableForm(proposal, number=0, currency="EUR", data=data)


def landed(shown: TableForm, field: str) -> list[str]:
    return [row.values.get(field, row.trouble) for row in shown.landing()]


def test_each_column_in_doubt_has_its_own_answer() -> None:
    proposal = proposed(
        HEADER,
        ["C1", "R-1", "03/04/2026", "05/06/2026", "10,50"],
        ["C1", "R-2", "01/02/2026", "02/03/2026", "20,50"],
    )
    assert len(proposal.doubts) == 2
    half = form(proposal, answer__0="D/M/YYYY")
    with override("en"):
        assert "answer the question" in half.unanswered()
    both = form(proposal, answer__0="D/M/YYYY", answer__1="M/D/YYYY")
    assert both.unanswered() == ""
    assert landed(both, "issue_date") == ["2026-04-03", "2026-02-01"]
    assert landed(both, "due_date") == ["2026-05-06", "2026-02-03"]


def test_what_is_chosen_reads_back_as_the_same_mapping() -> None:
    proposal = proposed(HEADER, ["C1", "R-1", "31.05.2026", "30.06.2026", "1.234,50"])
    as_drawn = form(proposal)
    assert as_drawn.mapping is not None
    assert as_drawn.unanswered() == ""
    choice = as_drawn.choice()
    again = parse_mapping(choice.mapping, name="it")
    assert mapping_text(again) == choice.mapping
    assert again.columns == as_drawn.mapping.columns


def test_marks_in_doubt_must_be_chosen() -> None:
    proposal = proposed(
        ["Kundennr", "Belegnr", "Belegdatum", "Betrag"],
        ["C1", "R-1", "31.05.2026", "1,234"],
    )
    open_ = form(proposal)
    if not proposal.doubts:  # the currency has two decimals, so it cannot be a decimal mark
        assert landed(open_, "amount") == ["1234"]
    assert landed(form(proposal, marks=",."), "amount") == ["1.234"]
    assert landed(form(proposal, marks=".,"), "amount") == ["1234"]


def test_a_code_of_payment_terms_is_given_its_days() -> None:
    proposal = proposed(
        ["Customer", "Invoice number", "Invoice date", "Amount", "Payment terms"],
        ["C1", "R-1", "2026-05-31", "10.50", "Z030"],
        ["C1", "R-2", "2026-05-31", "10.50", "net 14"],
    )
    asked = form(proposal)
    assert [(code, days) for _name, code, days in asked.terms()] == [("Z030", None)]
    with override("en"):
        assert asked.unanswered() != ""
    told = form(proposal, **{"terms__Z030": "30"})
    assert told.unanswered() == ""
    assert landed(told, "due_date") == ["2026-06-30", "2026-06-14"]


def test_a_currency_is_said_for_all_rows() -> None:
    proposal = proposed(HEADER, ["C1", "R-1", "31.05.2026", "30.06.2026", "10,50"])
    assert landed(form(proposal, currency="chf"), "currency") == ["CHF"]
    wrong = form(proposal, currency="zzz")
    assert wrong.landing() == []
    assert "ZZZ" in wrong.trouble


def test_columns_without_a_name_or_with_anothers_are_told_by_their_place() -> None:
    header = ["Kundennr", "Belegnr", "Belegdatum", "Betrag", "", "Betrag"]
    proposal = TableProposal(
        "may.csv",
        "invoices",
        "",
        'kind = "invoices"\n[columns]\naccount_number = "Kundennr"\n',
        header=header,
        sample=sampled([SourceRow(2, ["C1", "R-1", "2026-05-31", "10.50", "x", "7.00"])]),
    )
    chosen = form(proposal, f__invoice_number="Belegnr", f__issue_date="Belegdatum", f__amount="#6")
    assert landed(chosen, "amount") == ["7"]
    with override("en"):
        labels = chosen.columns.labels()
    assert labels["#5"] == "Column 5: x"
    assert labels["#4"] == "Betrag: 10.50"


def test_a_doubt_leaves_out_what_only_authors_of_mappings_can_do() -> None:
    with override("en"):
        asked = doubt(
            'may.csv, line 2, Datum: "03/04/2026" may be day and month or month and day, and no'
            ' other date of the file tells: write date_formats = ["D/M/YYYY"] or ["M/D/YYYY"] in'
            " a mapping."
        )
    assert asked.said.endswith("no other date of the file tells.")
    assert (asked.about, asked.column) == ("dates", "Datum")
    assert [each.value for each in asked.answers] == ["D/M/YYYY", "M/D/YYYY"]
    kind = doubt("may.csv may hold invoices or orders: say which with --kind.")
    assert (kind.said, kind.about) == ("may.csv may hold invoices or orders.", "kind")
