"""Words for the codes of imports."""

from __future__ import annotations

from django import template

from duebook.web.intake import words

register = template.Library()
register.filter("kind_word", words.kind)
register.filter("source_word", words.source)
