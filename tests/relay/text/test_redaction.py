"""Private words of callers, as digits and as words, are replaced by a placeholder.

Numbers are recognised by the libraries of the adapter: made-up rules would find made-up cards.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn, verhoeff

from functions.adapters.redaction import Recognizer
from functions.relay.text.numbers.cardinals import cardinal
from functions.relay.text.private import DEFAULT, Private
from functions.relay.text.redaction import (
    Span,
    found,
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
    return redact(text, kinds, language, Recognizer())


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
    assert redact_turn(texts, ALL, "en-US", Recognizer()) == safe


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
    assert redact(text, DEFAULT, language, Recognizer()) == "[card]"


@given(st.from_regex(r"[2-9][0-9]{10}", fullmatch=True))
def test_every_aadhaar_is_redacted(start: str) -> None:
    number = start + verhoeff.calc_check_digit(start)
    palindrome = number == number[::-1]  # the issuer gives none of these
    assert redact(number, frozenset({Private.AADHAAR}), "hi-IN", Recognizer()) == (
        number if palindrome else "[aadhaar]"
    )


def test_hindi_digits_in_latin_letters_are_found_over_two_texts() -> None:
    texts = ["It is chaar ek ek ek ek ek ek ek", "ek do teen ek ek ek ek chhe"]
    assert redact_turn(texts, ALL, "en-IN", Recognizer()) == ("It is [card]", "[card]")
    row = open_row(texts[:1], (), "en-IN")
    assert row is not None
    assert row.value == "41111111"


def test_english_words_that_hindi_has_too_are_no_digits() -> None:
    assert not may_hold("What do I do on sat with a teen?", ALL, "en-IN")


def test_a_number_that_goes_on_with_a_few_words_has_two_placeholders() -> None:
    text = "It is 4111 1111, and the rest of it is 1111 1111."
    assert redact_turn([text], ALL, "en-US", Recognizer()) == ("It is [card], and the rest of it is [card].",)
    texts = ["It is 4111 1111, let me see", "now it goes on with 1111 1111."]
    assert redact_turn(texts, ALL, "en-US", Recognizer()) == (
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
    spans = found(texts, DEFAULT, "en-US", Recognizer())
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
def test_digits_at_the_end_may_go_on(texts: list[str], row: tuple[int, int, str] | None) -> None:
    spans = found(texts, ALL, "en-US", Recognizer())
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
