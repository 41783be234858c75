"""What is filled in about announced payments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from duebook.ledger.portal_payments import METHODS, Announced
from duebook.reports.portal_payments import Candidate, OpenInvoice
from duebook.web.disputes.forms import Apart
from duebook.web.payments import words

MONEY = {"inputmode": "decimal", "dir": "ltr"}


class Paying(Apart):
    """How much and when. For which invoices stands beside it: `parts_of`."""

    amount = forms.DecimalField(label=_("Amount"), widget=forms.TextInput(attrs=MONEY))
    pay_on = forms.DateField(label=_("Day of the payment"), widget=forms.DateInput())

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["pay_on"].widget.input_type = "date"
        self.fields["pay_on"].widget.format = "%Y-%m-%d"

    def said(self, parts: Sequence[tuple[int, Decimal]]) -> Announced:
        told = self.cleaned_data
        return Announced(told["amount"], told["pay_on"], parts)


class Announcing(Paying):
    currency = forms.ChoiceField(label=_("Currency"))
    method = forms.ChoiceField(
        label=_("How"), choices=[(each, words.METHODS[each]) for each in METHODS]
    )
    reference = forms.CharField(
        label=_("Reference"),
        help_text=_("The number your bank gives the payment: we find it again by this."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )
    words = forms.CharField(
        label=_("Anything to add?"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )
    field_order = ("amount", "currency", "pay_on", "method", "reference", "words")

    def __init__(self, *args: Any, currencies: Iterable[str], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["currency"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each, each) for each in currencies]


class Amending(Paying):
    words = forms.CharField(
        label=_("Why, for the client"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )


class Moving(Apart):
    """To which state, on which day, and what is said about it."""

    state = forms.ChoiceField(label=_("What became of it"), widget=forms.RadioSelect)
    on = forms.DateField(label=_("On"), widget=forms.DateInput())
    words = forms.CharField(
        label=_("For the client"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, states: Iterable[str], today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(each, words.MOVES[each]) for each in states]
        self.fields["on"].initial = today
        self.fields["on"].widget.input_type = "date"
        self.fields["on"].widget.format = "%Y-%m-%d"


class Matching(Apart):
    """Which of the books' receipts it is."""

    receipt = forms.ChoiceField(label=_("Receipt of the books"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=_("For the client"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
    )

    def __init__(self, *args: Any, found: Sequence[Candidate], **more: Any) -> None:
        super().__init__(*args, **more)
        field = self.fields["receipt"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(each.id), words.candidate(each)) for each in found]
        likely = next((each for each in found if each.is_same), None)
        field.initial = str(likely.id) if likely else None


@dataclass(frozen=True)
class Payable:
    """An open invoice with what was written beside it."""

    invoice: OpenInvoice
    written: str


def parts_of(
    query: QueryDict, invoices: Sequence[OpenInvoice]
) -> tuple[list[Payable], list[tuple[int, Decimal]]]:
    """What is written beside each invoice, and the parts that it comes to. Raises
    forms.ValidationError for what is no amount."""
    payables, parts = [], []
    for invoice in invoices:
        written = query.get(f"part_{invoice.id}", "").strip()
        payables.append(Payable(invoice, written))
        if not written:
            continue
        try:
            amount = Decimal(written.replace(",", ""))
        except InvalidOperation as wrong:
            said = _("Beside %(number)s stands no amount.") % {"number": invoice.number}
            raise forms.ValidationError(said) from wrong
        parts.append((invoice.id, amount))
    return payables, parts
