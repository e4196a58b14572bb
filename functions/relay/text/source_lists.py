"""Matches a list of sources at the end of an answer, such as `Sources: [1] menu.pdf, [2] hours.md`.

It is for reading, as the citations are. A line with such a label and other words is for the caller.
"""

from functions.relay.text.prefixes import begun, listed

_LABELS = listed(
    "source, sources, quelle, quellen, fuente, fuentes, fonte, fonti, citations, references, referencias, "
    "r\xe9f\xe9rences, riferimenti, belege, einzelnachweise"
)
_FILE = r"[\w-]{1,60}\.(?:pdf|md|txt|docx?|html?|csv|xlsx?|pptx?|json)\b"
_BEFORE = r"(?<=(?s:.)\n)[ \t]{0,4}(?:#{1,6}[ ])?[*_]{0,3}"
_AFTER = r"[*_]{0,3}(?::[*_]{0,3}|(?=\n))[ \t]{0,3}"
_BULLET = r"(?:[-*+\u2022][ ]{1,3}|\d{1,2}[.)][ ]{1,3})?"
_ITEM = rf"{_BULLET}(?:\[\^?\d{{1,3}}\]|\[[^\[\]\n]{{1,80}}\]\(|{_FILE}|https?://)[^\n]{{0,1000}}"
_ITEM_BEGUN = (
    r"(?:[-*+\u2022][ ]{0,3}|\d{1,2}(?:[.)][ ]{0,3})?)?"
    r"(?:\[[^\[\]\n]{0,80}\]?|[\w-]{1,60}(?:\.[a-z]{0,4})?|https?:/{0,2})?"
)
_NEXT = r"\n{1,2}[ \t]{0,4}"
_LIST = rf"(?:{_NEXT})?{_ITEM}(?:{_NEXT}{_ITEM}){{0,11}}"
_NUMBERS = r"\d{1,3}(?:,[ ]?\d{1,3}){1,9}"
_NAMES = "|".join(sorted(_LABELS, key=len, reverse=True))

WHOLE = rf"{_BEFORE}(?i:{_NAMES}){_AFTER}(?:{_LIST}|{_NUMBERS}\.?(?=\n|\Z))"
"""Matches a complete list. It begins a line, but not the first one."""

BEGUN = (
    r"(?<=(?s:.)\n)[ \t]{0,4}(?:#{1,6}[ ]?)?[*_]{0,3}"
    rf"(?i:{begun(_LABELS)}|(?:{_NAMES})[*_]{{0,3}}(?::[*_]{{0,3}}[ \t]{{0,3}})?"
    rf"(?:{_LIST})?(?:(?:{_NEXT})?{_ITEM_BEGUN}|\n{{1,2}}[ \t]{{0,4}}|[\d, ]{{1,50}}\.?))?"
)
"""Matches the beginning of a possible list."""
