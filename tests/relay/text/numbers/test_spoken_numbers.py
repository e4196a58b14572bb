"""Numbers are spoken as people say them, in each language, for any cut of the stream."""

import random
from collections.abc import Callable
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from functions.relay.text.numbers.cardinals import FIRST_UNSPOKEN_NUMBER, cardinal, ordinal
from functions.relay.text.numbers.languages import LANGUAGES
from functions.relay.text.numbers.written import parse
from functions.relay.text.speakable import Speakable, accepted_ssml
from tests.relay.text.numbers.table import CASES

TABLE = pytest.mark.parametrize("language", CASES)


def spoken(pieces: list[str], language: str = "en-US") -> str:
    one = Speakable(language=language, numbers=True)
    return "".join([*map(one.feed, pieces), one.rest()])


def test_the_table_has_300_cases() -> None:
    assert sum(map(len, CASES.values())) >= 300


@TABLE
def test_a_number_is_spoken_as_the_table_says(language: str) -> None:
    said = {text: (spoken([text], language), spoken(list(text), language)) for text in CASES[language]}
    assert said == {text: (heard, heard) for text, heard in CASES[language].items()}


@TABLE
@pytest.mark.slow
@pytest.mark.no_cover  # it tries each cut of each text
def test_a_number_is_spoken_alike_in_any_two_pieces(language: str) -> None:
    cuts = [(text[:cut], text[cut:]) for text in CASES[language] for cut in range(1, len(text))]
    said = {pieces: spoken([*pieces], language) for pieces in cuts}
    assert said == {pieces: CASES[language]["".join(pieces)] for pieces in cuts}


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("It costs 1", "It costs"),
        ("It costs $1,2", "It costs"),
        ("At 8 p", "At"),
        ("Call 555-01", "Call"),
        ("**12", ""),
        ("Five", "Five"),
    ],
)
def test_a_number_that_is_cut_off_is_left_out(text: str, heard: str) -> None:
    for pieces in ([text], list(text)):
        one = Speakable(numbers=True)
        assert "".join([*map(one.feed, pieces), one.rest(cut=True)]).strip() == heard


def test_a_whole_number_before_a_cut_is_spoken() -> None:
    one = Speakable(numbers=True)
    assert one.feed("It costs 12 euros and") + one.rest(cut=True) == "It costs twelve euros and"


SCRAPS = [*"0123456789", *".,:/-+ $€%*h()`\n", " 5", "km", "am", "May", " 3. ", "**", "st", "[1]", "<b>", "p.m."]
SCRAPS += [
    "½",
    " ½ ",
    "v",
    " v2",
    " 1) ",
    "2) soup",
    "M€",
    " k",
    "3:1",
    " won 3",
    "/4 cup",
    " of",
    "lbs",
    "ext. ",
    "~",
    "\u00b1",
    "$5-",
]


@given(
    st.sampled_from(sorted(CASES)),
    st.lists(st.sampled_from(SCRAPS), max_size=14),
    st.lists(st.integers(0, 60), max_size=6),
)
def test_any_mixture_is_spoken_alike_however_it_is_cut(language: str, scraps: list[str], places: list[int]) -> None:
    text = "".join(scraps)
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    pieces = [text[start:end] for start, end in pairwise(edges)]
    assert spoken(pieces, language) == spoken([text], language) == spoken(list(text), language)


# num2words 0.5 errs beyond these: "hunderteinstausend", "cuarenta y uno mil", "centodicotto", "centoventitre".
KNOWN: dict[str, Callable[[int], bool]] = {
    "en": lambda number: True,
    "de": lambda number: "01" not in str(number)[-6:-3],
    "es": lambda number: number < 30_000,
    "fr": lambda number: True,
    "it": lambda number: number < 100,
}


@pytest.mark.slow
@pytest.mark.no_cover  # each case runs the same lines
@pytest.mark.parametrize("language", KNOWN)
def test_whole_numbers_agree_with_num2words(language: str) -> None:
    chance = random.Random(language)
    numbers = [*range(3000), *(chance.randrange(10 ** chance.randint(4, 11)) for _ in range(500))]
    for number in filter(KNOWN[language], numbers):
        assert cardinal(number, language) == num2words(number, lang=language).replace(",", "")


@pytest.mark.parametrize(("language", "ending"), [("en", ""), ("de", "e")])
def test_ordinals_agree_with_num2words(language: str, ending: str) -> None:
    for number in [*range(1, 100), *range(101, 1000)]:
        assert f"{ordinal(number, language)}{ending}" == num2words(number, lang=language, to="ordinal")


@given(
    st.sampled_from(sorted(LANGUAGES)),
    st.integers(0, FIRST_UNSPOKEN_NUMBER - 1),
    st.integers(0, FIRST_UNSPOKEN_NUMBER - 1),
)
def test_two_numbers_are_never_spoken_alike(language: str, one: int, other: int) -> None:
    assert one == other or cardinal(one, language) != cardinal(other, language)


def test_every_number_below_100_has_its_own_words_in_hindi() -> None:
    assert len({cardinal(number, "hi") for number in range(100)}) == 100


@pytest.mark.parametrize(
    ("pieces", "heard"),
    [
        (["We have 4", " x"], "We have four x"),
        (["It is 8:30", ", x"], "It is eight thirty, x"),
        (["$5", " x"], "five dollars x"),
        (["in 2026", " x"], "in twenty twenty-six x"),
    ],
)
def test_a_number_waits_no_longer_than_its_end(pieces: list[str], heard: str) -> None:
    one = Speakable(numbers=True)
    assert "".join(map(one.feed, pieces)) == heard


def test_numbers_inside_ssml_and_spoken_forms_stay() -> None:
    one = Speakable({"K9": "canine 9"}, accepted_ssml("Google", "en-US"), numbers=True)
    text = 'K9 <say-as interpret-as="digits">12</say-as> 3'
    assert one.feed(text) + one.rest() == 'canine 9 <say-as interpret-as="digits">12</say-as> three'


def test_numbers_stay_in_a_language_whose_words_are_not_known() -> None:
    assert spoken(["4 mesas, 8:30"], "pt-BR") == "4 mesas, 8:30"


MARKED = {
    "The price is **5**0 euros.": "The price is five zero euros.",
    "It is 5[1]0.": "It is five zero.",
    "Room **1**2**3**, or 2**3.": "Room one two three, or two to the power of three.",
    "**never closed 2**3 and 2**3": "never closed two three and two to the power of three",
    "**1**,000 or 1,**000** people": "one thousand or one thousand people",
    "At 10:**30** or **8**:05 pm": "At ten thirty or eight oh five p.m.",
    "On 2026-**11**-29.": "On November twenty-ninth, twenty twenty-six.",
    "-**5** degrees, **$5**.50, 50**%**": "minus five degrees, five dollars and fifty cents, fifty percent",
    "the **4**th, or 4<sup>th</sup>": "the fourth, or fourth",
    "`5`0, ~~5~~0, <b>5</b>0": "five zero, five zero, five zero",
    "At 5.[1]6 people came.": "At five. six people came.",
    "Line 10\n20\n30": "Line ten twenty thirty",
    "1\ufe0f\u20e32\ufe0f\u20e33\ufe0f\u20e3": "one two three",
    "5&#48; or 5&times;6": "fifty or five times six",
    "8 p.m.": "eight p.m.",
    "8 **p.m.**\n\nYes": "eight p.m. Yes",
    "1. Pizza for 5": "1. Pizza for five.",
}


BESIDE_MARKS = pytest.mark.parametrize(("text", "heard"), MARKED.items())


@BESIDE_MARKS
def test_a_mark_inside_or_beside_a_number_leaves_its_value(text: str, heard: str) -> None:
    assert spoken([text]) == spoken(list(text)) == heard


@BESIDE_MARKS
@pytest.mark.slow
@pytest.mark.no_cover  # it tries each cut of each text
def test_a_mark_beside_a_number_leaves_its_value_however_cut(text: str, heard: str) -> None:
    for first, second in combinations(range(len(text)), 2):
        assert spoken([text[:first], text[first:second], text[second:]]) == heard


@pytest.mark.parametrize("text", ["007", "9" * 40])
def test_a_code_or_a_number_without_a_name_is_no_plain_number(text: str) -> None:
    assert parse(text, LANGUAGES["en"]) is None
