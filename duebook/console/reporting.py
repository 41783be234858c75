"""report: what a person sees, as a file. The same policies apply as on the web."""

from __future__ import annotations

import sys
from argparse import Namespace
from datetime import UTC, date, datetime

from babel import Locale

from duebook.export import answers
from duebook.export import monthly as monthly_files
from duebook.export.answers import Answer
from duebook.export.listed import Listed
from duebook.export.monthly import MonthlyAnswer
from duebook.export.tables import TooLong
from duebook.reports import invoices as invoice_report
from duebook.reports import monthly as monthly_report
from duebook.reports.customers import INVITATIONS, STATUSES, Asked
from duebook.reports.customers_order import SORTS
from duebook.reports.monthly_question import Question
from duebook.rollups.days import ready, seeing_days
from duebook.rollups.months import seeing_months
from duebook.visibility.organisations import Organisation, Refused, current, viewer_of
from duebook.visibility.seeing import raw, seeing
from duebook.visibility.viewer import Viewer

PLAIN = {ord(sign): None for sign in " -_"}


def aging(asked: Namespace) -> int:
    """Who owes what, by days late. A client may ask for the portal's layout only."""
    viewer = viewer_of(asked.slug, asked.email)
    if viewer.kind == "client" and asked.layout == "operator":
        raise Refused("This report is for operators; a client has --layout portal.")
    with seeing(viewer, read_only=True):
        organisation = current(viewer)
        as_of, basis = _asked(asked, organisation)
        answer = answers.portal if asked.layout == "portal" else answers.aging
        found = answer(as_of=as_of, basis=basis, edges=organisation.aging_edges)
    return _write(asked, found)


def invoices(asked: Namespace) -> int:
    """Open invoices; with --bucket, what makes up that figure of the aging."""
    if asked.bucket and asked.bucket not in invoice_report.FIGURES:
        known = ", ".join(invoice_report.FIGURES)
        raise Refused(f"{asked.bucket} is not an amount of the aging; choose one of {known}.")
    viewer = viewer_of(asked.slug, asked.email)
    with seeing(viewer, read_only=True):
        organisation = current(viewer)
        as_of, basis = _asked(asked, organisation)
        if asked.account:
            _refuse_unseen(asked.account, viewer)
        found = answers.invoices(
            as_of=as_of,
            basis=basis,
            edges=organisation.aging_edges,
            account=asked.account,
            bucket=asked.bucket,
        )
    return _write(asked, found)


def monthly(asked: Namespace) -> int:
    """How debt or open orders of each account developed over twelve months."""
    viewer = viewer_of(asked.slug, asked.email)
    if viewer.kind == "client":
        raise Refused("This report is for operators.")
    measures = monthly_report.MEASURES[asked.data_type]
    measure = asked.measure or measures[0]
    if measure not in measures:
        known = " or ".join(measures)
        raise Refused(f"{asked.data_type} is not measured by {measure}; choose {known}.")
    if asked.lang:
        _locale(asked.lang)
    with seeing_months(viewer, through=asked.through, by="worker"):
        organisation = current(viewer)
        window = monthly_report.window(organisation.today, asked.through)
        if window is None:
            raise Refused(
                f"{asked.through:%Y-%m} is still to come; today is {organisation.today} in"
                f" {organisation.name}. Choose a month from {monthly_report.EARLIEST:%Y-%m} to"
                f" {organisation.today:%Y-%m}."
            )
        locale = _locale(asked.lang or organisation.language)
        question = Question(asked.data_type, measure, sort="account_number")
        notes = monthly_files.notes(
            organisation, question, window, asked_by=asked.email, at=datetime.now(UTC)
        )
        return _write(asked, MonthlyAnswer(question, window, locale, notes))


def _locale(lang: str) -> Locale:
    try:
        return monthly_files.locale_of(lang)
    except monthly_files.UnknownLanguage as unknown:
        raise Refused(str(unknown)) from None


def customers(asked: Namespace) -> int:
    """Every account by what it owes; clients have no such list."""
    viewer = viewer_of(asked.slug, asked.email)
    if viewer.kind == "client":
        raise Refused("This report is for operators; a client has: duebook report aging.")
    with seeing(viewer, read_only=True):
        organisation = current(viewer)
        as_of, _ = _asked(asked, organisation)
        currency = _currency(asked.currency)
    wanted = Asked(
        as_of=as_of,
        currency=currency,
        search=asked.search,
        status=_named("--status", asked.status, STATUSES),
        invitation=_named("--invitation", asked.invitation, INVITATIONS),
        sort=_sort(asked.sort),
    )
    ready(viewer, as_of, by="worker")
    with seeing_days(viewer, as_of):
        return _write(asked, answers.customers(wanted, at=datetime.now(UTC)))


def _currency(code: str) -> str:
    known = raw().execute("SELECT code FROM ar.currency WHERE code = %s", [code.upper()]).fetchone()
    if code and known is None:
        raise Refused(f"{code} is not a currency of ISO 4217; name one such as USD.")
    return code.upper()


def _named(option: str, given: list[str], known: tuple[str, ...]) -> tuple[str, ...]:
    """The words of a filter as the product writes them; several mean any of them."""
    spelled = {each.lower().replace(" ", ""): each for each in known}
    words = [word.strip() for each in given for word in each.split(",")]
    found = [spelled.get(word.lower().translate(PLAIN)) for word in words]
    for word, each in zip(words, found, strict=True):
        if each is None:
            raise Refused(f"{option} {word} is not known; choose from {', '.join(known)}.")
    return tuple(dict.fromkeys(each for each in found if each))


def _sort(column: str) -> str:
    if column.removeprefix("-") not in SORTS:
        raise Refused(
            f"{column.removeprefix('-')} is not a column to sort by; choose one of"
            f" {', '.join(SORTS)}, with - before it for the largest first."
        )
    return column


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
    return as_of, vars(asked).get("basis") or organisation.aging_basis


def _write(asked: Namespace, answer: Answer | Listed | MonthlyAnswer) -> int:
    """The same bytes into a file and a pipe, whatever encoding the terminal has."""
    place, is_ours = asked.output or sys.stdout.fileno(), bool(asked.output)
    try:
        content = answer.content(asked.format)
        with open(place, "wb", closefd=is_ours) as file:
            file.write(content)
    except BrokenPipeError:
        raise
    except TooLong as trouble:
        raise Refused(f"{trouble}; take --format csv.") from trouble
    except OSError as trouble:
        where = asked.output or "The output"
        raise Refused(f"{where} cannot be written: {trouble.strerror}.") from trouble
    return 0
