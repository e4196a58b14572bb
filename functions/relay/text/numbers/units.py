"""Holds the names of units in each language, as `one|several` or with `/s` for a plural by s.

Source: Unicode CLDR 47 (names of units).
"""

from collections.abc import Mapping

Counted = tuple[str, str]
"""The words for one thing and for several."""

Translations = tuple[str, str, str, str, str, str]
"""The words in English, German, Spanish, French, Italian and Hindi."""

_UNITS: Mapping[str, Translations] = {
    "km": ("kilometer/s", "Kilometer", "kilómetro/s", "kilomètre/s", "chilometro|chilometri", "किलोमीटर"),
    "m": ("meter/s", "Meter", "metro/s", "mètre/s", "metro|metri", "मीटर"),
    "cm": ("centimeter/s", "Zentimeter", "centímetro/s", "centimètre/s", "centimetro|centimetri", "सेंटीमीटर"),
    "mm": ("millimeter/s", "Millimeter", "milímetro/s", "millimètre/s", "millimetro|millimetri", "मिलीमीटर"),
    "kg": ("kilogram/s", "Kilogramm", "kilo/s", "kilo/s", "chilo|chili", "किलोग्राम"),
    "g": ("gram/s", "Gramm", "gramo/s", "gramme/s", "grammo|grammi", "ग्राम"),
    "mg": ("milligram/s", "Milligramm", "miligramo/s", "milligramme/s", "milligrammo|milligrammi", "मिलीग्राम"),
    "l": ("liter/s", "Liter", "litro/s", "litre/s", "litro|litri", "लीटर"),
    "L": ("liter/s", "Liter", "litro/s", "litre/s", "litro|litri", "लीटर"),
    "ml": ("milliliter/s", "Milliliter", "mililitro/s", "millilitre/s", "millilitro|millilitri", "मिलीलीटर"),
    "min": ("minute/s", "Minute|Minuten", "minuto/s", "minute/s", "minuto|minuti", "मिनट"),
    "h": ("hour/s", "Stunde|Stunden", "hora/s", "heure/s", "ora|ore", "घंटा|घंटे"),
    "km/h": (
        "kilometer per hour|kilometers per hour",
        "Kilometer pro Stunde",
        "kilómetro por hora|kilómetros por hora",
        "kilomètre à l'heure|kilomètres à l'heure",
        "chilometro all'ora|chilometri all'ora",
        "किलोमीटर प्रति घंटा",
    ),
    "m²": (
        "square meter/s",
        "Quadratmeter",
        "metro cuadrado|metros cuadrados",
        "mètre carré|mètres carrés",
        "metro quadrato|metri quadrati",
        "वर्ग मीटर",
    ),
    "°C": (
        "degree Celsius|degrees Celsius",
        "Grad Celsius",
        "grado Celsius|grados Celsius",
        "degré Celsius|degrés Celsius",
        "grado Celsius|gradi Celsius",
        "डिग्री सेल्सियस",
    ),
    "°F": (
        "degree Fahrenheit|degrees Fahrenheit",
        "Grad Fahrenheit",
        "grado Fahrenheit|grados Fahrenheit",
        "degré Fahrenheit|degrés Fahrenheit",
        "grado Fahrenheit|gradi Fahrenheit",
        "डिग्री फ़ारेनहाइट",
    ),
    "°": ("degree/s", "Grad", "grado/s", "degré/s", "grado|gradi", "डिग्री"),
    "MB": ("megabyte/s", "Megabyte", "megabyte/s", "mégaoctet/s", "megabyte", "मेगाबाइट"),
    "GB": ("gigabyte/s", "Gigabyte", "gigabyte/s", "gigaoctet/s", "gigabyte", "गीगाबाइट"),
    "kWh": (
        "kilowatt hour/s",
        "Kilowattstunde|Kilowattstunden",
        "kilovatio hora|kilovatios hora",
        "kilowattheure/s",
        "chilowattora|chilowattore",
        "किलोवाट घंटा",
    ),
    "lb": ("pound/s", "Pfund", "libra/s", "livre/s", "libbra|libbre", "पाउंड"),
    "lbs": ("pound/s", "Pfund", "libra/s", "livre/s", "libbra|libbre", "पाउंड"),
    "oz": ("ounce/s", "Unze|Unzen", "onza/s", "once/s", "oncia|once", "औंस"),
    "ft": ("foot|feet", "Fuß", "pie/s", "pied/s", "piede|piedi", "फ़ुट"),
    "yd": ("yard/s", "Yard|Yards", "yarda/s", "yard/s", "iarda|iarde", "गज"),
    "gal": ("gallon/s", "Gallone|Gallonen", "galón|galones", "gallon/s", "gallone|galloni", "गैलन"),
    "tsp": (
        "teaspoon/s",
        "Teelöffel",
        "cucharadita/s",
        "cuillère à café|cuillères à café",
        "cucchiaino|cucchiaini",
        "चम्मच",
    ),
    "tbsp": (
        "tablespoon/s",
        "Esslöffel",
        "cucharada/s",
        "cuillère à soupe|cuillères à soupe",
        "cucchiaio|cucchiai",
        "बड़े चम्मच",
    ),
    "mph": (
        "mile per hour|miles per hour",
        "Meile pro Stunde|Meilen pro Stunde",
        "milla por hora|millas por hora",
        "mille à l'heure|milles à l'heure",
        "miglio all'ora|miglia all'ora",
        "मील प्रति घंटा",
    ),
    "sq ft": (
        "square foot|square feet",
        "Quadratfuß",
        "pie cuadrado|pies cuadrados",
        "pied carré|pieds carrés",
        "piede quadrato|piedi quadrati",
        "वर्ग फ़ुट",
    ),
}
_ENGLISH: Mapping[str, Counted] = {"mi": ("mile", "miles")}
"""A unit that is a word in other languages: `alle 5 mi chiami`."""

FEMININE_UNITS = frozenset(
    (tag, unit)
    for tag, units in {
        "de": "min kWh h oz gal mph",
        "es": "h lb lbs oz yd tsp tbsp mph",
        "fr": "min lb lbs oz tsp tbsp",
        "it": "h lb lbs oz yd",
    }.items()
    for unit in units.split()
)
"""Units that are counted with the feminine form of one."""


def column(rows: Mapping[str, Translations], place: int) -> dict[str, Counted]:
    """Return the words of one language, by their signs."""
    return {sign: _counted(words[place]) for sign, words in rows.items()}


def units_of(place: int) -> dict[str, Counted]:
    """Return the units of one language: English, German, Spanish, French, Italian or Hindi, by their place here."""
    return {**column(_UNITS, place), **(_ENGLISH if place == 0 else {})}


def _counted(word: str) -> Counted:
    one, bar, more = word.partition("|")
    return (one, more) if bar else (word.removesuffix("/s"), word.replace("/s", "s"))
