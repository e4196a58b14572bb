"""Says which texts a TwiML document can hold, and how many bytes they take in it.

Sources: XML 1.0, "Characters"; Twilio, errors 11750 and 12100, and "<Say>", Limits.
"""

import re
from itertools import accumulate

NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that XML 1.0 cannot hold. Twilio ends a call whose document has one (error 12100)."""

_SURROGATE = re.compile(r"&#5[5-7]\d{3};")
"""A lone surrogate in a document: Twilio's SDK writes it as a reference, and no other character of this range."""

MOST_SPOKEN_CHARACTERS = 4_096
"""Most characters of one text for <Say>. Source: Twilio, "<Say>", Limits."""

MOST_DOCUMENT_BYTES = 64_000
"""Most bytes of a document. Twilio refuses more than 64 KB (error 11750)."""

_ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#09;"}
)


def as_xml(document: str) -> str:
    """Return a document of Twilio's SDK without the characters that XML cannot hold: Twilio would refuse it."""
    return _SURROGATE.sub("", NOT_XML.sub("", document))


def text_fault(text: str, most: int = MOST_SPOKEN_CHARACTERS, who: str = "Twilio speaks") -> str:
    """Return what is wrong with a text for a document, and the cure; empty if nothing is."""
    if found := NOT_XML.search(text):
        return f"has the character {found[0]!r}, which XML cannot hold; leave it out"
    return f"has {len(text)} characters; {who} {most} at most" if len(text) > most else ""


def bytes_of(text: str) -> int:
    """Return how many bytes a text takes in a document: Twilio's SDK writes `ö` as `&#246;`."""
    return len(text.translate(_ESCAPED).encode("ascii", "xmlcharrefreplace"))


def cut_to(text: str, most: int) -> str:
    """Return the longest beginning of a text that takes at most `most` bytes in a document."""
    return text[: sum(size <= most for size in accumulate(map(bytes_of, text)))]
