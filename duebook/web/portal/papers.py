"""A client's papers, in the reader's language: the aging, an invoice's data, statements."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _

from duebook.export.pdf import Column, Paper, Table, isolated
from duebook.reports import clients
from duebook.reports.aging import PortalRow, portal_aging
from duebook.reports.clients import BUCKETS, ClientAccount, Question
from duebook.web.asked import Asked, OrganisationRequest
from duebook.web.portal.asked import Wanted
from duebook.web.portal.invoices import Whole
from duebook.web.templatetags.figures import day, lateness, writer
from duebook.web.words import column, word

ROWS_MAX = 15_000  # of one paper: what is longer is read as a spreadsheet
ROWS_SHOWN = 100  # of a statement on its page
FIGURES = ("disputed", "total", "debit_adjustments", "unapplied_credits", "outstanding")


def report(request: OrganisationRequest, asking: Wanted) -> Paper:
    """The aging as the page shows it."""
    asked = asking.asked
    rows = portal_aging(
        as_of=asked.as_of, basis=asked.basis, edges=asked.edges, customer_id=asking.customer_id
    )
    heads = [column(code, asked.edges) for code in BUCKETS] + [
        _("You owe") if code == "outstanding" else word(code) for code in FIGURES
    ]
    table = Table(
        _("How old it is"),
        [Column(_("Account"), wide=True), *(Column(head, figure=True) for head in heads)],
        [
            [
                isolated(f"{row.account_name} ({row.account_number}, {row.currency})"),
                *(_figure(row, code) for code in (*BUCKETS, *FIGURES)),
            ]
            for row in rows
        ],
        note=_basis(asked),
        empty=_("Nothing is open."),
    )
    notes = [
        _("%(account)s: of the youngest, %(amount)s %(currency)s is not yet due.")
        % {
            "account": isolated(row.account_name),
            "amount": amount(row.not_yet_due, row.currency),
            "currency": row.currency,
        }
        for row in rows
        if asked.basis == "due"
    ]
    return _paper(
        request, _("What you owe"), asked.as_of, subject=_named(asking), tables=[table], notes=notes
    )


def invoice(request: OrganisationRequest, whole: Whole, asked: Asked) -> Paper:
    """What is known of one document."""
    document, code = whole.document, whole.document.currency
    facts = [
        (_("Amount"), f"{amount(document.amount, code)} {code}"),
        (_("Still open"), f"{amount(document.balance, code)} {code}"),
        (_("Date"), day(document.issue_date)),
    ]
    if document.due_date:
        facts.append((_("Due"), day(document.due_date)))
    tables = [_lines(whole), _settled(whole)]
    return _paper(
        request,
        f"{word(document.kind)} {document.number}",
        asked.as_of,
        facts=facts,
        tables=tables,
        sentence=word(whole.state),
        notes=[_("This lists what is known of the document; it is not the document itself.")],
    )


def open_items(
    request: OrganisationRequest,
    account: ClientAccount,
    currency: str,
    asked: Asked,
    *,
    most: int = ROWS_MAX,
) -> Paper:
    """Everything of an account that has something left, oldest first, and what it comes to."""
    question = Question(
        as_of=asked.as_of,
        basis=asked.basis,
        edges=asked.edges,
        customer_id=account.id,
        currency=currency,
        figure="outstanding",
    )
    page = clients.documents(question, sort="due_date", size=most, summed=False)
    aged = portal_aging(
        as_of=asked.as_of, basis=asked.basis, edges=asked.edges, customer_id=account.id
    )
    row = next((each for each in aged if each.currency == currency), None)
    owed = row.outstanding if row else Decimal(0)
    rows = [
        [
            each.number,
            word(each.kind),
            day(each.issue_date),
            day(each.due_date) if each.due_date else "",
            _how_late(each),
            amount(each.amount, currency),
            amount(each.part, currency),
        ]
        for each in page.rows
    ]
    table = Table(
        _("Open items"),
        [
            Column(_("Number"), code=True),
            Column(_("Kind")),
            Column(_("Date")),
            Column(_("Due")),
            Column(_("State"), wide=True),
            Column(_("Amount"), figure=True),
            Column(_("Still open"), figure=True),
        ],
        rows,
        [["", "", "", "", _("You owe"), "", amount(owed, currency)]],
        empty=_("Nothing is open."),
    )
    return _paper(
        request,
        _("Statement of open items"),
        asked.as_of,
        subject=[_account(account)],
        sentence=_owing(owed, currency),
        facts=_ages(row, asked) if row else [],
        tables=[table],
        notes=_cut(len(rows), row.open_count if row else 0),
    )


def activity(
    request: OrganisationRequest,
    account: ClientAccount,
    currency: str,
    *,
    since: date,
    until: date,
    most: int = ROWS_MAX,
) -> Paper:
    """What was owed at the start of a period, each thing that changed it, and at its end."""
    opening, moved = clients.activity(account.id, currency=currency, since=since, until=until)
    rows: list[list[str]] = []
    balance = opening
    for each in moved:
        balance += each.amount
        if len(rows) < most:
            said = word(each.kind or "")
            if each.origin == "reported":
                said = _("settled according to source")
            if each.is_void:
                said = _("%(kind)s taken back") % {"kind": said}
            rows.append(
                [
                    day(each.at),
                    each.number or "",
                    said,
                    amount(each.amount, currency),
                    amount(balance, currency),
                ]
            )
    total = sum((each.amount for each in moved), Decimal(0))
    table = Table(
        _("Activity"),
        [
            Column(_("Date")),
            Column(_("Number"), code=True),
            Column(_("What"), wide=True),
            Column(_("Change"), figure=True),
            Column(_("Owed then"), figure=True),
        ],
        rows,
        [["", "", _("Changes"), amount(total, currency), ""]],
        note=_("%(since)s to %(until)s") % {"since": day(since), "until": day(until)},
        empty=_("Nothing changed in this time."),
    )
    return _paper(
        request,
        _("Statement of activity"),
        until,
        subject=[_account(account)],
        sentence=_owing(balance, currency),
        facts=[
            (_("Owed before"), amount(opening, currency)),
            (_("Changes"), amount(total, currency)),
            (_("Owed at the end"), amount(balance, currency)),
        ],
        tables=[table],
        notes=_cut(len(rows), len(moved)),
    )


def _lines(whole: Whole) -> Table:
    code = whole.document.currency
    return Table(
        _("Lines"),
        [
            Column(_("Line"), code=True),
            Column(_("Description"), wide=True),
            Column(_("Quantity"), figure=True),
            Column(_("Amount"), figure=True),
            Column(_("Status")),
            Column(_("Source reference"), code=True),
        ],
        [
            [
                line.line_number,
                line.description,
                "" if line.quantity is None else str(line.quantity),
                amount(line.amount, code),
                line.status,
                line.source_reference,
            ]
            for line in whole.lines
        ],
        empty=_("The source gave no lines."),
    )


def _settled(whole: Whole) -> Table:
    code = whole.document.currency
    return Table(
        _("Payments and credits applied"),
        [
            Column(_("Number"), code=True, wide=True),
            Column(_("Kind")),
            Column(_("Counts from")),
            Column(_("Amount"), figure=True),
        ],
        [
            [
                each.number,
                _("settled according to source") if each.origin == "reported" else word(each.kind),
                day(each.effective_on),
                amount(each.amount, code),
            ]
            for each in whole.applied
        ],
        empty=_("Nothing is applied."),
    )


def amount(value: Decimal, currency: str) -> str:
    return writer(get_language(), currency).text(value)


def _ages(row: PortalRow, asked: Asked) -> list[tuple[str, str]]:
    """What adds up to what an account owes in a currency."""
    return [
        (column(code, asked.edges), _figure(row, code))
        for code in (*BUCKETS, "disputed", "debit_adjustments", "unapplied_credits")
    ]


def _figure(row: PortalRow, code: str) -> str:
    value = getattr(row, code)
    return amount(-value if value and code == "unapplied_credits" else value, row.currency)


def _how_late(each: clients.ClientItem) -> str:
    if each.state == "disputed":
        return word("disputed")
    return "" if each.days_past_due is None else lateness(each.days_past_due)


def _owing(owed: Decimal, currency: str) -> str:
    said = _("You owe %(amount)s %(currency)s.")
    if owed < 0:
        said = _("You owe %(amount)s %(currency)s: this is in your favour.")
    return said % {"amount": amount(owed, currency), "currency": currency}


def _cut(shown: int, all_of_them: int) -> list[str]:
    if shown >= all_of_them:
        return []
    said = _("The first %(shown)s of %(all)s rows; the list of invoices as Excel has all.")
    return [said % {"shown": shown, "all": all_of_them}]


def _basis(asked: Asked) -> str:
    if asked.basis == "invoice":
        return _("Days since the invoice date")
    return _("Days past the due date")


def _account(account: ClientAccount) -> str:
    return f"{account.name} ({account.account_number})"


def _named(asking: Wanted) -> list[str]:
    shown = [asking.account] if asking.account else asking.accounts[:6]
    return [_account(each) for each in shown]


def _paper(request: OrganisationRequest, title: str, as_of: date, **told: object) -> Paper:
    language = get_language() or "en"
    return Paper(
        title=title,
        issuer=request.organisation.name,
        as_of=_("As of %(day)s") % {"day": day(as_of)},
        day=as_of,
        language=language,
        right_to_left=get_language_bidi(),
        foot=f"{isolated(request.organisation.name)} · {title}",
        **told,  # type: ignore[arg-type]  # the rest of a Paper
    )
