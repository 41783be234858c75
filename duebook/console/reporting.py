"""report: what a person sees, as a file. The same policies apply as on the web."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from duebook.export.tables import TooLong, write_csv, write_json, xlsx
from duebook.reports import aging as aging_report
from duebook.reports import invoices as invoice_report
from duebook.visibility.organisations import Organisation, Refused, current, viewer_of
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

OPERATOR = (
    "account_number account_name currency current days_1_30 days_31_60 days_61_90 days_91_plus"
    " disputed unapplied_credits outstanding weighted_avg_days_overdue debit_adjustments"
).split()
PORTAL = (
    "account_number account_name currency days_0_30 days_31_60 days_61_90 days_90_plus disputed"
    " total debit_adjustments unapplied_credits outstanding"
).split()
INVOICES = (
    "account_number account_name invoice_number kind issue_date due_date currency amount balance"
    " disputed days_past_due bucket status"
).split()


def aging(asked: Namespace) -> int:
    """Who owes what, by days late. A client may ask for the portal's layout only."""
    viewer = viewer_of(asked.slug, asked.email)
    if viewer.kind == "client" and asked.layout == "operator":
        raise Refused("This report is for operators; a client has --layout portal.")
    rows: Sequence[object]
    with seeing(viewer, read_only=True):
        as_of, basis = _asked(asked, current(viewer))
        if asked.layout == "portal":
            rows, columns = aging_report.portal_aging(as_of=as_of, basis=basis), PORTAL
            totals = _totals(rows, PORTAL[3:])
        else:
            page = aging_report.aging_page(as_of=as_of, basis=basis, size=None)
            rows, columns = page.rows, OPERATOR
            totals = [_total(each.currency, vars(each)) for each in page.totals]
    return _write(asked, columns, rows, title=f"Aging {as_of}", totals=totals)


def invoices(asked: Namespace) -> int:
    """Open invoices; with --bucket, what makes up that figure of the aging."""
    if asked.bucket and asked.bucket not in invoice_report.FIGURES:
        known = ", ".join(invoice_report.FIGURES)
        raise Refused(f"{asked.bucket} is not an amount of the aging; choose one of {known}.")
    viewer = viewer_of(asked.slug, asked.email)
    with seeing(viewer, read_only=True):
        as_of, basis = _asked(asked, current(viewer))
        if asked.account:
            _refuse_unseen(asked.account, viewer)
        rows = invoice_report.invoices(
            as_of=as_of, basis=basis, account=asked.account, bucket=asked.bucket
        )
    columns = [*INVOICES, "bucket_amount"] if asked.bucket else INVOICES
    added = ["bucket_amount"] if asked.bucket else ["amount", "balance", "disputed"]
    totals = _totals(rows, added)
    return _write(asked, columns, rows, title=f"Invoices {as_of}", totals=totals)


def _refuse_unseen(account: str, viewer: Viewer) -> None:
    """The same whether it does not exist or is somebody else's."""
    query = "SELECT FROM ar.customer WHERE org_id = %s AND account_number = %s"
    if raw().execute(query, [viewer.org_id, account]).fetchone() is None:
        raise Refused(f"There is no account {account} that this person may see; check the number.")


def _asked(asked: Namespace, organisation: Organisation) -> tuple[date, str]:
    as_of = asked.as_of or organisation.today
    if as_of > organisation.today:
        raise Refused(
            f"{as_of} is in the future; today is {organisation.today} in {organisation.name}."
        )
    return as_of, asked.basis or organisation.aging_basis


def _totals(rows: Sequence[object], columns: Sequence[str]) -> list[dict[str, object]]:
    """A line per currency with the sums of these columns, for the Excel file."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in columns:
            sums[row.currency][name] += getattr(row, name)  # type: ignore[attr-defined]
    return [_total(currency, sums[currency]) for currency in sorted(sums)]


def _total(currency: str, figures: Mapping[str, object]) -> dict[str, object]:
    return {**figures, "account_number": "Total", "currency": currency}


def _write(
    asked: Namespace,
    columns: Sequence[str],
    rows: Sequence[object],
    *,
    title: str,
    totals: Sequence[Mapping[str, object]],
) -> int:
    """The same bytes into a file and a pipe, whatever encoding the terminal has."""
    place, is_ours = asked.output or sys.stdout.fileno(), bool(asked.output)
    try:
        if asked.format == "xlsx":
            book = xlsx(columns, rows, title=title, totals=totals)
            with open(place, "wb", closefd=is_ours) as file:
                file.write(book)
        else:
            write = write_json if asked.format == "json" else write_csv
            with open(place, "w", encoding="utf-8", newline="", closefd=is_ours) as text:
                write(text, columns, rows)
    except BrokenPipeError:
        raise
    except TooLong as trouble:
        raise Refused(f"{trouble}; take --format csv.") from trouble
    except OSError as trouble:
        where = asked.output or "The output"
        raise Refused(f"{where} cannot be written: {trouble.strerror}.") from trouble
    return 0
