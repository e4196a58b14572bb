"""Writes whole numbers in words: cardinals and ordinals in English, German, Spanish, French, Italian and Hindi.

The numbers are those of a call: not negative, and below a million millions. Sources: the standard grammars (Duden,
RAE, Académie française, Crusca). Tests compare every rule with num2words.
"""

from collections.abc import Callable, Mapping

FIRST_UNSPOKEN_NUMBER = 10**12
"""The first number that has no words here: a larger one is read digit by digit."""


def _list(words: str) -> list[str]:
    return words.split()


_EN = _list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_EN_TENS = _list("twenty thirty forty fifty sixty seventy eighty ninety")
_EN_SIZES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"))
_DE = _list("null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf")
_DE_TENS = _list("zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig")
_ES = _list(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciséis "
    "diecisiete dieciocho diecinueve veinte veintiuno veintidós veintitrés veinticuatro veinticinco veintiséis "
    "veintisiete veintiocho veintinueve"
)
_ES_TENS = _list("treinta cuarenta cincuenta sesenta setenta ochenta noventa")
_ES_HUNDREDS = _list(
    "ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos"
)
_FR = _list(
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize dix-sept "
    "dix-huit dix-neuf"
)
_FR_TENS = _list("vingt trente quarante cinquante soixante soixante quatre-vingt quatre-vingt")
_IT = _list(
    "zero uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici sedici "
    "diciassette diciotto diciannove"
)
_IT_TENS = _list("venti trenta quaranta cinquanta sessanta settanta ottanta novanta")
_HI = _list(
    "शून्य एक दो तीन चार पाँच छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह सोलह सत्रह अठारह उन्नीस बीस इक्कीस "
    "बाईस तेईस चौबीस पच्चीस छब्बीस सत्ताईस अट्ठाईस उनतीस तीस इकतीस बत्तीस तैंतीस चौंतीस पैंतीस छत्तीस सैंतीस "
    "अड़तीस उनतालीस चालीस इकतालीस बयालीस तैंतालीस चौवालीस पैंतालीस छियालीस सैंतालीस अड़तालीस उनचास पचास इक्यावन "
    "बावन तिरपन चौवन पचपन छप्पन सत्तावन अट्ठावन उनसठ साठ इकसठ बासठ तिरसठ चौंसठ पैंसठ छियासठ सड़सठ अड़सठ उनहत्तर "
    "सत्तर इकहत्तर बहत्तर तिहत्तर चौहत्तर पचहत्तर छिहत्तर सतहत्तर अठहत्तर उनासी अस्सी इक्यासी बयासी तिरासी चौरासी "
    "पचासी छियासी सत्तासी अट्ठासी नवासी नब्बे इक्यानवे बानवे तिरानवे चौरानवे पचानवे छियानवे सत्तानवे अट्ठानवे "
    "निन्यानवे"
)


def _english(number: int) -> str:
    if number < 20:
        return _EN[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _EN_TENS[tens - 2] + (f"-{_EN[ones]}" if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return f"{_EN[hundreds]} hundred" + (f" and {_english(rest)}" if rest else "")
    size, name = next(one for one in _EN_SIZES if number >= one[0])
    many, rest = divmod(number, size)
    link = " and " if 0 < rest < 100 else " "
    return f"{_english(many)} {name}" + (f"{link}{_english(rest)}" if rest else "")


def _german(number: int) -> str:
    for size, one, more in ((10**9, "eine Milliarde", "Milliarden"), (10**6, "eine Million", "Millionen")):
        if number >= size:
            many, rest = divmod(number, size)
            head = one if many == 1 else f"{_german(many)} {more}"
            return f"{head} {_german(rest)}" if rest else head
    if number >= 1000:
        many, rest = divmod(number, 1000)
        return f"{_german_before(many)}tausend" + (_german(rest) if rest else "")
    if number >= 100:
        many, rest = divmod(number, 100)
        return f"{_german_before(many)}hundert" + (_german(rest) if rest else "")
    return _german_below_100(number)


def _german_below_100(number: int) -> str:
    if number <= 12:
        return _DE[number]
    if number < 20:
        return {16: "sechzehn", 17: "siebzehn"}.get(number, f"{_DE[number - 10]}zehn")
    tens, ones = divmod(number, 10)
    return (f"{_german_before(ones)}und" if ones else "") + _DE_TENS[tens - 2]


def _german_before(number: int) -> str:
    """Return a number as the first part of a word: `ein` for one."""
    words = _german(number)
    return words.removesuffix("s") if number % 100 == 1 else words


def _spanish(number: int) -> str:
    if number >= 10**6:
        many, rest = divmod(number, 10**6)
        head = "un millón" if many == 1 else f"{spanish_before(many)} millones"
        return f"{head} {_spanish(rest)}" if rest else head
    if number >= 1000:
        many, rest = divmod(number, 1000)
        head = "mil" if many == 1 else f"{spanish_before(many)} mil"
        return f"{head} {_spanish(rest)}" if rest else head
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        return f"{_ES_HUNDREDS[hundreds - 1]} {_spanish(rest)}" if rest else _only_hundreds(hundreds)
    if number < 30:
        return _ES[number]
    tens, ones = divmod(number, 10)
    return _ES_TENS[tens - 3] + (f" y {_ES[ones]}" if ones else "")


def _only_hundreds(hundreds: int) -> str:
    return "cien" if hundreds == 1 else _ES_HUNDREDS[hundreds - 1]


def spanish_before(number: int, feminine: bool = False) -> str:
    """Return a number as it is said before a counted thing: `un euro`, `veintiún euros`, `doscientas libras`."""
    words = _spanish(number)
    if feminine:
        words = words.replace("cientos", "cientas").replace("quinientos", "quinientas")
        return words.removesuffix("o") + "a" if words.endswith("uno") else words
    if words.endswith("veintiuno"):
        return words.removesuffix("uno") + "ún"
    return words.removesuffix("o") if words.endswith("uno") else words


def _french(number: int) -> str:
    for size, name in ((10**9, "milliard"), (10**6, "million")):
        if number >= size:
            many, rest = divmod(number, size)
            head = f"{_french(many)} {name}" + ("s" if many > 1 else "")
            return f"{head} {_french(rest)}" if rest else head
    if number >= 1000:
        many, rest = divmod(number, 1000)
        # `cent` and `vingt` have an s at the end of a number, but not before `mille`.
        head = (
            "mille"
            if many == 1
            else f"{_french(many).removesuffix('s') if many % 100 in (0, 80) else _french(many)} mille"
        )
        return f"{head} {_french(rest)}" if rest else head
    if number >= 100:
        hundreds, rest = divmod(number, 100)
        head = "cent" if hundreds == 1 else f"{_FR[hundreds]} cent"
        return f"{head} {_french(rest)}" if rest else head + ("s" if hundreds > 1 else "")
    return _french_below_100(number)


def _french_inside(number: int) -> str:
    """Return a number that is not the end of a longer one: there, `cents` and `vingts` lose their s."""
    return _french(number).removesuffix("s") if number % 100 in (0, 80) else _french(number)


def _french_below_100(number: int) -> str:
    if number < 20:
        return _FR[number]
    tens, ones = divmod(number, 10)
    ones += 10 if tens in (7, 9) else 0
    head = _FR_TENS[tens - 2]
    if number == 80:
        return "quatre-vingts"
    if ones in (1, 11) and tens < 8:
        return f"{head} et {_FR[ones]}"
    return f"{head}-{_FR[ones]}" if ones else head


def _italian(number: int) -> str:
    for size, one, more in ((10**9, "un miliardo", "miliardi"), (10**6, "un milione", "milioni")):
        if number >= size:
            many, rest = divmod(number, size)
            head = one if many == 1 else f"{_italian(many)} {more}"
            return f"{head} {_italian(rest)}" if rest else head
    words = _italian_word(number)
    return words[:-1] + "é" if number > 3 and number % 10 == 3 and number % 100 != 13 else words


def _italian_word(number: int) -> str:
    """Return a number below a million as one word, without the accent at its end."""
    if number < 20:
        return _IT[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        head = _IT_TENS[tens - 2]
        return (head[:-1] if ones in (1, 8) else head) + (_IT[ones] if ones else "")
    if number < 1000:
        hundreds, rest = divmod(number, 100)
        return ("" if hundreds == 1 else _IT[hundreds]) + "cento" + (_italian_word(rest) if rest else "")
    many, rest = divmod(number, 1000)
    return ("mille" if many == 1 else f"{_italian_word(many)}mila") + (_italian_word(rest) if rest else "")


def _hindi(number: int) -> str:
    for size, name in ((10**9, "अरब"), (10**7, "करोड़"), (10**5, "लाख"), (1000, "हज़ार"), (100, "सौ")):
        if number >= size:
            many, rest = divmod(number, size)
            return f"{_hindi(many)} {name}" + (f" {_hindi(rest)}" if rest else "")
    return _HI[number]


_CARDINALS: Mapping[str, Callable[[int], str]] = {
    "en": _english,
    "de": _german,
    "es": _spanish,
    "fr": _french,
    "it": _italian,
    "hi": _hindi,
}


def cardinal(number: int, language: str) -> str:
    """Return the cardinal in words. `language` is a primary tag such as `de`."""
    return _CARDINALS[language](number)


_EN_ORDINAL = {"one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth"}
_DE_ORDINAL = {1: "erst", 3: "dritt", 7: "siebt", 8: "acht"}
_ES_ORDINAL = _list(
    "primero segundo tercero cuarto quinto sexto séptimo octavo noveno décimo undécimo duodécimo decimotercero "
    "decimocuarto decimoquinto decimosexto decimoséptimo decimoctavo decimonoveno vigésimo"
)
_IT_ORDINAL = _list("primo secondo terzo quarto quinto sesto settimo ottavo nono decimo")
_HI_ORDINAL = {1: "पहला", 2: "दूसरा", 3: "तीसरा", 4: "चौथा", 6: "छठा"}


def _english_ordinal(number: int, _: bool) -> str:
    words = _english(number)
    last = words.replace("-", " ").rpartition(" ")[2]
    head = words.removesuffix(last)
    if last in _EN_ORDINAL:
        return head + _EN_ORDINAL[last]
    if last == "twelve":
        return f"{head}twelfth"
    return head + (last[:-1] + "ieth" if last.endswith("y") else f"{last}th")


def _german_ordinal(number: int, _: bool) -> str:
    """Return a German ordinal without its ending, which depends on the word before it."""
    small = number % 100
    if small in _DE_ORDINAL:
        return (_german(number - small) if number > small else "") + _DE_ORDINAL[small]
    return _german(number) + ("t" if 0 < small < 20 else "st")


def _spanish_ordinal(number: int, feminine: bool) -> str:
    words = _ES_ORDINAL[number - 1]
    return words[:-1] + "a" if feminine else words


def _french_ordinal(number: int, feminine: bool) -> str:
    if number == 1:
        return "première" if feminine else "premier"
    words = _french_inside(number)
    if words.endswith("cinq"):
        return f"{words}uième"
    return f"{words[:-1]}vième" if words.endswith("neuf") else f"{words.removesuffix('e')}ième"


def _italian_ordinal(number: int, feminine: bool) -> str:
    words = _IT_ORDINAL[number - 1] if number <= 10 else _italian_long_ordinal(number)
    return words[:-1] + "a" if feminine else words


def _italian_long_ordinal(number: int) -> str:
    words = _italian(number)
    if words.endswith("é"):
        return f"{words[:-1]}eesimo"
    return f"{words}esimo" if number % 10 == 6 and number % 100 != 16 else f"{words[:-1]}esimo"


def _hindi_ordinal(number: int, feminine: bool) -> str:
    if number in _HI_ORDINAL:
        return _HI_ORDINAL[number][:-1] + ("ी" if feminine else "ा")
    return _hindi(number) + ("वीं" if feminine else "वाँ")


_ORDINALS: Mapping[str, tuple[Callable[[int, bool], str], int]] = {
    "en": (_english_ordinal, FIRST_UNSPOKEN_NUMBER),
    "de": (_german_ordinal, 10**6),
    "es": (_spanish_ordinal, 20),
    "fr": (_french_ordinal, 10**6),
    "it": (_italian_ordinal, 1000),
    "hi": (_hindi_ordinal, 100),
}


def ordinal(number: int, language: str, feminine: bool = False) -> str | None:
    """Return the ordinal in words; None if people would not say it. German ordinals lack their ending."""
    words, most = _ORDINALS[language]
    return words(number, feminine) if 0 < number <= most else None
