"""Hypothesis strategies for small ledgers that are awkward on purpose.

Amounts are small so that allocations squeeze each other; dates crowd around the edges of the
buckets seen from `REFERENCE`; some facts lie after it, and voids after that. A number is
used once among charges and once among sources, so that a file can refer to it without doubt,
and a pair is allocated at most once a day.
"""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import strategies as st

from tests.model import AGEING, CHARGES, Account, Alloc, Dispute, Doc, Ledger

REFERENCE = date(2026, 3, 31)
TODAY = REFERENCE + timedelta(days=45)  # no void and no question is later
ACCOUNTS = ("0007", "7", "A-1", "b 2")
DECIMALS = {"USD": 2, "JPY": 0, "KWD": 3}
CHARGE_KINDS = ("invoice", "invoice", "receipt_tax_invoice", "debit_adjustment")
SOURCE_KINDS = ("receipt", "receipt", "gi_ir", "credit_invoice", "credit_adjustment")
EDGES = (0, 1, 30, 31, 60, 61, 90, 91)

# As text: case, leading zeros and length all matter, and none of it as in a dictionary.
NUMBERS = ("1", "01", "10", "2", "9", "A1", "a1", "B-2", "b-10", "C 3", "Z/9", "z_9", "é4", "א5")


def days() -> st.SearchStrategy[date]:
    """Mostly 0, 1, 30 ... 91 days before the reference, sometimes near it or after it."""
    before = st.one_of(
        st.sampled_from(EDGES), st.sampled_from((-1, -10, -31, 2, 29, 92)), st.integers(-40, 130)
    )
    return before.map(_before)


def _before(age: int) -> date:
    return REFERENCE - timedelta(days=age)


def as_of_days() -> st.SearchStrategy[date]:
    return st.just(REFERENCE) | st.just(TODAY) | st.integers(-45, 10).map(_before) | days()


def amounts() -> st.SearchStrategy[int]:
    """Minor units: mostly a few, sometimes an invoice's worth, sometimes a steel mill's."""
    small, large = st.integers(1, 12), st.sampled_from((50, 100, 12_345, 98_765_432_101))
    return small | small | large


@st.composite
def disputes(draw: st.DrawFn, issue: date) -> list[Dispute]:
    """Often none; opened within weeks of the invoice, or anywhere, before it included."""
    opening = st.integers(0, 40).map(lambda d: issue + timedelta(days=d)) | days()
    found = []
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        opened, lasting = draw(opening), draw(st.none() | st.integers(0, 70))
        resolved = None if lasting is None else opened + timedelta(days=lasting)
        found.append(Dispute(opened, resolved, draw(st.none() | amounts())))
    return found


def owners() -> st.SearchStrategy[list[Account]]:
    """Mostly one account or two, or one in two currencies: few, so that their papers meet."""
    one = st.tuples(st.sampled_from(ACCOUNTS), st.sampled_from(tuple(DECIMALS)))
    few, several = (st.lists(one, min_size=1, max_size=n, unique=True) for n in (1, 4))
    return few | several


@st.composite
def documents(
    draw: st.DrawFn, *, kinds: tuple[str, ...], number: str, owners: list[Account]
) -> Doc:
    kind = draw(st.sampled_from(kinds))
    issue, due = draw(dates(kind))
    account, currency = draw(st.sampled_from(owners))
    return Doc(
        account=account,
        kind=kind,
        number=number,
        issue=issue,
        due=due,
        currency=currency,
        amount=draw(amounts()),
        void_on=draw(void_days(issue)),
        never_counted=draw(st.sampled_from((False,) * 9 + (True,))),
        disputes=draw(disputes(issue)) if kind in AGEING else [],
    )


@st.composite
def dates(draw: st.DrawFn, kind: str) -> tuple[date, date | None]:
    """Issue and due date. What ages falls due near an edge; a few are due before their date."""
    if kind not in AGEING:
        return draw(days()), draw(st.none() | days()) if kind in CHARGES else None
    due = draw(days())
    terms = draw(st.sampled_from((0, 1, 14, 30, 30, 60, -1)))
    return due - timedelta(days=terms), due


@st.composite
def void_days(draw: st.DrawFn, issue: date) -> date | None:
    """One in five is voided: on its own date or later, at the latest on `TODAY`."""
    if issue > TODAY or draw(st.sampled_from((True, True, True, True, False))):
        return None
    later = st.integers(0, (TODAY - issue).days).map(lambda d: issue + timedelta(days=d))
    return draw(later | days().map(lambda day: min(max(day, issue), TODAY)))


@st.composite
def random_ledger(
    draw: st.DrawFn, *, max_charges: int = 9, max_sources: int = 5, max_allocs: int = 12
) -> Ledger:
    """Part payments, over-allocation, overpayment, post-dated facts, voids, disputes."""
    among = draw(owners())
    charges = [
        draw(documents(kinds=CHARGE_KINDS, number=number, owners=among))
        for number in draw(some_numbers(2, max_charges))
    ]
    numbers = draw(some_numbers(0, max_sources))
    n = draw(st.integers(0, len(numbers) // 2))
    exact = [draw(exact_payments(number, charges)) for number in numbers[:n]]
    sources = [doc for doc, _ in exact] + [
        draw(documents(kinds=SOURCE_KINDS, number=number, owners=among)) for number in numbers[n:]
    ]
    stated = [alloc for _, alloc in exact]
    if pairs := _pairs(sources, charges):
        stated += draw(st.lists(allocations(pairs), min_size=max_allocs // 4, max_size=max_allocs))
    once = {(alloc.source, alloc.charge, alloc.on): alloc for alloc in stated}
    return Ledger(charges + sources, list(once.values()))


def some_numbers(least: int, most: int) -> st.SearchStrategy[list[str]]:
    """Different ones, starting anywhere in the list."""
    starts, lengths = st.integers(0, len(NUMBERS) - 1), st.integers(least, most)
    ring = NUMBERS * 2
    return st.builds(lambda start, n: list(ring[start : start + n]), starts, lengths)


@st.composite
def exact_payments(draw: st.DrawFn, number: str, charges: list[Doc]) -> tuple[Doc, Alloc]:
    """A receipt that settles one charge, and in half of the cases bounces some days later."""
    charge = draw(st.sampled_from(charges))
    on = charge.issue + timedelta(days=draw(st.integers(0, 40)))
    bounces = on + timedelta(days=draw(st.integers(0, 30)))
    receipt = Doc(
        account=charge.account,
        kind=draw(st.sampled_from(("receipt", "gi_ir", "credit_invoice"))),
        number=number,
        issue=on,
        due=None,
        currency=charge.currency,
        amount=charge.amount,
        void_on=bounces if bounces <= TODAY and draw(st.booleans()) else None,
    )
    return receipt, Alloc(receipt.key, charge.key, charge.amount, on)


def _pairs(sources: list[Doc], charges: list[Doc]) -> list[tuple[Doc, Doc]]:
    return [
        (source, charge)
        for source in sources
        for charge in charges
        if (source.account, source.currency) == (charge.account, charge.currency)
    ]


@st.composite
def allocations(draw: st.DrawFn, pairs: list[tuple[Doc, Doc]]) -> Alloc:
    """A part, exactly enough, or more than either side has; dated anywhere near."""
    source, charge = draw(st.sampled_from(pairs))
    enough = st.sampled_from((source.amount, charge.amount, charge.amount + 1))
    on = st.sampled_from((source.issue, charge.issue)) | days()
    return Alloc(source.key, charge.key, draw(amounts() | enough), draw(on))
