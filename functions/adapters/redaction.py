"""Recognises cards, accounts, national ids and phone numbers with python-stdnum and phonenumbers.

The libraries take 54 ms of a cold start, so each is imported for the first number that it must check.
Sources: python-stdnum (Luhn, IBAN, SSN, Aadhaar with Verhoeff's check digit); phonenumbers (countries' plans).
"""

import re

from functions.relay.text.private import Private


class NumberRecognizer:
    """Implements the port `Recognizer` of `functions.relay.text.private`."""

    def is_a(self, kind: Private, compact: str, language: str) -> bool:
        """Return whether this is a number of that kind."""
        match kind:
            case Private.CARD:
                return _is_card(compact)
            case Private.IBAN:
                from stdnum import iban  # noqa: PLC0415

                return bool(iban.is_valid(compact))
            case Private.SSN:
                from stdnum.us import ssn  # noqa: PLC0415

                return compact in _SPECIMEN_SSNS or bool(ssn.is_valid(compact))
            case Private.AADHAAR:
                from stdnum.in_ import aadhaar  # noqa: PLC0415

                return bool(aadhaar.is_valid(compact))
            case Private.PHONE:
                return _is_phone(compact, language)
            case Private.EMAIL:
                return "@" in compact


_SPECIMEN_SSNS = frozenset({"078051120", "219099999", "457555462"})
"""Numbers of advertisements, which python-stdnum calls invalid. People give them as theirs.

Source: Social Security Administration, "Social Security Cards Issued by Woolworth".
"""

_ISSUERS = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|(?:5[1-5]|2[2-7])\d{14}|3[47]\d{13}|3[0689]\d{12}|35\d{14}|6\d{15,18}|5[06-8]\d{11,17}"
    r"|8[12]\d{14}"
)
"""First digits and lengths of Visa, Mastercard, Amex, Diners, JCB, Discover, UnionPay, Maestro and RuPay cards."""


def _is_card(digits: str) -> bool:
    """Return whether an issuer may have given this number. Source: ISO/IEC 7812."""
    from stdnum import luhn  # noqa: PLC0415

    return bool(_ISSUERS.fullmatch(digits)) and bool(luhn.is_valid(digits))


def _is_phone(number: str, language: str) -> bool:
    from phonenumbers import NumberParseException, is_possible_number, is_valid_number, parse  # noqa: PLC0415

    region = language.partition("-")[2].upper() or {"en": "US", "hi": "IN"}.get(language, language.upper())
    try:
        parsed = parse(number, region)
    except NumberParseException:
        return False
    # With a country code, a possible number is enough: a fictitious one such as +1 555 0100 is private too.
    return is_valid_number(parsed) or (number.startswith("+") and is_possible_number(parsed))
