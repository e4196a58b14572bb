"""Finds the kind of an address that Twilio gives: a number, a SIP address, a client, or a withheld number.

Sources: Twilio, "Voice TwiML: From" (`client:` and `sip:` addresses), "WhatsApp Business Calling with Programmable
Voice" (`whatsapp:` and a number), "SIP and TwiML interaction" (`To` is the URI that was called) and "Why am I getting
calls from these strange numbers?" (words for a withheld number, spelt on the keys of a phone).
"""

import hashlib
import hmac
import re
from collections.abc import Iterable
from typing import Literal

PartyKind = Literal["number", "short code", "sip", "client", "withheld"]
"""The kind of an address: E.164, a short code, a SIP address, the name of a Twilio client, or a withheld number."""

WITHHELD_WORDS = ("anonymous", "blocked", "private", "restricted", "unavailable", "unknown", "withheld")
"""What carriers write instead of a number, in upper or lower case."""

_KEYS = str.maketrans("abcdefghijklmnopqrstuvwxyz", "22233344455566677778889999")

WITHHELD = frozenset({"", *WITHHELD_WORDS, *(word.translate(_KEYS) for word in WITHHELD_WORDS), "7378742883"})
"""These words, and their letters as phone keys: +266696687 is ANONYMOUS. The last is how Twilio spells RESTRICTED."""

_NUMBER = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_SHORT_CODE = re.compile(r"\+?\d{3,6}", re.ASCII)


def dialable(address: str) -> str:
    """Return the number of a WhatsApp address, such as `whatsapp:+12125550142`; any other address unchanged."""
    scheme, _, rest = address.strip().partition(":")
    return rest.strip() if scheme.lower() == "whatsapp" else address


def kind_of(address: str) -> PartyKind:
    """Return the kind of an address. An address that names no party counts as a withheld number."""
    address = dialable(address)
    scheme, _, rest = address.strip().partition(":")
    match scheme.lower():
        case "client" if rest:
            return "withheld" if _names_nobody(rest) else "client"
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


def shown_number(caller: str, called: str, dialled: Iterable[str], ours: str = "") -> str:
    """Return our number that the dialled people see in place of the caller's; empty if they see the caller's own.

    Twilio refuses a <Dial> to a number for a caller without one, unless it names a number of ours. `ours` is that of
    the deployment. The number in a SIP address counts last: the caller may have typed any. Source: Twilio, "Error
    13214: Dial: invalid callerId value".
    """
    if kind_of(caller) == "number":
        return ""
    to_number = any(kind_of(one) not in ("sip", "client") for one in dialled)
    possible = (called, ours, _sip_user(called)) if to_number else (called,)
    return next((one for one in possible if kind_of(one) == "number"), "")


def _sip_user(address: str) -> str:
    """Return the user of a SIP address, without parameters and a password; "" for another address."""
    return re.split(r"[;:]", address.partition(":")[2].partition("@")[0])[0] if kind_of(address) == "sip" else ""


def mark_of(address: str, pepper: str) -> str:
    """Return the mark of an address: a hash with a secret `pepper`, the same for all withheld numbers.

    Without the secret, all numbers of a country could be tried in an hour.
    """
    match kind_of(address):
        case "withheld":
            party = "withheld"
        case "sip":
            party = _plain_sip(address)
        case _:
            party = dialable(address)
    return hmac.new(pepper.encode(), party.encode(), hashlib.sha256).hexdigest()


def _plain_sip(address: str) -> str:
    """Return a SIP address in small letters, without its port and parameters: a caller may change these."""
    user, _, host = re.split(r"[;?]", address.strip().lower().partition(":")[2])[0].rpartition("@")
    return f"sip:{user}@{host.partition(':')[0]}"


def _names_nobody(text: str) -> bool:
    return text.strip().lstrip("+").lower() in WITHHELD
