"""Lists how callers say digits, by language: `four one`, `double five`, `quarante-deux`; and `at` and `dot`."""

from collections.abc import Mapping
from functools import lru_cache

from functions.relay.text.numbers.cardinals import cardinal
from functions.relay.text.numbers.languages import LANGUAGES

_ALSO: Mapping[str, Mapping[str, str]] = {
    "en": {"oh": "0", "o": "0", "nought": "0", "nil": "0"},
    "de": {"zwo": "2", "ein": "1", "eine": "1", "fuenf": "5", "zwoelf": "12", "hundert": "100"},
    "es": {"un": "1", "una": "1", "veintiun": "21", "ciento": "1"},
    "fr": {"une": "1", "zero": "0", "septante": "70", "huitante": "80", "nonante": "90"},
    "it": {"un": "1", "una": "1"},
    "hi": {"पांच": "5", "छः": "6", "छे": "6", "ज़ीरो": "0", "जीरो": "0", "वन": "1", "टू": "2"},
}
REPEATED: Mapping[str, int] = {
    **{
        "double": 2,
        "triple": 3,
        "doppel": 2,
        "doble": 2,
        "doppio": 2,
        "doppia": 2,
        "tripla": 3,
        "डबल": 2,
        "ट्रिपल": 3,
    },
}
"""Words that repeat the digit after them."""

FILLERS = frozenset(
    (
        *(
            "and",
            "then",
            "dash",
            "hyphen",
            "minus",
            "space",
            "comma",
            "slash",
            "uh",
            "um",
            "er",
            "okay",
            "und",
            "dann",
        ),
        *("strich", "bindestrich", "komma", "äh", "ähm", "y", "luego", "guion", "guión", "coma", "eh", "et", "puis"),
        *("tiret", "virgule", "euh", "e", "poi", "trattino", "virgola", "और", "फिर", "डैश"),
    )
)
"""Words that people say between digits."""

AT: Mapping[str, str] = {
    "en": "at",
    "de": "at|ät|klammeraffe",
    "es": "arroba",
    "fr": "arobase|arrobas|at",
    "it": "chiocciola|at",
    "hi": "एट|at",
}
DOT: Mapping[str, str] = {
    "en": "dot",
    "de": "punkt|dot",
    "es": "punto",
    "fr": "point",
    "it": "punto",
    "hi": "डॉट|dot",
}


@lru_cache
def digit_words(language: str) -> Mapping[str, str]:
    """Return the digits of all numbers below 100, by their words in a language and in English: `forty two` is `42`.

    A key of several words has one space between them.
    """
    found: dict[str, str] = {}
    for tag in {"en", language} & set(LANGUAGES):
        for number in range(100):
            found[cardinal(number, tag).replace("-", " ")] = str(number)
        found.update(_ALSO[tag])
    return found
