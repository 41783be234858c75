"""A company in a new Tryton database. Run by Tryton's own Python: tryton_setup.py DATABASE"""

# mypy: ignore-errors

import datetime as dt
import sys
from decimal import Decimal


def main(database: str) -> None:
    from trytond.config import config

    config.update_etc()
    from trytond.pool import Pool
    from trytond.transaction import Transaction

    Pool.start()
    pool = Pool(database)
    with Transaction().start(database, 0, readonly=True):
        pool.init()
    for act in (company, accounts, years, ways_to_pay, reader):
        done(database, act, pool)


def done(database: str, act, pool) -> None:
    """In a transaction, begun anew when it must lock a table first."""
    from trytond.transaction import Transaction, TransactionError

    more = {}
    context = {} if act is company else {"company": 1}
    while True:
        with Transaction().start(database, 1, context=context, **more) as transaction:
            try:
                act(pool)
                transaction.commit()
            except TransactionError as again:
                transaction.rollback()
                again.fix(more)
            else:
                return


def company(pool) -> None:
    Currency = pool.get("currency.currency")
    Rate = pool.get("currency.currency.rate")
    for code, rate in (("USD", "1"), ("EUR", "0.5")):
        made = Currency(name=code, symbol=code, code=code, digits=2, rounding=Decimal("0.01"))
        made.rates = [Rate(date=dt.date(2025, 1, 1), rate=Decimal(rate))]
        made.save()
    usd, _ = Currency.search([], order=[("code", "DESC")])
    party = pool.get("party.party")(name="Halden & Roe")
    party.save()
    made = pool.get("company.company")(party=party, currency=usd)
    made.cancel_invoice_out = True
    made.save()
    user = pool.get("res.user")(1)
    user.companies, user.company = [made], made
    user.save()


def accounts(pool) -> None:
    Create = pool.get("account.create_chart", type="wizard")
    (template,) = pool.get("account.account.template").search([("parent", "=", None)], limit=1)
    session, _, _ = Create.create()
    wizard = Create(session)
    wizard.account.account_template, wizard.account.company = template, 1
    wizard.transition_create_account()
    Account = pool.get("account.account")
    wizard.properties.company = 1
    (receivable,) = Account.search([("type.receivable", "=", True)], limit=1)
    (payable,) = Account.search([("type.payable", "=", True)], limit=1)
    wizard.properties.account_receivable = receivable
    wizard.properties.account_payable = payable
    for side in ("expense", "revenue"):
        (one,) = Account.search([(f"type.{side}", "=", True)], limit=1)
        setattr(wizard.properties, f"category_account_{side}", one)
    wizard.transition_create_properties()


def years(pool) -> None:
    Sequence, Type = pool.get("ir.sequence"), pool.get("ir.sequence.type")
    Strict = pool.get("ir.sequence.strict")
    Year = pool.get("account.fiscalyear")
    (moves,) = Type.search([("name", "=", "Account Move")])
    (invoices,) = Type.search([("name", "=", "Invoice")])
    now = dt.datetime.now(dt.UTC).year
    for year in (now - 1, now, now + 1):
        post = Sequence(name=f"Moves {year}", sequence_type=moves, company=1)
        post.save()
        count = Strict(name=f"Invoices {year}", sequence_type=invoices, company=1)
        count.prefix = f"{year}-"
        count.save()
        made = Year(name=str(year), company=1)
        made.start_date, made.end_date = dt.date(year, 1, 1), dt.date(year, 12, 31)
        made.post_move_sequence = post
        kinds = ("out_invoice", "out_credit_note", "in_invoice", "in_credit_note")
        Numbers = pool.get("account.fiscalyear.invoice_sequence")
        made.invoice_sequences = [
            Numbers(company=1, **{f"{kind}_sequence": count for kind in kinds})
        ]
        made.save()
        Year.create_period([made])


def ways_to_pay(pool) -> None:
    Account, Journal = pool.get("account.account"), pool.get("account.journal")
    (cash,) = Journal.search([("type", "=", "cash")])
    assets = [("type.statement", "=", "balance"), ("type.receivable", "=", False)]
    (bank,) = Account.search([*assets, ("type.payable", "=", False)], limit=1)
    Method = pool.get("account.invoice.payment.method")
    method = Method(name="Cash", company=1, journal=cash)
    method.credit_account = method.debit_account = bank
    method.save()
    Term = pool.get("account.invoice.payment_term")
    Line = pool.get("account.invoice.payment_term.line")
    Days = pool.get("account.invoice.payment_term.line.delta")
    full = Term(name="30 days")
    full.lines = [Line(type="remainder", relativedeltas=[Days(days=30)])]
    halves = Term(name="Two halves")
    halves.lines = [
        Line(
            type="percent", ratio=Decimal("0.5"), divisor=Decimal(2), relativedeltas=[Days(days=30)]
        ),
        Line(type="remainder", relativedeltas=[Days(days=60)]),
    ]
    Term.save([full, halves])


def reader(pool) -> None:
    """Who may read the accounts, and nothing else."""
    User, Group, Data = pool.get("res.user"), pool.get("res.group"), pool.get("ir.model.data")
    user = User(name="Duebook", login="duebook", password="read-for-duebook")
    user.companies, user.company = [1], 1
    user.groups = [Group(Data.get_id("account", "group_account"))]
    user.save()


main(sys.argv[1])
