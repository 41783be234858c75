"""Questions answered as files: the same columns, rows and totals for a command and for a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from io import BytesIO, TextIOWrapper

from duebook.export.listed import Listed, words_of
from duebook.export.tables import FORMULA, write_csv, write_json, xlsx
from duebook.reports import aging as aging_report
from duebook.reports import clients
from duebook.reports import customers as customer_report
from duebook.reports import invoices as invoice_report
from duebook.reports.aging import USUAL, Edges, head
from duebook.reports.clients import Question
from duebook.reports.customers import Asked, Totals
from duebook.reports.customers_file import lines, texts

OPERATOR = (
    "account_number account_name currency current days_1_30 days_31_60 days_61_90 days_91_plus"
    " disputed unapplied_credits outstanding weighted_avg_days_overdue debit_adjustments"
).split()
PORTAL = (
    "account_number account_name currency days_0_30 days_31_60 days_61_90 days_90_plus disputed"
    " total debit_adjustments unapplied_credits outstanding"
).split()
CUSTOMERS = (
    "account_number account_name account_type account_status invitation_status contact_name"
    " contact_email currency credit_limit collection_priority collection_priority_band"
    " outstanding_amount net_ar_amount outstanding_invoice_amount outstanding_invoice_count"
    " current_amount current_count past_due_amount past_due_count d1_30_amount d1_30_count"
    " d31_60_amount d31_60_count d61_90_amount d61_90_count d91_plus_amount d91_plus_count"
    " weighted_avg_days_overdue oldest_due_date debit_adjustment_amount debit_adjustment_count"
    " credit_adjustment_amount credit_adjustment_count statement_amount discount_amount as_of_date"
).split()
CLIENT_DOCUMENTS = (
    "account_number account_name number kind issue_date due_date currency amount balance disputed"
    " days_past_due state part"
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
    about: Sequence[tuple[str, str]] = ()  # what it is, for Excel's second sheet

    @property
    def heads(self) -> list[str]:
        """What the columns are called: those of ages by the days they hold."""
        return [head(name, self.edges) for name in self.columns]

    @property
    def row_count(self) -> int:
        return len(self.rows)

    @property
    def accounts(self) -> set[str]:
        """The numbers of the accounts that are in it."""
        return {row.account_number for row in self.rows}  # type: ignore[attr-defined]  # of accounts

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
                about=self.about,
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


def portal(
    *, as_of: date, basis: str, edges: Edges = USUAL, customer_id: int | None = None
) -> Answer:
    """The same as clients read it."""
    rows = aging_report.portal_aging(as_of=as_of, basis=basis, edges=edges, customer_id=customer_id)
    title = _title("Aging", as_of, basis)
    return Answer(title, as_of, PORTAL, rows, _totals(rows, PORTAL[3:]), edges)


def client_documents(asked: Question, *, sort: str) -> Answer:
    """A client's list of documents: all rows that match, in its order."""
    page = clients.documents(asked, sort=sort, size=None)
    totals = [
        _total(each.currency, {"amount": each.amount, "balance": each.balance, "part": each.part})
        for each in page.sums or []
    ]
    title = _title("Invoices", asked.as_of, asked.basis)
    return Answer(title, asked.as_of, CLIENT_DOCUMENTS, page.rows, totals)


def customers(asked: Asked, *, at: datetime) -> Listed:
    """The customers' list: all rows that match, in its order, with the 36 columns of its file."""
    totals = customer_report.panel(asked, at=at)
    return Listed(
        title=_title("Customers", asked.as_of, "due"),
        as_of=asked.as_of,
        columns=CUSTOMERS,
        read=lambda: texts(asked, CUSTOMERS, at=at),
        lines=lambda: lines(asked, CUSTOMERS, words=words_of(CUSTOMERS), unsafe=FORMULA, at=at),
        customers=lambda: customer_report.accounts(asked, at=at),
        totals=[_customers_total(each) for each in totals],
        about=_about(asked),
        row_count=sum(each.accounts for each in totals),
    )


def _customers_total(total: Totals) -> dict[str, object]:
    figures = {name: getattr(total, name) for name in CUSTOMERS if hasattr(total, name)}
    return _total(total.currency, figures)


def _about(asked: Asked) -> list[tuple[str, str]]:
    """Which day and which rows a file holds, for whoever opens it later."""
    selected = [("Accounts", f"{len(asked.only)} selected")] if asked.only else []
    left_out = [("Left out", f"{len(asked.but)} accounts")] if asked.but else []
    return [
        ("Figures as of", asked.as_of.isoformat()),
        *selected,
        *left_out,
        ("Currency", asked.currency or "all"),
        ("Search", asked.search or "none"),
        ("Status", ", ".join(asked.status) or "all"),
        ("Invitation", ", ".join(asked.invitation) or "all"),
        ("Sorted by", asked.sort.removeprefix("-") + " descending" * asked.sort.startswith("-")),
    ]


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
            sums[row.currency][name] += getattr(row, name)  # type: ignore[attr-defined]  # of money
    return [_total(currency, sums[currency]) for currency in sorted(sums)]


def _total(currency: str, figures: Mapping[str, object]) -> dict[str, object]:
    return {**figures, "account_number": "Total", "currency": currency}
