"""Style sheets mirror, colours stand in one place, catalogues are complete."""

from __future__ import annotations

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.utils.translation.template import templatize

from duebook.web.templatetags import figures

WEB = Path(figures.__file__).parents[1]
LOCALES = WEB.parent / "locale"


PHYSICAL = re.compile(
    r"(?<![-.\w])(?:(?:margin|padding|border)-(?:left|right|top|bottom)[-\w]*"
    r"|left|right|top|bottom|float|clear"
    r"|(?:min-|max-)?(?:width|height)|border-(?:top|bottom)-(?:left|right)-radius)\s*:"
    r"|text-align:\s*left|direction:\s*rtl"
)


@pytest.mark.parametrize("sheet", sorted((WEB / "static/duebook").glob("*.css")), ids=str)
def test_style_sheets_mirror(sheet: Path) -> None:
    """Only logical properties; number cells alone are set to the right, reading left to right."""
    css = re.sub(r"/\*.*?\*/|@media[^{]*", "", sheet.read_text(), flags=re.DOTALL)
    assert PHYSICAL.findall(css) == []
    for block in re.findall(r"\{([^{}]*text-align:\s*right[^{}]*)\}", css):
        assert "direction: ltr" in block


def test_colours_stand_in_one_place() -> None:
    for sheet in (WEB / "static/duebook").glob("*.css"):
        if sheet.name not in {"tokens.css", "print.css"}:
            css = sheet.read_text().replace("light-dark(#13201E66, #00000099)", "")
            assert re.findall(r"#[0-9A-Fa-f]{3,8}\b", css) == [], sheet.name


def test_nothing_is_fetched_from_elsewhere() -> None:
    for file in [*WEB.glob("templates/**/*.html"), *WEB.glob("static/duebook/*.*")]:
        found = re.findall(r"(?:https?:)?//[\w.]+\.\w{2,}[^\s\"']*", file.read_text())
        assert [each for each in found if "www.w3.org" not in each] == [], file


def messages_used() -> set[tuple[str, str | tuple[str, ...], str | None]]:
    """Every text of the templates and of the web's Python, with its plural and context."""
    keywords = {
        "gettext": None,
        "gettext_lazy": None,
        "_": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "pgettext_lazy": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }
    found = set()
    for file in [*WEB.glob("templates/**/*.html"), *WEB.glob("**/*.py")]:
        text = file.read_text()
        source = text
        if file.suffix == ".html":
            # What templatize makes of a template is nearly Python: the lines are not indented.
            source = "\n".join(line.strip() for line in templatize(text).splitlines())
        for _, message, _, where in extract("python", BytesIO(source.encode()), keywords=keywords):
            found.add((file.name, message, where))
    return found


@pytest.mark.parametrize("language", ["en", "he"])
def test_catalogues_are_complete_and_compiled(language: str) -> None:
    folder = LOCALES / language / "LC_MESSAGES"
    with (folder / "django.po").open("rb") as po, (folder / "django.mo").open("rb") as mo:
        written, compiled = read_po(po, locale=language), read_mo(mo)
    assert [message.id for message in written if message.fuzzy and message.id] == []
    assert _texts(compiled) == _texts(written)
    for file, message, where in messages_used():
        singular = message[0] if isinstance(message, tuple) else message
        entry = written.get(singular, where)
        assert entry is not None, (file, message)
        texts = entry.string if isinstance(entry.string, list | tuple) else (entry.string,)
        assert all(texts), (file, message)


def _texts(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
    def flat(text: Any) -> tuple[str, ...]:
        return tuple(text) if isinstance(text, list | tuple) else (text or "",)

    return {
        (_str(message.context), *flat(message.id)): flat(message.string)
        for message in catalogue
        if message.id
    }


def _str(context: Any) -> str:
    return context.decode() if isinstance(context, bytes) else context or ""
