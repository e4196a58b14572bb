"""The kinds of private data, and the marks that take their place: `[card]`, or `[card 1]` for one of several."""

import re
from enum import StrEnum
from typing import Literal, Protocol


class Private(StrEnum):
    """A kind of private data; its value is the word in the mark."""

    CARD = "card"
    """A payment card, by its issuer's first digits and its check digit."""

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
"""The same, as an agent's author writes it."""

DEFAULT = frozenset({Private.CARD, Private.SSN, Private.AADHAAR})
"""What is redacted unless an agent says otherwise: cards and national ids."""

HELD = "[digits]"
"""Takes the place of digits that may be the beginning of a number, until it is known how they go on."""

MARK = re.compile(rf"\[(?:{'|'.join(Private)})(?: (?P<number>\d+))?\]")
"""A mark; one with a number has a value, which a tool gets."""


def numbered(kind: Private, number: int) -> str:
    """Return the mark of one value of a call, which no other value of the call has."""
    return f"[{kind} {number}]"


def numbers_taken(text: str) -> int:
    """Return the highest number of the marks in a text; 0 for none."""
    return max((int(mark["number"] or 0) for mark in MARK.finditer(text)), default=0)


class Recognizer(Protocol):
    """Knows what a number is."""

    def is_a(self, kind: Private, compact: str, language: str) -> bool:
        """Return whether this is a number of that kind.

        `compact` has digits, for an IBAN also capital letters, and no space; a phone number may begin with `+`. A
        phone number without it is one of the country of `language`, a BCP-47 tag.
        """


class NoRecognizer:
    """Implements `Recognizer` where no library is: nothing is a number of any kind."""

    def is_a(self, kind: Private, compact: str, language: str) -> bool:
        """Return that it is none."""
        return False
