"""Rows of the list and of an account's tabs, and whom a note mentions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString

from duebook.web.customers.items import items
from duebook.web.customers.rows import rows

register = template.Library()
register.simple_tag(rows)
register.simple_tag(items)


@register.filter
def mentioning(body: str, names: Sequence[str]) -> SafeString:
    """The words of a note, line by line, with the colleagues it mentions set apart."""
    said = str(escape(body))
    if names:
        called = "|".join(re.escape(str(escape(name))) for name in names)
        said = re.sub(rf"(@(?:{called}))(?!\w)", r"<strong>\1</strong>", said, flags=re.IGNORECASE)
    return SafeString("<br>".join(said.splitlines()))
