"""Says times of day in each language. Hours are 0 to 23, minutes 0 to 59."""

from collections.abc import Callable, Mapping

from functions.relay.text.numbers.cardinals import cardinal, spanish_before


def _english(hour: int, minute: int, half: str) -> str:
    if not half and (hour == 0 or hour > 12):
        half = "a.m." if hour < 12 else "p.m."
    words = cardinal(hour % 12 or 12, "en")
    if minute:
        words += f" oh {cardinal(minute, 'en')}" if minute < 10 else f" {cardinal(minute, 'en')}"
    elif not half:
        words += " o'clock"
    return f"{words} {half}".strip()


def _german(hour: int, minute: int, _: str) -> str:
    words = "ein" if hour == 1 else cardinal(hour, "de")
    return f"{words} Uhr {cardinal(minute, 'de')}" if minute else f"{words} Uhr"


def _spanish(hour: int, minute: int, half: str) -> str:
    words = spanish_before(hour, feminine=True)
    part = {"a.m.": " de la mañana", "p.m.": " de la tarde"}.get(half, "")
    if hour > 12 or hour == 0:
        return f"{words} {cardinal(minute, 'es')}" if minute else f"{words} horas"
    named = {0: "", 15: " y cuarto", 30: " y media"}
    link = " y " if minute < 30 else " "
    return words + named.get(minute, link + cardinal(minute, "es")) + part


def _french(hour: int, minute: int, _: str) -> str:
    words = f"{_french_feminine(hour)} heure" + ("s" if hour > 1 else "")
    return f"{words} {_french_feminine(minute)}" if minute else words


def _french_feminine(number: int) -> str:
    words = cardinal(number, "fr")
    return f"{words}e" if words.endswith("un") else words


def _italian(hour: int, minute: int, _: str) -> str:
    words = "una" if hour == 1 else cardinal(hour, "it")
    return f"{words} e {cardinal(minute, 'it')}" if minute else words


def _hindi(hour: int, minute: int, _: str) -> str:
    shown = hour % 12 or 12
    if minute == 30 and shown in (1, 2):
        return {1: "डेढ़ बजे", 2: "ढाई बजे"}[shown]
    match minute:
        case 0:
            return f"{cardinal(shown, 'hi')} बजे"
        case 15:
            return f"सवा {cardinal(shown, 'hi')} बजे"
        case 30:
            return f"साढ़े {cardinal(shown, 'hi')} बजे"
        case 45:
            return f"पौने {cardinal(shown % 12 + 1, 'hi')} बजे"
        case _:
            return f"{cardinal(shown, 'hi')} बजकर {cardinal(minute, 'hi')} मिनट"


_CLOCKS: Mapping[str, Callable[[int, int, str], str]] = {
    "en": _english,
    "de": _german,
    "es": _spanish,
    "fr": _french,
    "it": _italian,
    "hi": _hindi,
}


def time_of_day(hour: int, minute: int, half: str, language: str) -> str | None:
    """Return a time in words. `half` is `a.m.`, `p.m.` or empty. None if there is no such time."""
    return _CLOCKS[language](hour, minute, half) if hour < 24 and minute < 60 else None
