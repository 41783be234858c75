"""What the API answers with. Amounts are strings: a JSON number would be read as a float."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field

from duebook.reports.aging import AgingPage, days, portal_row, portal_total
from duebook.reports.freshness import Freshness
from duebook.reports.invoices import InvoicePage
from duebook.web.asked import Asked

AGES = {
    "operator": ("current", "days_1_30", "days_31_60", "days_61_90", "days_91_plus"),
    "portal": ("days_0_30", "days_31_60", "days_61_90", "days_90_plus"),
}


def _written(amount: Any) -> Any:
    return str(amount) if isinstance(amount, Decimal) else amount


Amount = Annotated[
    str,
    BeforeValidator(_written),
    Field(description="In major units with the decimals of its currency", examples=["1234.50"]),
]
Currency = Annotated[str, Field(description="ISO 4217", examples=["USD"])]


class Trouble(Schema):
    detail: str = Field(description="What is wrong and what to do, in one sentence")


class OrganisationAnswer(Schema):
    slug: str
    name: str
    currency: Currency
    timezone: str
    language: str
    net_terms_days: int
    aging_basis: str
    aging_edges: list[int]
    today: date = Field(description="The day it is in the organisation's time zone")


class Column(Schema):
    """Which days past due (or since the issue date) a column of ages holds."""

    code: str
    first_day: int | None = Field(description="null where what is not yet due counts as well")
    last_day: int | None = Field(description="null for the oldest, which has no end")


class Figures(Schema):
    """buckets + disputed = invoices; invoices + debit adjustments - unapplied = outstanding."""

    currency: Currency
    disputed: Amount
    debit_adjustments: Amount
    unapplied_credits: Amount
    outstanding: Amount


class OperatorFigures(Figures):
    current: Amount
    days_1_30: Amount
    days_31_60: Amount
    days_61_90: Amount
    days_91_plus: Amount
    invoices: Amount
    weighted_avg_days_overdue: Annotated[str, BeforeValidator(_written)]


class PortalFigures(Figures):
    not_yet_due: Amount
    days_0_30: Amount
    days_31_60: Amount
    days_61_90: Amount
    days_90_plus: Amount
    total: Amount


class Account(Schema):
    account_number: str
    account_name: str


class Total(Schema):
    accounts: int


class OperatorRow(OperatorFigures, Account):
    pass


class OperatorTotal(OperatorFigures, Total):
    pass


class ClientRow(PortalFigures, Account):
    pass


class ClientTotal(PortalFigures, Total):
    pass


class Paged(Schema):
    as_of: date
    basis: str = Field(description="due or invoice: the date that ages count from")
    edges: list[int] = Field(description="The last days of the first three columns of ages")
    columns: list[Column] = Field(description="Which days the columns hold, given basis and edges")
    count: int
    page: int
    pages: int
    data_as_of: datetime | None = Field(
        description="What the sources said until then is in the figures; null: nothing has come"
    )
    data_is_late: bool = Field(description="A source cannot be asked, or has not been")


class AgingAnswer(Paged):
    """The aging, of the columns that operators see."""

    layout: str
    rows: list[OperatorRow]
    totals: list[OperatorTotal]


class PortalAnswer(Paged):
    """The aging, of the columns that clients see."""

    layout: str
    operator_mode: bool = Field(description="Somebody else than a client reads what a client would")
    rows: list[ClientRow]
    totals: list[ClientTotal]


class Document(Schema):
    account_number: str
    account_name: str
    invoice_number: str
    kind: str
    issue_date: date
    due_date: date | None
    currency: Currency
    amount: Amount
    balance: Amount
    disputed: Amount
    days_past_due: int | None = Field(description="From the due date, whatever the basis")
    bucket: str
    status: str
    bucket_amount: Amount


class DocumentTotal(Schema):
    currency: Currency
    documents: int
    amount: Amount
    balance: Amount
    disputed: Amount
    bucket_amount: Amount


class InvoicesAnswer(Paged):
    """Open documents; `bucket_amount` is the part of each in the figure asked for."""

    bucket: str
    rows: list[Document]
    totals: list[DocumentTotal]


def aging_answer(asked: Asked, page: AgingPage, *, layout: str, fresh: Freshness) -> dict[str, Any]:
    """Rows and totals in the columns of the layout."""
    if layout == "portal":
        rows: list[Any] = [vars(portal_row(row)) for row in page.rows]
        totals = [{**vars(portal_total(each)), "accounts": each.accounts} for each in page.totals]
    else:
        rows, totals = [vars(row) for row in page.rows], [vars(each) for each in page.totals]
    answer: dict[str, Any] = {"layout": layout, "rows": rows, "totals": totals}
    if layout == "portal":  # a token is never a client's
        answer["operator_mode"] = True
    return {**answer, **_paged(asked, page, layout, fresh)}


def invoices_answer(asked: Asked, page: InvoicePage, *, fresh: Freshness) -> dict[str, Any]:
    rows, totals = [vars(row) for row in page.rows], [vars(each) for each in page.totals]
    more = {"bucket": asked.bucket or "invoices", "rows": rows, "totals": totals}
    return {**more, **_paged(asked, page, "operator", fresh)}


def _paged(
    asked: Asked, page: AgingPage | InvoicePage, layout: str, fresh: Freshness
) -> dict[str, Any]:
    spans = [(code, *days(code, asked.edges)) for code in AGES[layout]]
    return {
        "as_of": asked.as_of,
        "basis": asked.basis,
        "edges": asked.edges,
        "columns": [{"code": code, "first_day": a, "last_day": b} for code, a, b in spans],
        "count": page.count,
        "page": page.page,
        "pages": page.pages,
        "data_as_of": fresh.as_of,
        "data_is_late": fresh.is_late,
    }
