"""Private words of callers, as digits and as words, are replaced by a placeholder.

Numbers are recognised by the libraries of the adapter: made-up rules would find made-up cards.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn, verhoeff

from functions.adapters.redaction import NumberRecognizer
from functions.relay.text.digit_words import single_words
from functions.relay.text.numbers.cardinals import cardinal
from functions.relay.text.private import DEFAULT, Private
from functions.relay.text.redaction import (
    Span,
    found,
    may_go_on,
    may_hold,
    open_row,
    redact,
    redact_turn,
    with_placeholders,
    without_rows,
)

ALL = frozenset(Private)
CARD, IBAN, AADHAAR = "4111111111111111", "DE89370400440532013000", "234123412346"


def redacted(text: str, language: str = "en-US", kinds: frozenset[Private] = ALL) -> str:
    return redact(text, kinds, language, NumberRecognizer())


def said(digits: str, language: str) -> str:
    return " ".join(cardinal(int(digit), language) for digit in digits)


def said_by(digits: str, words: str) -> str:
    """Return digits in these words, those of 0 to 9."""
    return " ".join(words.split()[int(digit)] for digit in digits)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("My card is 4111 1111 1111 1111.", "My card is [card]."),
        ("It's 4111-1111-1111-1111, expiring 12/27.", "It's [card], expiring 12/27."),
        ("4111111111111111", "[card]"),
        ("Amex 3782 822463 10005 please", "Amex [card] please"),
        ("4111 1111 1111 1111 12 27 123", "[card] 12 27 123"),
        ("4111 1111 1111 1112", "4111 1111 1111 1112"),
        ("four one one one, one one one one, one one one one, one one one one", "[card]"),
        ("four one double one triple one one uh one one one and one one triple one", "[card]"),
        ("forty-one eleven eleven eleven eleven eleven eleven eleven", "[card]"),
        ("DE89 3704 0044 0532 0130 00 is it", "[iban] is it"),
        ("My IBAN is gb82west12345698765432!", "My IBAN is [iban]!"),
        ("D E eight nine three seven zero four 0044 0532 0130 00", "[iban]"),
        ("DE88 3704 0044 0532 0130 00", "DE88 3704 0044 0532 0130 00"),
        ("My social is 536-90-4399.", "My social is [ssn]."),
        ("five three six nine oh four three nine nine", "[ssn]"),
        ("000-12-3456", "000-12-3456"),
        ("2341 2341 2346 is my Aadhaar", "[aadhaar] is my Aadhaar"),
        ("2341 2341 2347", "2341 2341 2347"),
        ("Write to rosa.b+x@mail.hotline.example, please.", "Write to [email], please."),
        ("It's rosa dot b at hotline dot example.", "It's [email]."),
        ("It's rosa @ hotline . example", "It's [email]"),
        ("It's r o s a at hotline dot example.", "It's [email]."),
        ("It's rosa 77 at hotline dot example.", "It's [email]."),
        ("Ask me @ Rosa. We are open.", "Ask me @ Rosa. We are open."),
        ("It's rosa at the rate of hotline dot example.", "It's [email]."),
        ("It's rosa.b@hotline dot example.", "It's [email]."),
        ("It's rosa at hotline.example.", "It's [email]."),
        ("It's rosa plus b at my-hotline dot example", "It's [email]"),
        ("We are open at 9.30. Come at noon. We wait.", "We are open at 9.30. Come at noon. We wait."),
        ("quadruple five quadruple five quadruple five quadruple four", "[card]"),
        ("It was 1,234,567.89 dollars.", "It was 1,234,567.89 dollars."),
        ("4111 1111 1111 ending in 1111", "[card] ending in [card]"),
        ("4111 1111 1111 and the last four are 1111", "[card] and the last four are [card]"),
        ("3782 is first, then 822463 and at last 10005", "[card] is first, then [card] and at last [card]"),
        ("It is 4111 11, and the rest is 11 1111 1111.", "It is 4111 11, and the rest is 11 1111 1111."),
        ("In 2024 table 4111, in 2025 table 1111", "In 2024 table 4111, in 2025 table 1111"),
        ("four one one one. Sorry, one one one one, one one one one, no, one one one one", "[card]"),
        (said(AADHAAR, "hi"), "[aadhaar]"),
        ("Call me at +1 555 010 0123.", "Call me at [phone]."),
        ("Call me at (212) 555-0142.", "Call me at [phone]."),
        ("two one two five five five oh one four two", "[phone]"),
        ("At 8:30 on November 28, 2026, 4 people.", "At 8:30 on November 28, 2026, 4 people."),
        ("Room 204, reference 4711, 10,000 dollars.", "Room 204, reference 4711, 10,000 dollars."),
        ("", ""),
    ],
)
def test_a_text_is_redacted(text: str, safe: str) -> None:
    assert redacted(text) == safe


@pytest.mark.parametrize(
    ("language", "text", "safe"),
    [
        (
            "hi-IN",
            said_by(AADHAAR, "ज़ीरो वन टू थ्री फोर फाइव सिक्स सेवन एट नाइन"),
            "[aadhaar]",
        ),
        (
            "hi-IN",
            said_by(AADHAAR, "shunya ek do teen char panch chhah saat aath nau"),
            "[aadhaar]",
        ),
        ("hi-IN", "रोज़ा एट जीमेल डॉट कॉम", "[email]"),
        ("de-DE", "Meine Karte ist vier eins eins eins " + "eins " * 11 + "eins.", "Meine Karte ist [card]."),
        ("de-DE", "einundvierzig elf elf elf elf elf elf elf", "[card]"),
        ("de-DE", "rosa punkt b ät hotline punkt example", "[email]"),
        ("de-DE", "vier dreimal eins viermal eins viermal eins viermal eins", "[card]"),
        ("en-IN", said_by(AADHAAR, "shunya ek do teen char panch che saat aath nau"), "[aadhaar]"),
        ("es-ES", "Es cuarenta y uno once once once once once once once", "Es [card]"),
        ("es-ES", "rosa arroba hotline punto example", "[email]"),
        ("es-ES", "Mi número es 612 34 56 78.", "Mi número es [phone]."),
        ("fr-FR", "quarante et un onze onze onze onze onze onze onze", "[card]"),
        ("fr-FR", "C'est le zéro six douze trente-quatre cinquante-six soixante-dix-huit.", "C'est le [phone]."),
        ("it-IT", "rosa chiocciola hotline punto example", "[email]"),
        ("it-IT", "quarantuno undici undici undici undici undici undici undici", "[card]"),
        ("hi-IN", "मेरा आधार " + said(AADHAAR, "hi") + " है", "मेरा आधार [aadhaar] है"),
        ("hi-IN", "four one one one " * 1 + "1111 1111 1111", "[card]"),
        ("en-IN", "My card is chaar " + "ek " * 15 + "thanks", "My card is [card] thanks"),
        ("en-US", "It is four double ek ek " + "one " * 8 + "triple ek 1", "It is [card]"),
        ("en-GB", "Do you have a saat? My card is 4111 1111 1111 1111", "Do you have a saat? My card is [card]"),
        ("en-US", "My teen sat for do char tests at ten", "My teen sat for do char tests at ten"),
        ("pt-BR", "4111 1111 1111 1111", "[card]"),
    ],
)
def test_a_text_is_redacted_in_the_language_of_the_call(language: str, text: str, safe: str) -> None:
    assert redacted(text, language) == safe


GROUPS = "4012 8888 8888 1881"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "fifty-two hundred, eighty-two eighty-two, eighty-two eighty-two, eighty-two ten"),
        ("en-US", "fifty-two hundred eighty-two eighty-two eighty-two eighty-two eighty-two ten"),
        ("en-US", "forty twelve eighty eight hundred and eighty eight 8888 eighteen hundred and eighty one"),
        ("en-US", "four thousand and twelve, eight thousand eight hundred and eighty eight, 8888, 1881"),
        ("en-GB", "forty-one double one, eleven hundred and eleven, eleven eleven, one thousand one hundred eleven"),
        ("de-DE", "vierzig zwölf achtundachtzighundertachtundachtzig 8888 achtzehnhunderteinundachtzig"),
        ("de-DE", "viertausendzwölf achttausendachthundertachtundachtzig 8888 eintausendachthunderteinundachtzig"),
        ("de-DE", "einundvierzighundertelf elfhundertelf elfhundertundelf tausendeinhundertelf"),
        ("es-ES", "cuatro mil doce, ocho mil ochocientos ochenta y ocho, 8888, mil ochocientos ochenta y uno"),
        ("es-MX", "cuatro mil ciento once, mil ciento once, mil ciento once, mil ciento once"),
        (
            "fr-FR",
            "quatre mille douze, huit mille huit cent quatre-vingt-huit, 8888, mille huit cent quatre-vingt-un",
        ),
        (
            "fr-FR",
            "quatre mille douze, quatre-vingt-huit cent quatre-vingt-huit, 8888, dix-huit cent quatre-vingt-un",
        ),
        ("it-IT", "quattromiladodici ottomilaottocentottantotto 8888 milleottocentottantuno"),
        ("it-IT", "quattromila dodici, ottomila ottocento ottantotto, 8888, milleottocento ottantuno"),
        ("hi-IN", "चार हज़ार बारह आठ हज़ार आठ सौ अट्ठासी 8888 अठारह सौ इक्यासी"),
        ("en-US", "for one one one one one one one one one one one one one one one"),
        ("en-US", "four oh one to, eight eight eight ate, eight eight eight eight, won eight ate won"),
        ("en-US", "for zero one too, ate ate ate ate, ate ate ate ate, won ate ate won"),
        ("en-US", "3 7 ate to ate to, to for 6 3 1 triple oh 5"),
    ],
)
def test_cards_are_found_in_numbers_as_people_say_them(language: str, text: str) -> None:
    assert redacted(text.strip(), language) == "[card]"


@pytest.mark.parametrize(
    ("language", "between"),
    [
        ("en-US", ("next", "then next", "and")),
        ("en-US", ("dash", "then dash", "okay then")),
        ("en-US", ("then the next four are", "the next four digits are", "and the last four are")),
        ("en-US", ("that's the first four,", "that's the second, then", "and finally")),
        ("en-US", ("is the first group, second group is", "and after that", "and it ends with")),
        ("de-DE", ("dann", "weiter mit", "und am Ende")),
        ("de-DE", ("die nächsten vier sind", "die nächsten vier", "und die letzten vier sind")),
        ("es-ES", ("luego", "los cuatro siguientes son", "y los últimos cuatro")),
        ("fr-FR", ("ensuite", "les quatre suivants sont", "et les quatre derniers")),
        ("it-IT", ("poi", "le prossime quattro sono", "e le ultime quattro sono")),
        ("hi-IN", ("फिर", "अगले चार", "और आख़िरी चार")),
    ],
)
@pytest.mark.parametrize("spoken", [False, True])
def test_cards_are_found_in_groups_with_words_between(language: str, between: tuple[str, ...], spoken: bool) -> None:
    tag = language.partition("-")[0]
    groups = [said(group, tag) if spoken else group for group in GROUPS.split()]
    text = groups[0] + "".join(f" {words} {group}" for words, group in zip(between, groups[1:], strict=True))
    safe = redacted(text, language)
    assert "[card]" in safe
    assert not any(group in safe for group in groups)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "jane underscore doe 42 at gmail dot co dot uk"),
        ("en-US", "jane hyphen doe plus shop at my dash shop dot example"),
        ("de-DE", "jana bindestrich müller at web punkt de"),
        ("de-DE", "jana unterstrich müller ät web punkt de"),
        ("es-ES", "ana guion bajo garcía arroba gmail punto com"),
        ("es-MX", "ana guión garcía arroba gmail punto com punto mx"),
        ("fr-FR", "jean tiret du bas dupont arobase free point fr"),
        ("fr-FR", "jean tiret dupont arobase orange point fr"),
        ("it-IT", "mario trattino basso rossi chiocciola libero punto it"),
        ("hi-IN", "राम अंडरस्कोर कुमार एट जीमेल डॉट कॉम"),
    ],
)
def test_addresses_are_found_in_each_language(language: str, text: str) -> None:
    assert redacted(text, language) == "[email]"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en-US", "six four six five five five twenty three hundred"),
        ("en-US", "two one two five five five oh one for too"),
        ("en-US", "eight hundred five five five twelve twelve"),
        ("en-US", "plus four nine one seven oh one two three four five six seven"),
        ("en-GB", "oh seven four double oh nine hundred one two three"),
        ("de-DE", "null einhundertsiebzig zwölf vierunddreißig fünfhundertsiebenundsechzig"),
        ("de-DE", "plus vier neun eins sieben null eins zwei drei vier fünf sechs sieben"),
        ("es-ES", "seiscientos doce, treinta y cuatro, cincuenta y seis, setenta y ocho"),
        ("es-ES", "más treinta y cuatro, seis uno dos, treinta y cuatro, cincuenta y seis, setenta y ocho"),
        ("fr-FR", "zéro six douze trente-quatre cinquante-six soixante-dix-huit"),
        ("it-IT", "trecentotrentatré dodici trentaquattro cinquantasei sette"),
        ("hi-IN", "नौ आठ सात छह पाँच चार तीन दो एक शून्य"),
    ],
)
def test_telephone_numbers_are_found_in_each_language(language: str, text: str) -> None:
    assert redacted(text, language) == "[phone]"


def test_a_telephone_number_beside_another_number_is_found() -> None:
    assert redacted("A table for 5, yes, 212 555 0142.") == "A table for 5, yes, [phone]."
    assert redacted("We ate at 8. Call 212 555 0142 to book for 2.") == "We ate at 8. Call [phone] to book for 2."


NEAR_MISSES = [
    ("en-US", "It costs four hundred one, one hundred eleven, or two hundred fifteen dollars."),
    ("en-US", "One hundred five, two hundred ten, three hundred fifteen."),
    ("en-US", "Two million one hundred twenty-five thousand five hundred fifty dollars and ninety-nine cents."),
    ("en-US", "From nineteen hundred eighty-four to two thousand twenty-six, for five or six years."),
    ("en-US", "A table for two to four at eight, for one or two hours, too."),
    ("en-US", "We ate at seven to eight, and won two to one, one to one and four to two."),
    ("en-US", "The first four, the next five and the last six guests pay twelve hundred dollars."),
    ("en-US", "Open nine to five, Monday to Friday, and ten to two on the twenty-fourth of December 2026."),
    ("en-US", "Rooms 401, 402, 403, 404, then 501 and 502."),
    ("en-GB", "It was 12 thousand, then 15 hundred, next 20."),
    ("en-US", "Write to 1555 0101, or for 3690 4399 won."),
    ("en-US", "You talk to 15550101, or to 1555 0101."),
    ("en-US", "Write to us at noon dot, or plus one, minus two, dash."),
    ("de-DE", "Es kostet elfhundertelf Euro, oder zweitausendfünfhundert, dann noch einhundert."),
    ("de-DE", "Von neunzehnhundertvierundachtzig bis zweitausendsechsundzwanzig, um acht Uhr dreißig."),
    ("de-DE", "Einhundert, zweihundert, dreihundert, vierhundert und fünfhundert Euro."),
    ("es-ES", "Seiscientos, setecientos u ochocientos euros."),
    ("es-ES", "Mil gracias, cien veces. Son doce mil trescientos cuarenta y cinco euros con cincuenta."),
    ("fr-FR", "Cette table pour quatre à huit heures, mille mercis. Cela fait deux cent cinquante euros."),
    ("fr-FR", "Les quatre premiers, les cinq suivants, en mille neuf cent quatre-vingt-quatre."),
    ("it-IT", "Mille grazie. Sono trecentocinquanta euro, poi duemilaventisei, poi milleduecento."),
    ("hi-IN", "दो हज़ार छब्बीस में पाँच सौ रुपये, फिर चार सौ, फिर तीन सौ।"),
]


@pytest.mark.parametrize(("language", "text"), NEAR_MISSES)
def test_prices_years_and_times_are_not_private(language: str, text: str) -> None:
    assert redacted(text, language) == text


@pytest.mark.parametrize(
    ("texts", "safe"),
    [
        (("My card is 4111 1111", "1111 1111."), ("My card is [card]", "[card].")),
        (("It is four one one one", "1111 1111", "one one one one"), ("It is [card]", "[card]", "[card]")),
        (
            ("It is 4111 1111", "and the rest is 1111 1111", "Thanks"),
            ("It is [card]", "and the rest is [card]", "Thanks"),
        ),
        (("4", "1", *"11111111111111"), ("[card]",) * 16),
        (("A table for 4", "at 8"), ("A table for 4", "at 8")),
        ((), ()),
        (("",), ("",)),
    ],
)
def test_what_goes_on_in_the_next_prompt_is_redacted(texts: tuple[str, ...], safe: tuple[str, ...]) -> None:
    assert redact_turn(texts, ALL, "en-US", NumberRecognizer()) == safe


def test_only_cards_and_national_ids_are_redacted_by_default() -> None:
    text = f"{CARD}, rosa@hotline.example, +1 555 010 0123"
    assert redacted(text, kinds=DEFAULT) == "[card], rosa@hotline.example, +1 555 010 0123"
    assert redacted(text, kinds=frozenset()) == text


@given(st.from_regex(r"4[0-9]{14}", fullmatch=True), st.sampled_from(["en", "de", "es", "fr", "it", "hi"]), st.data())
def test_every_card_is_redacted_however_it_is_said(start: str, language: str, data: st.DataObject) -> None:
    card = start + luhn.calc_check_digit(start)
    pieces, place = [], 0
    while place < 16:
        size = data.draw(st.integers(1, 4))
        piece = card[place : place + size]
        pieces.append(data.draw(st.sampled_from([piece, said(piece, language)])))
        place += size
    text = data.draw(st.sampled_from([" ", ", ", "-"])).join(pieces)
    assert redact(text, DEFAULT, language, NumberRecognizer()) == "[card]"


@given(st.from_regex(r"[2-9][0-9]{10}", fullmatch=True))
def test_every_aadhaar_is_redacted(start: str) -> None:
    number = start + verhoeff.calc_check_digit(start)
    palindrome = number == number[::-1]  # the issuer gives none of these
    assert redact(number, frozenset({Private.AADHAAR}), "hi-IN", NumberRecognizer()) == (
        number if palindrome else "[aadhaar]"
    )


def test_hindi_digits_in_latin_letters_are_found_over_two_texts() -> None:
    texts = ["It is chaar ek ek ek ek ek ek ek", "ek do teen ek ek ek ek chhe"]
    assert redact_turn(texts, ALL, "en-IN", NumberRecognizer()) == ("It is [card]", "[card]")
    row = open_row(texts[:1], (), "en-IN")
    assert row is not None
    assert row.value == "41111111"


def test_english_words_that_hindi_has_too_are_no_digits() -> None:
    assert not may_hold("What do I do on sat with a teen?", ALL, "en-IN")


def test_a_number_that_goes_on_with_a_few_words_has_two_placeholders() -> None:
    text = "It is 4111 1111, and the rest of it is 1111 1111."
    assert redact_turn([text], ALL, "en-US", NumberRecognizer()) == ("It is [card], and the rest of it is [card].",)
    texts = ["It is 4111 1111, let me see", "now it goes on with 1111 1111."]
    assert redact_turn(texts, ALL, "en-US", NumberRecognizer()) == (
        "It is [card], let me see",
        "now it goes on with [card].",
    )


def test_of_two_readings_of_the_same_digits_the_first_counts() -> None:
    assert redacted("Call +4111111111111111.") == "Call [card]."
    assert redacted("rosa at 2125550142 dot com") == "[email]"


def test_a_long_row_holds_several_numbers() -> None:
    assert redacted(f"{CARD} {CARD}") == "[card] [card]"
    assert redacted("1 " * 40) == "1 " * 40


def test_brackets_around_an_area_code_belong_to_the_number() -> None:
    assert redacted("(It is 212 555 0142)") == "(It is [phone])"
    assert redacted("(212) 555-0142") == "[phone]"


@pytest.mark.parametrize(
    ("text", "language", "safe"),
    [
        ("536 904 399", "en-US", "536 904 399"),
        ("536904399", "en-US", "[ssn]"),
        ("536904399", "de-DE", "[phone]"),
        ("536-90-4399", "de-DE", "[ssn]"),
        ("2341 2341 2346 7", "hi-IN", "[aadhaar] 7"),
        ("23 4123 412346 7", "hi-IN", "23 4123 412346 7"),
        ("Take 2, +1 212 555 0142", "en-US", "Take 2, [phone]"),
    ],
)
def test_a_kind_is_known_by_how_its_digits_are_grouped(text: str, language: str, safe: str) -> None:
    assert redacted(text, language, ALL - {Private.CARD}) == safe


def test_each_value_gets_its_own_placeholder() -> None:
    texts = [f"{CARD} or 3782 822463 10005?", f"The first, {CARD}."]
    spans = found(texts, DEFAULT, "en-US", NumberRecognizer())
    assert [span.value for span in spans] == [CARD, "378282246310005", CARD]
    placeholders = {CARD: "[card 1]", "378282246310005": "[card 2]"}
    assert with_placeholders(texts, spans, placeholders) == ("[card 1] or [card 2]?", "The first, [card 1].")


@pytest.mark.parametrize(
    ("texts", "row"),
    [
        (["My card is 4111 1111"], (11, 20, "41111111")),
        (["It is 4111", "and one one"], (4, 11, "411111")),
        (["It is 4111"], None),
        (["It is 4111 1111", "Thanks"], None),
        (["4111 1111 let me look for the other half of it now"], None),
        (["It is " + "1" * 20], None),
        ([f"It is {CARD}"], None),
        ([f"It is {CARD} and 12 27 12"], (27, 35, "122712")),
        (["No digits at all."], None),
    ],
)
def test_digits_at_the_end_are_an_open_row(texts: list[str], row: tuple[int, int, str] | None) -> None:
    spans = found(texts, ALL, "en-US", NumberRecognizer())
    found_row = open_row(texts, spans, "en-US")
    assert found_row == (Span(Private.CARD, *row) if row else None)


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("Room 4711 at 8.", "Room 4711 at 8."),
        ("It is 47 11 12.", "It is [digits]."),
        ("four seven double one two, then 99", "[digits]"),
        ("12345 or maybe 67890", "[digits] or maybe [digits]"),
        ("", ""),
    ],
)
def test_rows_of_digits_are_left_out(text: str, safe: str) -> None:
    assert without_rows(text, "en-US") == safe


@pytest.mark.parametrize(
    ("text", "least", "private"),
    [
        ("A table, please.", 1, False),
        ("A table for two.", 1, True),
        ("A table for two.", 7, False),
        ("+1 555 01", 6, True),
        ("rosa@hotline.example", 7, True),
        ("Rosa AT hotline", 7, True),
        ("What a day!", 7, False),
    ],
)
def test_a_text_with_few_digits_holds_nothing_private(text: str, least: int, private: bool) -> None:
    assert may_hold(text, ALL, "en-US", least) is private


def test_an_address_is_private_only_to_those_who_ask() -> None:
    assert not may_hold("rosa@hotline.example", DEFAULT, "en-US")


@pytest.mark.parametrize(
    ("texts", "may"),
    [
        (["It is 4111"], True),
        (["It is 4111", "and 1111"], True),
        (["It is 4111", "Thanks, that is all that I know of it, so good bye"], False),
        (["It is 4111, you see, so look for it and then call me back"], False),
        (["It is 4111", "1" * 20], False),
        (["It is 4111 1111 1111", "1111 1111 1111"], True),
        (["No digits.", "It is 4111"], False),
    ],
)
def test_digits_of_the_first_text_may_go_on(texts: list[str], may: bool) -> None:
    assert may_go_on(texts, "en-US") is may


def test_a_number_word_is_known_by_each_of_its_words() -> None:
    assert {"twenty", "one", "hundred", "oh"} <= single_words("en")
    assert {"zwanzig", "hundert", "hundred"} <= single_words("de")
    assert not any(" " in word for word in single_words("fr"))
