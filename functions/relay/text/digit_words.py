"""Lists how callers say digits, by language: `four one`, `double five`, `quarante-deux`; and `at` and `dot`."""

import re
from collections.abc import Mapping
from functools import lru_cache

from functions.relay.text.numbers.cardinals import cardinal
from functions.relay.text.numbers.languages import LANGUAGES

_ALSO: Mapping[str, Mapping[str, str]] = {
    "en": {"oh": "0", "o": "0", "nought": "0", "nil": "0", "naught": "0", "niner": "9"},
    "de": {"zwo": "2", "ein": "1", "eine": "1", "fuenf": "5", "zwoelf": "12"},
    "es": {"un": "1", "una": "1", "veintiun": "21", "veintiún": "21"},
    "fr": {"une": "1", "zero": "0", "septante": "70", "huitante": "80", "nonante": "90"},
    "it": {"un": "1", "una": "1", "tré": "3"},
    "hi": {
        **{"पांच": "5", "छः": "6", "छे": "6", "ज़ीरो": "0", "जीरो": "0", "वन": "1", "टू": "2", "टु": "2", "थ्री": "3"},
        **{
            "फोर": "4",
            "फ़ोर": "4",
            "फाइव": "5",
            "फ़ाइव": "5",
            "सिक्स": "6",
            "सेवन": "7",
            "एट": "8",
            "ऐट": "8",
            "एइट": "8",
        },
        **{"नाइन": "9", "नाईन": "9", "shunya": "0", "ek": "1", "do": "2", "teen": "3", "tin": "3", "char": "4"},
        **{
            "chaar": "4",
            "panch": "5",
            "paanch": "5",
            "chhah": "6",
            "chhe": "6",
            "che": "6",
            "chah": "6",
            "saat": "7",
            "sat": "7",
        },
        **{"aath": "8", "ath": "8", "nau": "9"},
    },
}
_HUNDREDS = {"dos": "2", "tres": "3", "cuatro": "4", "seis": "6", "sete": "7", "ocho": "8", "nove": "9"}

ROMANISED = frozenset(
    ("shunya", "ek", "chaar", "panch", "paanch", "chhah", "chhe", "chah", "saat", "aath", "nau"),
)
"""Hindi digits in Latin letters that are no English words, as `do` and `teen` are."""

SIZES: Mapping[str, Mapping[str, tuple[str, int]]] = {
    "en": {"hundred": ("", 100), "thousand": ("", 1000)},
    "de": {"hundert": ("1", 100), "tausend": ("1", 1000)},
    "es": {"cien": ("1", 100), "ciento": ("1", 100), "quinientos": ("5", 100), "quinientas": ("5", 100)}
    | {f"{start}cient{end}": (digit, 100) for start, digit in _HUNDREDS.items() for end in ("os", "as")}
    | {"mil": ("1", 1000)},
    "fr": {"cent": ("1", 100), "cents": ("1", 100), "mille": ("1", 1000), "mil": ("1", 1000)},
    "it": {"cento": ("1", 100), "cent": ("1", 100), "mille": ("1", 1000), "mila": ("", 1000)},
    "hi": {"सौ": ("1", 100), "हज़ार": ("1", 1000), "हजार": ("1", 1000), "sau": ("1", 100), "hazaar": ("1", 1000)},
}
"""Words for a hundred and a thousand: the digit that they mean if no number is before them, and the size.

`doscientos` has its own digit. English has none without a number: `a hundred`.
"""

ALONE = {"it": "mille"}
"""A size that no number multiplies: `ottantotto mille` are two numbers."""

LINKS = frozenset({"and", "und", "y", "et", "e"})
"""Words between the hundreds and the rest: `one hundred and five`."""

INSIDE = {"de": re.compile("(hundert|tausend)(?:und)?"), "it": re.compile("(cent(?=ott|un)|cento|mille|mila)")}
"""The sizes inside of a word: `zwölfhundertelf`, `ottocentottanta`."""

HOMOPHONES: Mapping[str, Mapping[str, str]] = {
    "en": {"for": "4", "fore": "4", "to": "2", "too": "2", "won": "1", "ate": "8"},
    "fr": {"cette": "7", "set": "7"},
}
"""Words that sound like a digit, as speech recognition writes them: `for one one one`."""

ORDERS: Mapping[str, str] = {
    "en": "first|second|third|next|last|final|other|following",
    "de": "ersten?|nächsten?|letzten?|weiteren?|folgenden?",
    "es": "primer[oa]s|siguientes|últim[oa]s|próxim[oa]s|otr[oa]s",
    "fr": "premiers|prochains|derniers|autres|suivants",
    "it": "prim[ei]|prossim[ei]|ultim[ei]|altr[ei]|successiv[ei]",
    "hi": "पहले|अगले|आख़िरी|आखिरी|अंतिम",
}
"""Words beside which a small number counts digits, and is none: `the next four are`."""

AFTER_NUMBER = frozenset({"es", "fr", "it"})
"""Languages in which such a word may also follow the number: `les quatre derniers`."""

PLUS = frozenset({"plus", "más", "più", "प्लस"})
"""Words for the sign before a country code."""

REPEATED: Mapping[str, int] = {
    **{
        "double": 2,
        "triple": 3,
        "quadruple": 4,
        "zweimal": 2,
        "dreimal": 3,
        "viermal": 4,
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
            "sorry",
            "no",
            "pardon",
            "entschuldigung",
            "nein",
            "perdón",
            "scusi",
            "und",
            "dann",
        ),
        *("strich", "bindestrich", "komma", "äh", "ähm", "y", "luego", "guion", "guión", "coma", "eh", "et", "puis"),
        *("tiret", "virgule", "euh", "e", "poi", "trattino", "virgola", "और", "फिर", "डैश"),
        *("next", "weiter", "siguiente", "ensuite", "espace", "espacio", "spazio", "leerzeichen", "अगला"),
    )
)
"""Words that people say between digits."""

AT: Mapping[str, str] = {
    "en": "at(?: the rate(?: of)?| sign)?",
    "de": "at|ät|klammeraffe",
    "es": "arroba",
    "fr": "arobase|arrobas|at",
    "it": "chiocciola|at",
    "hi": "एट|ऐट|at(?: the rate(?: of)?)?",
}
DOT: Mapping[str, str] = {
    "en": "dot",
    "de": "punkt|dot",
    "es": "punto",
    "fr": "point",
    "it": "punto",
    "hi": "डॉट|dot",
}

LINK = (
    "underscore|dash|hyphen|minus|plus|strich|bindestrich|unterstrich|guion(?: bajo)?|guión(?: bajo)?|barra baja|más"
    "|tiret(?: du bas| bas)?|trattino(?: basso)?|sottolineatura|più|डैश|हाइफ़न|अंडरस्कोर|प्लस"
)
"""Words for the signs in an e-mail address, as a pattern."""

TOKEN = re.compile(r"\+?\d+|(?:[^\W\d_]|[\u0900-\u0903\u093a-\u094f])+|\n")
"""Matches a number in digits, a word, or the end of a line."""


def primary_tag(language: str) -> str:
    """Return the first subtag of a BCP-47 tag in small letters, such as `en` for `en-US`."""
    return language.split("-", maxsplit=1)[0].lower()


def languages_of(text: str, language: str) -> tuple[str, ...]:
    """Return the languages in which to find the numbers of a text. Hindi is last: it has the English words too.

    In India, people say digits in Hindi in a call in English, which is then written in Latin letters: `ek do teen`.
    """
    tag = primary_tag(language)
    romanised = tag == "en" and any(token[0].lower() in ROMANISED for token in TOKEN.finditer(text))
    return ("en", "hi") if romanised else (tag,)


@lru_cache
def digit_words(language: str) -> Mapping[str, str]:
    """Return the digits of all numbers below 100, by their words in a language and in English: `forty two` is `42`.

    A key of several words has one space between them.
    """
    # Callers in India also say Hindi digits in a call in English; no word of another language looks like these. For
    # Hindi digits in Latin letters, the words of Hindi are used too: see `redaction`.
    hindi = {**{cardinal(number, "hi"): str(number) for number in range(100)}, **_ALSO["hi"]}
    found = {word: digits for word, digits in hindi.items() if not word.isascii()}
    for tag in {"en", language} & set(LANGUAGES):
        for number in range(100):
            found[cardinal(number, tag).replace("-", " ")] = str(number)
        found.update(_ALSO[tag])
    return found


def pieces_of(word: str, language: str) -> tuple[str, ...]:
    """Return a word in small letters, in the parts in which a language joins numbers: `zwölf`, `hundert`, `elf`.

    A word that is no number stays whole.
    """
    inside = INSIDE.get(language)
    pieces = tuple(filter(None, inside.split(word))) if inside else (word,)
    known, sizes = digit_words(language), SIZES.get(language, {})
    return pieces if all(piece in known or piece in sizes for piece in pieces) else (word,)


@lru_cache
def single_words(language: str) -> frozenset[str]:
    """Return the words of which numbers are made."""
    sizes = SIZES["en"].keys() | SIZES.get(language, {}).keys()
    return frozenset(part for words in digit_words(language) for part in words.split()) | sizes
