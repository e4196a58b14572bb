"""Who is on a line, by the address that Twilio gives: a number, an address of SIP or of a client, or nobody known.

Sources: Twilio, "Voice TwiML: From" (`client:` and `sip:` addresses) and "Why am I getting calls from these strange
numbers?" (words for a withheld number, spelt on the keys of a phone).
"""

import re
from typing import Literal

PartyKind = Literal["number", "short code", "sip", "client", "withheld"]
"""What an address is: E.164, a short code, an address of SIP, a name of Twilio's clients, or a withheld number."""

WITHHELD_WORDS = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld")
"""What carriers write in place of a number, in any case."""

_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")

WITHHELD = frozenset({"", *WITHHELD_WORDS, *(word.translate(_KEYS) for word in WITHHELD_WORDS), "7378742883"})
"""The words, and their letters as keys: +266696687 is ANONYMOUS. The last one is how Twilio spells RESTRICTED."""

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SHORT_CODE = re.compile(r"\+?\d{3,6}", re.ASCII)


def kind_of(address: str) -> PartyKind:
    """Return what an address is; whatever names nobody counts as a withheld number."""
    scheme, _, rest = address.strip().partition(":")
    match scheme.lower():
        case "client" if rest:
            return "client"
        case "sip" | "sips" if rest:
            return "withheld" if _names_nobody(rest.partition("@")[0]) else "sip"
        case _ if _names_nobody(address):
            return "withheld"
        case _ if _NUMBER.fullmatch(address):
            return "number"
        case _ if _SHORT_CODE.fullmatch(address):
            return "short code"
        case _:
            return "withheld"


def _names_nobody(text: str) -> bool:
    return text.strip().lstrip("+").lower() in WITHHELD
