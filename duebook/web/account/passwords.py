"""Which passwords are refused although they are long: those that a guesser tries first.

The cheapest way to put a password together is looked for: from words everybody uses, from the
person's own words, from rows of keys, repetitions, years, and single characters. What it costs
is counted in bits, as zxcvbn does it; a library would bring a megabyte of English for that.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise
from math import log2
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from duebook.visibility.organisations import organisations_of

ENOUGH = 34.0  # bits
LOOKED_AT = 64  # characters; what is longer is judged by its beginning
OWN_WORD, COMMON_WORD, YEAR, ROW, AGAIN = 2.0, 13.0, 7.0, 5.0, 4.0
DIGIT, LETTER, SIGN = 3.3, 4.2, 5.0
ROWS = (
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "1234567890",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertzuiop",
    "azertyuiop",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "קראטוןםפ",
    "שדגכעיחלך",
    "זסבהנמצתץ",
    "אבגדהוזחטיכלמנסעפצקרשת",
)
PLAIN = str.maketrans("0134578@$!+€", "oieastbasite")


class Guessable:
    """A validator of AUTH_PASSWORD_VALIDATORS."""

    def validate(self, password: str, user: Any = None) -> None:
        """Raises ValidationError with one sentence that says what to do."""
        own = own_words(user)
        if bits(password, own=own) >= ENOUGH:
            return
        if bits(password, own=frozenset()) >= ENOUGH:
            said = _("This is mostly your name, address or organisation. Add something unrelated.")
            raise ValidationError(said, code="password_too_similar")
        said = _(
            "This is easy to guess: common words, a row of keys or repetition."
            " Take a few words that have nothing to do with each other."
        )
        raise ValidationError(said, code="password_too_common")

    def get_help_text(self) -> str:
        return _("Not your name or organisation, no common words, rows of keys or repetition.")


def own_words(user: Any) -> frozenset[str]:
    """What somebody would try who knows the person: name, address, organisations, this product."""
    said = ["duebook", getattr(user, "email", ""), getattr(user, "name", "")]
    if pk := getattr(user, "pk", None):
        said += [f"{place.name} {place.slug}" for place in organisations_of(int(pk))]
    words = re.findall(r"[^\W_]+", " ".join(said).lower())
    return frozenset(word for word in words if len(word) >= 3)


def bits(password: str, *, own: frozenset[str]) -> float:
    """About how many guesses it takes, as a power of two."""
    text = password.lower().strip()[:LOOKED_AT]
    whole = _cheapest(text, own)
    for length in range(1, len(text) // 2 + 1):
        # A piece over and over, cut off or not.
        if all(text[at] == text[at % length] for at in range(length, len(text))):
            return min(whole, _cheapest(text[:length], own) + log2(len(text) / length))
    return whole


def _cheapest(text: str, own: frozenset[str]) -> float:
    cost = [0.0]
    for end in range(1, len(text) + 1):
        cost.append(
            min(
                cost[start] + _price(text[start:end], own) for start in range(max(0, end - 24), end)
            )
        )
    return cost[-1]


def _price(piece: str, own: frozenset[str]) -> float:
    """Of one piece on its own; beyond measure when it is none."""
    if len(piece) == 1:
        return DIGIT if piece.isdigit() else LETTER if piece.isalpha() else SIGN
    if len(piece) < 3:
        return float("inf")
    plain = piece.translate(PLAIN)
    if {piece, plain, piece[::-1]} & own:
        return OWN_WORD
    if len(set(piece)) == 1:
        return AGAIN + log2(len(piece))
    if _is_row(piece):
        return ROW + log2(len(piece))
    if re.fullmatch(r"(?:19|20)\d\d", piece):
        return YEAR
    if len(piece) >= 4 and (piece in common() or plain in common()):
        return COMMON_WORD
    return float("inf")


def _is_row(piece: str) -> bool:
    steps = {ord(after) - ord(before) for before, after in pairwise(piece)}
    if len(piece) >= 4 and steps in ({1}, {-1}, {2}, {-2}):
        return True
    return any(piece in row or piece in row[::-1] for row in ROWS)


@cache
def common() -> frozenset[str]:
    """Django's list of what everybody uses."""
    return frozenset(CommonPasswordValidator().passwords)
