"""Holds each language's words around numbers: signs, units, money, months, and the words before codes and years.

Sources: Unicode CLDR (names of units, currencies and months, decimal signs); Google, "Text normalization" test rows.
"""

from collections.abc import Mapping

from functions.relay.dataclass import dataclass

Counted = tuple[str, str]
"""The words for one thing and for several."""


@dataclass(frozen=True, slots=True)
class Money:
    """The words for a currency and for its hundredth; empty if it has none."""

    unit: Counted
    cent: Counted


@dataclass(frozen=True, slots=True)
class NumberWords:
    """The words of one language.

    After one of the words in `codes` a number is read digit by digit, after one in `years` as a year. `large` has
    words such as `million`, in all their spellings. `one` is the number one before a counted thing.
    """

    tag: str
    decimal: str
    point: str
    minus: str
    plus: str
    percent: str
    until: str
    months: tuple[str, ...]
    codes: str
    years: str
    money: Mapping[str, Money]
    units: Mapping[str, Counted]
    large: Mapping[str, Counted]
    one: Counted
    times: str
    power: str
    nouns: Mapping[str, bool]
    """Things that are often counted, and whether the word is feminine: the number before it must agree."""

    grouped: str = r"\d{1,3}(?:[.\u00a0\u202f_]\d{3})+"
    """The pattern of a whole number whose digits are in groups."""


LAKHS = r"\d{1,3}(?:,\d{2})*(?:,\d{3})+"
"""The pattern of `1,25,000`, as India groups digits."""


_UNITS: Mapping[str, tuple[str, str, str, str, str, str]] = {
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
}
_MONEY: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "$": ("dollar/s", "Dollar", "dólar|dólares", "dollar/s", "dollaro|dollari", "डॉलर"),
    "€": ("euro/s", "Euro", "euro/s", "euro/s", "euro", "यूरो"),
    "£": ("pound/s", "Pfund", "libra/s", "livre/s", "sterlina|sterline", "पाउंड"),
    "¥": ("yen", "Yen", "yen|yenes", "yen/s", "yen", "येन"),
    "₹": ("rupee/s", "Rupie|Rupien", "rupia/s", "roupie/s", "rupia|rupie", "रुपया|रुपये"),
    "CHF": ("Swiss franc/s", "Franken", "franco suizo|francos suizos", "franc/s", "franco|franchi", "स्विस फ़्रैंक"),
}
_CENTS: Mapping[str, tuple[str, str, str, str, str, str]] = {
    "$": ("cent/s", "Cent", "centavo/s", "cent/s", "centesimo|centesimi", "सेंट"),
    "€": ("cent/s", "Cent", "céntimo/s", "centime/s", "centesimo|centesimi", "सेंट"),
    "£": ("penny|pence", "Pence", "penique/s", "penny|pence", "penny|pence", "पेंस"),
    "₹": ("paisa|paise", "Paisa", "paisa/s", "paisa/s", "paisa", "पैसा|पैसे"),
    "CHF": ("cent/s", "Rappen", "céntimo/s", "centime/s", "centesimo|centesimi", "सेंटीम"),
}
PER = {"en": "per", "de": "pro", "es": "por", "fr": "par", "it": "per", "hi": "प्रति"}
"""The words for a slash after an amount of money."""

SYMBOLS = {"US$": "$", "USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "INR": "₹", "Rs.": "₹", "Rs": "₹"}
"""Other ways to write a currency."""


def named_money(words: NumberWords) -> Mapping[str, str]:
    """Return the names of currencies that name nothing else, such as `euros`, with their signs."""
    return {name: sign for sign in "$€₹" for name in words.money[sign].unit}


def _counted(word: str) -> Counted:
    one, bar, more = word.partition("|")
    return (one, more) if bar else (word.removesuffix("/s"), word.replace("/s", "s"))


def _column(rows: Mapping[str, tuple[str, str, str, str, str, str]], place: int) -> dict[str, Counted]:
    return {sign: _counted(words[place]) for sign, words in rows.items()}


def _money(place: int) -> dict[str, Money]:
    cents, none = _column(_CENTS, place), ("", "")
    units = _column(_MONEY, place)
    return {sign: Money(unit, cents.get(sign, none)) for sign, unit in units.items()}


def _nouns(masculine: str, feminine: str) -> dict[str, bool]:
    return dict.fromkeys(masculine.split(), False) | dict.fromkeys(feminine.split(), True)


def _months(names: str) -> tuple[str, ...]:
    return tuple(names.split())


LANGUAGES: Mapping[str, NumberWords] = {
    "en": NumberWords(
        "en", ".", "point", "minus", "plus", "percent", "to",
        _months("January February March April May June July August September October November December"),
        r"code|pin|reference|ref|confirmation|booking|account|card|ticket|extension|ext|zip|postcode"
        r"|passport|policy|id|flight|call|dial",
        r"in|since|by|of|year|until|till|from|before|after|during",
        _money(0), _column(_UNITS, 0),
        {word: (word, word) for word in ("thousand", "million", "billion")}
        | {"k": ("thousand", "thousand"), "M": ("million", "million"), "bn": ("billion", "billion")},
        ("one", "one"), "times", "to the power of", {}, r"\d{1,3}(?:[,_\u00a0\u202f]\d{3})+",
    ),
    "de": NumberWords(
        "de", ",", "Komma", "minus", "plus", "Prozent", "bis",
        _months("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
        r"code|pin|referenz|buchungsnummer|kundennummer|nummer|kontonummer|postleitzahl|plz|durchwahl"
        r"|ticket|flug|wählen Sie|wählen Sie die",
        r"in|seit|jahr|jahre|jahres|von|vor|nach|bis|ab",
        _money(1), _column(_UNITS, 1),
        {"Tausend": ("Tausend", "Tausend")}
        | dict.fromkeys(("Million", "Millionen", "Mio."), ("Million", "Millionen"))
        | dict.fromkeys(("Milliarde", "Milliarden", "Mrd."), ("Milliarde", "Milliarden")),
        ("ein", "eine"), "mal", "hoch",
        _nouns(
            "Euro Tag Tage Monat Monate Jahr Jahre Kilo Kilometer Meter Grad Tisch Tische Platz Gast Zimmer",
            "Stunde Stunden Minute Minuten Sekunde Sekunden Woche Wochen Nacht Nächte Person Personen",
        ),
    ),
    "es": NumberWords(
        "es", ",", "coma", "menos", "más", "por ciento", "a",
        _months("enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"),
        r"código|pin|referencia|reserva|localizador|cuenta|tarjeta|extensión|postal|pasaporte|póliza|vuelo"
        r"|llame al|marque el",
        r"en|desde|de|del|año|hasta",
        _money(2), _column(_UNITS, 2),
        {"mil": ("mil", "mil"), "millón": ("millón", "millones"), "millones": ("millón", "millones")},
        ("un", "una"), "por", "elevado a",
        _nouns(
            "euro euros dólar dólares peso pesos minuto minutos segundo segundos día días mes meses año años"
            " kilo kilos "
            "kilómetro kilómetros metro metros grado grados punto puntos adulto adultos niño niños",
            "hora horas persona personas noche noches semana semanas mesa mesas libra libras plaza plazas vez veces "
            "habitación habitaciones",
        ),
    ),
    "fr": NumberWords(
        "fr", ",", "virgule", "moins", "plus", "pour cent", "à",
        _months("janvier février mars avril mai juin juillet août septembre octobre novembre décembre"),
        r"code|pin|référence|réservation|compte|carte|poste|postal|passeport|dossier|billet|vol"
        r"|appelez le|composez le",
        r"en|depuis|de|année|avant|après|jusqu'en",
        _money(3), _column(_UNITS, 3),
        {"mille": ("mille", "mille"), "million": ("million", "millions"), "millions": ("million", "millions"),
         "milliards": ("milliard", "milliards")},
        ("un", "une"), "fois", "puissance",
        _nouns(
            "euro euros dollar dollars jour jours mois an ans kilo kilos kilomètre kilomètres mètre mètres"
            " degré degrés",
            "heure heures minute minutes seconde secondes personne personnes nuit nuits semaine semaines table"
            " tables "
            "chambre chambres année années place places fois",
        ),
        r"\d{1,3}(?:[ \u00a0\u202f_]\d{3})+",
    ),
    "it": NumberWords(
        "it", ",", "virgola", "meno", "più", "per cento", "a",
        _months("gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre"),
        r"codice|pin|riferimento|prenotazione|conto|carta|interno|postale|cap|passaporto|polizza|biglietto"
        r"|volo|chiami il",
        r"nel|dal|del|anno|fino al",
        _money(4), _column(_UNITS, 4),
        {"mila": ("mila", "mila"), "milione": ("milione", "milioni"), "milioni": ("milione", "milioni"),
         "miliardi": ("miliardo", "miliardi")},
        ("un", "una"), "per", "elevato a",
        _nouns(
            "euro dollaro giorno mese anno minuto secondo tavolo posto chilo chilometro metro grado",
            "ora persona notte settimana camera volta",
        ),
    ),
    "hi": NumberWords(
        "hi", ".", "दशमलव", "माइनस", "प्लस", "प्रतिशत", "से",
        _months("जनवरी फ़रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"),
        r"कोड|पिन|संदर्भ|बुकिंग|खाता|कार्ड|टिकट|नंबर",
        r"सन|साल|वर्ष",
        _money(5), _column(_UNITS, 5),
        {word: (word, word) for word in ("हज़ार", "लाख", "करोड़", "अरब")},
        ("एक", "एक"), "गुणा", "की घात", {}, rf"{LAKHS}|\d{{1,3}}(?:[\u00a0\u202f]\d{{3}})+",
    ),
}  # fmt: skip
"""The languages by their primary tags. In other languages, the voice normalises numbers itself."""


FEMININE = frozenset(
    {
        ("de", "min"),
        ("de", "kWh"),
        ("de", "h"),
        *(("de", large) for large in ("Million", "Mio.", "Milliarde", "Mrd.")),
        ("it", "h"),
        ("de", "₹"),
        ("es", "£"),
        ("es", "₹"),
    }
    | {("fr", "min"), ("fr", "£"), ("fr", "₹"), ("it", "£"), ("it", "₹")}
)
"""Things that are counted with the feminine form of one: `eine Minute`, `una libra`."""
