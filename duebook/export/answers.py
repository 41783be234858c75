"""Questions answered as files: the same columns, rows and totals for a command and for a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from io import BytesIO, TextIOWrapper

from duebook.export.tables import write_csv, write_json, xlsx
from duebook.reports import aging as aging_report
from duebook.reports import invoices as invoice_report
from duebook.reports.aging import USUAL, Edges, head

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


@dataclass(frozen=True)
class Answer:
    """Rows to be written, and whose they are. Totals, one per currency, are for Excel alone."""

    title: str
    as_of: date
    columns: Sequence[str]
    rows: Sequence[object]
    totals: Sequence[Mapping[str, object]] = field(default=())
    edges: Edges = USUAL

    @property
    def heads(self) -> list[str]:
        """What the columns are called: those of ages by the days they hold."""
        return [head(name, self.edges) for name in self.columns]

    @property
    def accounts(self) -> set[str]:
        """The numbers of the accounts that are in it."""
        return {row.account_number for row in self.rows}  # type: ignore[attr-defined]

    def content(self, form: str) -> bytes:
        """The file in one of the FORMATS. Raises TooLong."""
        file = BytesIO()
        if form == "xlsx":
            return xlsx(
                self.columns,
                self.rows,
                title=self.title,
                heads=self.heads,
                totals=self.totals,
                made_on=self.as_of,
            )
        write = write_json if form == "json" else write_csv
        with TextIOWrapper(file, encoding="utf-8", newline="") as text:
            write(text, self.columns, self.rows, self.heads)
            text.flush()
            return file.getvalue()


def aging(
    *, as_of: date, basis: str, edges: Edges = USUAL, search: str = "", currency: str = ""
) -> Answer:
    """Who owes what, as operators read it."""
    page = aging_report.aging_page(
        as_of=as_of, basis=basis, edges=edges, search=search, currency=currency, size=None
    )
    totals = [_total(each.currency, vars(each)) for each in page.totals]
    return Answer(_title("Aging", as_of, basis), as_of, OPERATOR, page.rows, totals, edges)


def portal(*, as_of: date, basis: str, edges: Edges = USUAL) -> Answer:
    """The same as clients read it."""
    rows = aging_report.portal_aging(as_of=as_of, basis=basis, edges=edges)
    title = _title("Aging", as_of, basis)
    return Answer(title, as_of, PORTAL, rows, _totals(rows, PORTAL[3:]), edges)


def invoices(
    *,
    as_of: date,
    basis: str,
    edges: Edges = USUAL,
    account: str = "",
    currency: str = "",
    bucket: str = "",
) -> Answer:
    """Open invoices; with `bucket`, what makes up that figure of the aging."""
    rows = invoice_report.invoices(
        as_of=as_of, basis=basis, edges=edges, account=account, currency=currency, bucket=bucket
    )
    columns = [*INVOICES, "bucket_amount"] if bucket else INVOICES
    added = ["bucket_amount"] if bucket else ["amount", "balance", "disputed"]
    named = [replace(row, bucket=head(row.bucket, edges)) for row in rows if edges != USUAL]
    return Answer(
        _title("Invoices", as_of, basis), as_of, columns, named or rows, _totals(rows, added)
    )


def _title(report: str, as_of: date, basis: str) -> str:
    """The name of a sheet: what, when, and where days are not counted from the due date."""
    return f"{report} {as_of}, {'invoice date' if basis == 'invoice' else ''}".removesuffix(", ")


def _totals(rows: Sequence[object], columns: Sequence[str]) -> list[dict[str, object]]:
    """A line per currency with the sums of these columns."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in columns:
            sums[row.currency][name] += getattr(row, name)  # type: ignore[attr-defined]
    return [_total(currency, sums[currency]) for currency in sorted(sums)]


def _total(currency: str, figures: Mapping[str, object]) -> dict[str, object]:
    return {**figures, "account_number": "Total", "currency": currency}
