"""report: what a person sees, as a file. The same policies apply as on the web."""

from __future__ import annotations

import sys
import tempfile
from argparse import Namespace
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from duebook.export.tables import write_csv, write_json, write_xlsx
from duebook.reports import aging as aging_report
from duebook.reports import invoices as invoice_report
from duebook.visibility.organisations import Organisation, Refused, current, viewer_of
from duebook.visibility.seeing import seeing

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
        else:
            rows, columns = aging_report.aging(as_of=as_of, basis=basis), OPERATOR
    return _write(asked, columns, rows, title=f"Aging {as_of}")


def invoices(asked: Namespace) -> int:
    """Open invoices; with --bucket, what makes up that figure of the aging."""
    if asked.bucket and asked.bucket not in invoice_report.FIGURES:
        known = ", ".join(invoice_report.FIGURES)
        raise Refused(f"{asked.bucket} is not an amount of the aging; choose one of {known}.")
    viewer = viewer_of(asked.slug, asked.email)
    with seeing(viewer, read_only=True):
        as_of, basis = _asked(asked, current(viewer))
        rows = invoice_report.invoices(
            as_of=as_of, basis=basis, account=asked.account, bucket=asked.bucket
        )
    columns = [*INVOICES, "bucket_amount"] if asked.bucket else INVOICES
    return _write(asked, columns, rows, title=f"Invoices {as_of}")


def _asked(asked: Namespace, organisation: Organisation) -> tuple[date, str]:
    as_of = asked.as_of or organisation.today
    if as_of > organisation.today:
        raise Refused(
            f"{as_of} is in the future; today is {organisation.today} in {organisation.name}."
        )
    return as_of, asked.basis or organisation.aging_basis


def _write(asked: Namespace, columns: Sequence[str], rows: Sequence[object], *, title: str) -> int:
    if asked.output:
        try:
            _write_file(asked.output, asked.format, columns, rows, title=title)
        except OSError as trouble:
            raise Refused(f"{asked.output} cannot be written: {trouble.strerror}.") from trouble
    elif asked.format == "xlsx":
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "report.xlsx"
            _write_file(file, "xlsx", columns, rows, title=title)
            sys.stdout.buffer.write(file.read_bytes())
    else:
        write = write_json if asked.format == "json" else write_csv
        write(sys.stdout, columns, rows)
        sys.stdout.flush()
    return 0


def _write_file(
    path: Path, form: str, columns: Sequence[str], rows: Sequence[object], *, title: str
) -> None:
    if form == "xlsx":
        write_xlsx(path, columns, rows, title=title)
        return
    write = write_json if form == "json" else write_csv
    with path.open("w", encoding="utf-8", newline="") as file:
        write(file, columns, rows)
