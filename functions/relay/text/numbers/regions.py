"""Says how a region writes numbers where it differs from its language: the decimal sign, groups of digits, and `$`.

Source: Unicode CLDR 47, the numbers and currencies of es-419 and its regions, de-CH, it-CH and en-IN.
"""

from dataclasses import replace
from functools import cache

from functions.relay.text.numbers.languages import LAKHS, LANGUAGES, Money, NumberWords

_POINT = frozenset(
    f"es-{region}" for region in ["419", "CU", "DO", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "SV", "US"]
)
"""Where Spanish writes `1,234.50`."""

_PESOS = frozenset(f"es-{region}" for region in ["AR", "CL", "CO", "CU", "DO", "MX", "UY"])
"""Where `$` is the peso."""

_PESO = Money(("peso", "pesos"), ("centavo", "centavos"))
_SWISS = r"\d{1,3}(?:['\u2019\u00a0\u202f]\d{3})+"
_COMMAS = r"\d{1,3}(?:[,\u00a0\u202f]\d{3})+"


@cache
def words_of(region: str) -> NumberWords | None:
    """Return the words and signs for the numbers of a region, such as `es-MX`; None for an unknown language."""
    tag = region.partition("-")[0].lower()
    words = LANGUAGES.get(tag)
    if not words:
        return None
    if region in _PESOS:
        words = replace(words, money={**words.money, "$": _PESO})
    if region in _POINT:
        return replace(words, decimal=".", point="punto", grouped=_COMMAS)
    if region in ("de-CH", "it-CH"):
        return replace(words, decimal=".", point={"de": "Punkt", "it": "punto"}[tag], grouped=_SWISS)
    return replace(words, grouped=f"{words.grouped}|{LAKHS}") if region == "en-IN" else words
