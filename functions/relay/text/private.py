"""Names the kinds of private data, and its placeholders: `[card]`, or `[card 1]` for one of several."""

import re
from enum import StrEnum
from typing import Literal, Protocol


class Private(StrEnum):
    """A kind of private data. Its value is the word in the placeholder."""

    CARD = "card"
    """A payment card, recognised by its issuer's first digits and its check digit."""

    IBAN = "iban"
    """A bank account."""

    SSN = "ssn"
    """A social security number of the United States."""

    AADHAAR = "aadhaar"
    """A national id of India."""

    EMAIL = "email"
    """An e-mail address."""

    PHONE = "phone"
    """A phone number."""


PrivateKind = Literal["card", "iban", "ssn", "aadhaar", "email", "phone"]
"""The kinds, as an agent's author writes them."""

DEFAULT = frozenset({Private.CARD, Private.SSN, Private.AADHAAR})
"""What is redacted by default: cards and national ids."""

DIGITS = "digits"
"""The word in a placeholder for digits whose kind is not known yet."""

HELD = f"[{DIGITS}]"
"""Replaces digits that may be the beginning of a number, until it is known how they continue."""

PLACEHOLDER = re.compile(rf"\[(?:(?:{'|'.join(Private)})(?: (?P<number>\d+))?|{DIGITS} (?P<held>\d+))\]")
"""A placeholder. One with a number has a value, which a tool gets: `[card 1]`, or `[digits 2]` for held digits."""


def numbered(kind: str, number: int) -> str:
    """Return the placeholder of one value of a call. No other value of the call has it."""
    return f"[{kind} {number}]"


def is_held(placeholder: str) -> bool:
    """Return whether a placeholder is one of digits that are held: their kind is not known."""
    return placeholder.startswith(HELD[:-1])


def numbers_taken(text: str, *, held: bool = False) -> int:
    """Return the highest number of the placeholders in a text, or of those for held digits; 0 if there is none."""
    return max((int(one["held" if held else "number"] or 0) for one in PLACEHOLDER.finditer(text)), default=0)


class Recognizer(Protocol):
    """Recognises the kind of a number."""

    def is_a(self, kind: Private, compact: str, language: str) -> bool:
        """Return whether this is a number of that kind.

        `compact` has digits and no spaces; an IBAN also has capital letters, and a phone number may begin with `+`. A
        phone number without `+` belongs to the country of `language`, a BCP-47 tag.
        """


class NoRecognizer:
    """Implements `Recognizer` without a library: it recognises nothing."""

    def is_a(self, kind: Private, compact: str, language: str) -> bool:
        """Return False."""
        return False
