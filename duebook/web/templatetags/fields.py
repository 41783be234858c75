"""How fields of Django forms are drawn, with the classes of our style sheets."""

from __future__ import annotations

from django import template
from django.forms import BoundField, CheckboxInput, RadioSelect
from django.utils.safestring import SafeString

register = template.Library()


@register.filter
def drawn(field: BoundField) -> SafeString:
    """The control itself; its label, help and errors are in `parts/form_field.html`."""
    attributes: dict[str, str | bool] = {}
    if is_box(field):
        attributes["class"] = "check"
    elif not isinstance(field.field.widget, RadioSelect):
        attributes["class"] = "input"
    if field.errors:
        attributes["aria-invalid"] = "true"
    if field.errors or field.help_text:
        attributes["aria-describedby"] = f"{field.id_for_label}-note"
    return field.as_widget(attrs=attributes)


@register.filter
def is_box(field: BoundField) -> bool:
    """A single box to tick, whose words stand beside it."""
    return isinstance(field.field.widget, CheckboxInput)
