"""What is filled in about disputes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from duebook.ledger.disputes import LONGEST, OUTCOMES
from duebook.web.disputes import words

WORDS = {"rows": 4, "dir": "auto"}


def _words(label: Any, *, required: bool = True, help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        required=required,
        help_text=help_text,
        widget=forms.Textarea(attrs=WORDS),
    )


class Apart(forms.Form):
    """One of several forms of a page: its fields have names of their own for labels."""

    def __init__(self, *args: Any, **more: Any) -> None:
        more.setdefault("auto_id", f"{type(self).__name__.lower()}_%s")
        super().__init__(*args, **more)


class Raising(Apart):
    """How much of an invoice is disputed, why, and in whose words."""

    scope = forms.ChoiceField(label=_("What is wrong with"), widget=forms.RadioSelect)
    amount = forms.DecimalField(
        label=_("Amount"),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}),
    )
    lines = forms.MultipleChoiceField(required=False)
    reason = forms.ChoiceField(label=_("Reason"))
    words = _words(_("What happened"))

    def __init__(
        self, *args: Any, reasons: Iterable[str], lines: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        chosen = [("whole", _("the whole invoice")), ("amount", _("an amount of it"))]
        if lines:
            chosen.insert(1, ("lines", _("some of its lines")))
        _choices(self, "scope", chosen)
        _choices(self, "lines", lines)
        _choices(self, "reason", [("", _("Choose")), *((e, words.reason_word(e)) for e in reasons)])
        self.initial.setdefault("scope", "whole")

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("scope") == "amount" and told.get("amount") is None:
            if "amount" not in self.errors:
                self.add_error("amount", _("Write the amount you dispute."))
        elif told.get("scope") == "lines" and not told.get("lines"):
            self.add_error("lines", _("Tick the lines you dispute."))
        return told


class Answering(Apart):
    words = _words(_("Words for the client"))


class Noting(Apart):
    words = _words(_("Internal note"), help_text=_("Only people who work here see it."))


class Reopening(Apart):
    words = _words(_("Why is it to be opened again?"))


class Withdrawing(Apart):
    words = _words(_("Anything to add?"), required=False)


class Closing(Apart):
    """What comes of a dispute, told to the client."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("", _("Choose")), *((each, words.OUTCOMES[each]) for each in OUTCOMES)],
    )
    words = _words(_("Reason, for the client"))
    posts = forms.TypedChoiceField(
        label=_("The credit, void or new invoice"),
        coerce=lambda value: value == "here",
        choices=[
            ("here", _("is posted here, dated today")),
            ("books", _("comes from the books by itself")),
        ],
        widget=forms.RadioSelect,
        initial="here",
    )
    amount = forms.DecimalField(
        label=_("Amount of the credit or the new invoice"),
        help_text=_("Empty: what is disputed is credited, or the same amount billed anew."),
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "dir": "ltr"}),
    )
    number = forms.CharField(
        label=_("Number of the new invoice"),
        help_text=_("Empty: the old one with -R."),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"dir": "ltr"}),
    )


class Tuning(forms.Form):
    """How an organisation handles disputes."""

    reasons = forms.CharField(
        label=_("Reasons to choose from"),
        help_text=_("One on each line."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 9, "dir": "auto"}),
    )
    answer_hours = forms.IntegerField(
        label=_("Hours until the first answer"),
        help_text=_("Of business days, which have 24 each."),
        min_value=1,
        max_value=1000,
    )
    days = forms.IntegerField(label=_("Business days until the end"), min_value=1, max_value=365)
    weekend = forms.ChoiceField(
        label=_("No business days"),
        choices=[
            ("sat-sun", _("Saturday and Sunday")),
            ("fri-sat", _("Friday and Saturday")),
            ("none", _("every day is one")),
        ],
    )

    def clean_reasons(self) -> list[str]:
        found = words.reasons_written(str(self.cleaned_data["reasons"]))
        if not found:
            raise forms.ValidationError(_("Write at least one reason."))
        return found[:50]


def _choices(form: forms.Form, name: str, choices: Iterable[Any]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [*choices]
