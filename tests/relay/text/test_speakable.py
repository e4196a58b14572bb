"""What a model writes, and what a caller hears of it."""

import re
import time
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.relay import Agent, AgentError, Voice
from functions.relay.answer.actions import ModelFailed, Superseded
from functions.relay.text.markup import INLINE, LINES, PLAIN
from functions.relay.text.speakable import Speakable, accepted_ssml
from functions.relay.wire.messages import Text
from functions.relay.wire.model import Finished
from tests.relay.drive import SORRY, Drive
from tests.relay.text.test_machine_text import SAMPLES

GOOGLE = accepted_ssml("Google", "en-US")
NAMES = {"Siobhan": "Shivawn", "SQL": "S Q L", "New York": "the city", "New": "noo", "Dr.": "Doctor", "AT&T": "A T T"}


def spoken(pieces: str | Iterable[str], **options: object) -> str:
    """Return what is spoken of a text, whole or as it streams."""
    one = Speakable(**options)  # type: ignore[arg-type]
    fed = [one.feed(piece) for piece in ([pieces] if isinstance(pieces, str) else pieces)]
    return "".join(fed) + one.rest()


def held(text: str, **options: object) -> str:
    """Return what is held back of the text so far."""
    one = Speakable(**options)  # type: ignore[arg-type]
    one.feed(text)
    return one.rest()


WRITTEN = {
    "emphasis": {
        "It is **on Friday**, *really*.": "It is on Friday, really.",
        "***Now*** or __then__ or _never_.": "Now or then or never.",
        "~~Monday~~ Tuesday.": "Monday Tuesday.",
        "**Rosa's:** open.": "Rosa's: open.",
        "**never closed": "never closed",
        "It costs **5**0 in all**.": "It costs 5 0 in all.",
        "Say `K4T9` or ``K4 T9``.": "Say K4T9 or K4 T9.",
    },
    "signs that are no emphasis": {
        "2 * 3 is 2*3.": "2 * 3 is 2*3.",
        "Press * or #. Dial *67 or #1.": "Press * or #. Dial *67 or #1.",
        'Press the `*` key, or `#`, then "*" (*).': 'Press the * key, or #, then "*" (*).',
        "Dial `*67#` or `*#06#`, or *#21#.": "Dial *67# or *#06#, or *#21#.",
        "The snake_case of it, don't you think?": "The snake_case of it, don't you think?",
        "Dial ##21# or ##002#, ###5.": "Dial ##21# or ##002#, 5.",
        "About ~5 people, -5 degrees, +1 555 0100.": "About ~5 people, -5 degrees, +1 555 0100.",
    },
    "headings": {
        "# Opening hours\nWe open at nine.": "Opening hours. We open at nine.",
        "### Why?\nBecause.": "Why? Because.",
        "  #1 is ours ## now": "#1 is ours now",
        "Hours\n=====\nNine to five.": "Hours. Nine to five.",
    },
    "lists": {
        "We have:\n- pizza\n- pasta.\n- soup": "We have: pizza. pasta. soup.",
        "We have\n\n* pizza\n+ pasta\n• soup\n": "We have. pizza. pasta. soup.",
        "Choose:\n1. Pizza\n2) Pasta\n": "Choose: 1. Pizza. 2. Pasta.",
        "  - **Pizza**\n    - small\n": "Pizza. small.",
        "- [x] booked\n- [ ] paid\n": "booked. paid.",
        "4. Anything else?": "4. Anything else?",
        "12:30 or 1.5 hours": "12:30 or 1.5 hours",
    },
    "links and addresses": {
        "See [our menu](https://hotline.example/menu?a=b).": "See our menu.",
        'See [our menu](https://hotline.example/menu "The menu") now.': "See our menu now.",
        "See [the wiki](https://hotline.example/a_(b)) now.": "See the wiki now.",
        "See [our **menu**][1] or ![a photo](https://hotline.example/a.png)[^2].": "See our menu or a photo.",
        "At https://www.hotline.example/menu/a-b_c?d=e,f#g.": "At hotline.example.",
        "Is it www.hotline.example? Or <https://hotline.example/a>!": "Is it hotline.example? Or hotline.example!",
        "[https://hotline.example/a](https://hotline.example/a)": "hotline.example",
        "Write to rosa@hotline.example.": "Write to rosa@hotline.example.",
        "The note [sic] (and this).": "The note sic (and this).",
        "[a](is no link)": "a(is no link)",
        "How http works, or https://": "How http works, or",
    },
    "code, quotes and rules": {
        "Run:\n```python\nprint(1)\n```\nDone.": "Run: Done.",
        "~~~\nmake test\n~~~": "",
        "> It was good.\n> - a guest\n": "It was good. a guest.",
        "One.\n\n---\n\nTwo.": "One. Two.",
        "One\n***\nTwo": "One. Two",
    },
    "tables": {
        "| Day | Time |\n|-----|:---:|\n| Friday | eight |\n": "Day, Time. Friday, eight.",
        "Friday | eight\nSunday | nine": "Friday, eight Sunday, nine",
        "soup • salad → dessert": "soup, salad, dessert",
    },
    "tags and signs": {
        "<b>Hi</b> there,<br/>you <!-- not this -->two.": "Hi there, you two.",
        "<ul><li>Pizza</li><li>Pasta</li></ul>": "Pizza. Pasta.",
        "Smith & Sons do R&D.": "Smith and Sons do R and D.",
        "Fish &amp; chips&nbsp;&lt; 5 &quot;euros&quot;": 'Fish and chips less than 5 "euros"',
        "5 < 6 and 7 >6.": "5 less than 6 and 7 more than 6.",
        "a <lone bracket & no more": "a lone bracket and no more",
        r"It is \*five\* \$5\. \ ": "It is *five* $5.",
    },
    "mathematics": {
        r"It is $\boxed{42}$, or \(\boxed{\text{two } 2}\).": "It is 42, or two 2.",
        r"Take \frac{1}{2} cup, and 3 \times 4 spoons.": "Take 1/2 cup, and 3 \u00d7 4 spoons.",
        r"From $x \geq 5$ to 12 $ or a } there.": "From x at least 5 to 12 $ or a } there.",
        "**2**3** is 2**3, so it is **8**.": "2 3 is 2**3, so it is 8.",
    },
    "lists in one line": {
        "We have 1) soup 2) salad. Or 1) fish 2) meat.": "We have 1, soup 2, salad. Or 1, fish 2, meat.",
        "See 7) and 3) below.": "See 7) and 3) below.",
    },
    "emoji": {
        "Great 🎉!": "Great!",
        "A 👩‍👩‍👧 table 👍🏽 in 🇩🇪 ❤️ today.": "A table in today.",
        "Press 1️⃣ now ✅": "Press 1 now",
        "Press *️⃣, #️⃣ or 2️⃣*️⃣.": "Press *, # or 2*.",
        "*️⃣ now": "* now",
        "We have 🔟 tables, 5 🔟km at🔟.": "We have 10 tables, 5 10 km at 10.",
        "Le café ouvre ? Oui !": "Le café ouvre ? Oui !",
    },
    "too much": {
        "Really??? Yes!!! Hm...": "Really? Yes! Hm.",
        "One.\n\n\n\nTwo,   three.": "One. Two, three.",
        "The first line\nand the second": "The first line and the second",
        "A title\n\nA paragraph.": "A title. A paragraph.",
        "  \n ": "",
    },
}
ROWS = [pytest.param(*row, id=f"{kind}: {row[0][:30]!r}") for kind, rows in WRITTEN.items() for row in rows.items()]


@pytest.mark.parametrize(("text", "heard"), ROWS)
def test_markup_is_spoken_as_words(text: str, heard: str) -> None:
    assert spoken(text) == heard
    assert spoken(list(text)) == heard


class TestSsml:
    PHONEME = 'A <phoneme alphabet="ipa" ph="pikan">pecan</phoneme> pie.'
    BREAK = 'One <break time="300ms"/> two.'

    @pytest.mark.parametrize(
        ("provider", "language", "text", "kept"),
        [
            ("Google", "it-IT", PHONEME, True),
            ("Amazon", "en-US", PHONEME, True),
            ("ElevenLabs", "en-US", PHONEME, True),
            ("ElevenLabs", "en-GB", PHONEME, False),
            ("Google", "en-US", BREAK, True),
            ("Amazon", "en-US", BREAK, True),
            ("ElevenLabs", "en-US", BREAK, False),
            ("Google", "en-US", "<emphasis>No.</emphasis>", True),
            ("Amazon", "en-US", "<emphasis>No.</emphasis>", False),
            ("Amazon", "en-US", '<w role="amazon:VB">read</w>', True),
            ("Google", "en-US", '<w role="amazon:VB">read</w>', False),
        ],
    )
    def test_is_kept_only_where_the_voice_accepts_it(
        self, provider: str, language: str, text: str, kept: bool
    ) -> None:
        plain = " ".join(re.sub("<[^>]*>", "", text).split())
        heard = spoken(list(text), ssml=accepted_ssml(provider, language))
        assert heard == (text if kept else plain)

    @pytest.mark.parametrize(
        ("text", "heard"),
        [
            ("<sub>never closed", "never closed"),
            ("<sub alias='x'>old</sub>", "old"),
            ('<sub alias="a&b">R</sub>', "R"),
            ("<sub>R&D</sub>", "R and D"),
            ("<sub>**R**</sub>", "R"),
            ("<prosody><sub>a</sub></prosody>", "<sub>a</sub>"),
            ("<sub>a</prosody>", "a"),
            ("</sub>a", "a"),
            ("<sub>" + "word " * 30 + "</sub>", ("word " * 30).strip()),
        ],
    )
    def test_leaves_whole_and_well_formed_or_not_at_all(self, text: str, heard: str) -> None:
        assert spoken(list(text), ssml=GOOGLE) == heard

    @given(st.lists(st.sampled_from(["<sub>", "</sub>", "<break/>", "<", ">", "&", "a", " ", '"', "1"]), max_size=12))
    def test_never_breaks_the_xml_around_it(self, pieces: list[str]) -> None:
        from xml.etree.ElementTree import fromstring  # noqa: PLC0415

        fromstring(f"<speak>{spoken(pieces, ssml=GOOGLE)}</speak>")


class TestSayAs:
    @pytest.mark.parametrize(
        ("text", "heard"),
        [
            ("Siobhan, ask Siobhan's SQL.", "Shivawn, ask Shivawn's S Q L."),
            ("NoSQL and SQLite and siobhan.", "NoSQL and SQLite and siobhan."),
            ("A New dish of New York, Newark, New Yorker.", "A noo dish of the city, Newark, noo Yorker."),
            ("Dr. Rosa of AT&T.", "Doctor Rosa of A T T."),
            ("**SQL**, [SQL](https://hotline.example), _SQL_", "S Q L, S Q L, S Q L"),
            ("- SQL\n- New York", "S Q L. the city."),
            ("New", "noo"),
        ],
    )
    def test_gives_whole_words_their_spoken_form(self, text: str, heard: str) -> None:
        assert spoken(text, say_as=NAMES) == spoken(list(text), say_as=NAMES) == heard

    def test_may_be_ssml_which_another_voice_gets_as_words(self) -> None:
        named = {"Siobhan": '<phoneme alphabet="ipa" ph="shivon">Siobhan</phoneme>'}
        assert spoken("Ask Siobhan.", say_as=named, ssml=GOOGLE) == f"Ask {named['Siobhan']}."
        assert spoken("Ask Siobhan.", say_as=named) == "Ask Siobhan."

    @pytest.mark.parametrize(
        ("table", "words"),
        [
            ({"": "x"}, "Agent.say_as has the key ''; give a word without space around it."),
            ({" SQL": "x"}, "Agent.say_as has the key ' SQL'; give a word without space around it."),
            ({"SQL": ""}, "Agent.say_as['SQL'] is empty."),
            ({"A": "see B", "B": "c"}, "Agent.say_as['A'] is spoken 'see B', which holds a word of the table; "),
            (
                {"Rosa": "Rosa Maria"},
                "Agent.say_as['Rosa'] is spoken 'Rosa Maria', which holds a word of the table; ",
            ),
        ],
    )
    def test_a_table_that_cannot_work_fails_with_its_agent(self, table: dict[str, str], words: str) -> None:
        with pytest.raises(AgentError, match=re.escape(words)):
            agent(say_as=table)

    def test_a_pronunciation_or_shared_letters_are_not_recursive(self) -> None:
        assert agent(say_as={"pie": "<sub alias='x'>pie</sub>", "SQL": "sequel", "SQ": "SQLs"})


def agent(**changes: object) -> Agent:
    voices = {"en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0"), "it-IT": Voice("Google", "it-IT-Neural2-A")}
    return Agent("Be brief.", "Hello!", voices, **changes)  # type: ignore[arg-type]


def test_an_agent_speaks_by_its_table_its_voices_and_their_languages() -> None:
    one = agent(say_as={"SQL": "sequel"})
    text = 'SQL & <phoneme ph="x">a</phoneme> <break/>'
    assert one.speakable("en-US").feed(text).strip() == 'sequel and <phoneme ph="x">a</phoneme>'
    assert one.speakable("it-IT").feed(text).strip() == 'sequel e <phoneme ph="x">a</phoneme> <break/>'


def test_signs_are_left_out_in_a_language_whose_words_are_not_known() -> None:
    assert spoken("Kaffe & kage < 5", language="da-DK") == "Kaffe kage 5"


class TestAnAnswer:
    HELD = ("At **https://hot", "line.example/a")

    def test_is_spoken_filtered_and_noted_as_it_was_spoken(self) -> None:
        drive = Drive().words("**On** ", "Fri", "day*").happen(Finished("end")).flows()
        assert (drive.spoken, drive.said) == ("On Friday", ["On Friday"])

    def test_begins_with_the_first_words_at_once(self) -> None:
        assert Drive().words("**On").posted == [Text("On")]

    def test_speaks_held_words_before_a_tool_call(self) -> None:
        drive = Drive().words(*self.HELD).tool_calls("t1").happen(Finished("tools")).returns("t1", "Friday")
        assert drive.requests[1].messages[-2].text == "At hotline.example"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("end", "words"),
        [(Finished("end"), ""), (Finished("refused"), SORRY.declined), (ModelFailed("stalled"), SORRY.undone)],
    )
    def test_speaks_what_was_held_back_however_it_ends(self, end: Finished | ModelFailed, words: str) -> None:
        drive = Drive().words(*self.HELD).happen(end)
        assert drive.flows().spoken == "At hotline.example" + (f" \u2014 {words}" if words else "")

    def test_speaks_held_words_before_the_late_apology(self) -> None:
        drive = Drive().words(*self.HELD).waits(7.1).flows()
        assert drive.spoken.endswith(f"hotline.example \u2014 {SORRY.undone}")

    def test_a_superseded_answer_speaks_nothing_that_was_held_back(self) -> None:
        assert Drive().words(*self.HELD).sends().happen(Superseded()).spoken == "At"

    def test_hotlines_own_sentences_are_not_filtered(self) -> None:
        drive = Drive().words("**").tool_calls("t1").happen(Finished("tools")).waits(0.4)
        assert drive.spoken == "Let me look."


class TestHoldBack:
    @pytest.mark.parametrize("text", ["It", "It is", "It is on Friday", "It's 8:30, isn't", "A snake_case", "Hi!"])
    def test_nothing_is_held_back_of_plain_words(self, text: str) -> None:
        assert Speakable().feed(text) == text

    def test_plain_prose_is_held_back_at_white_space_only(self) -> None:
        prose = "Good evening! It is on Monday, at eight: a plate. Anything else?"
        one, heard = Speakable(), ""
        for end, letter in enumerate(prose, 1):
            heard += one.feed(letter)
            assert heard == prose[:end].rstrip(" :" if letter == ":" else " ")

    @pytest.mark.parametrize(
        ("text", "waits"),
        [
            ("so **bold", ""),
            ("so **", ""),
            ("see [our menu", ""),
            ("see [our menu](https://hotl", ""),
            ("at https://hotline.exa", " hotline.exa"),
            ("at h", " h"),
            ("at he", ""),
            ("at t", " t"),
            ("at two", ""),
            ("- item", "."),
            ("12", "12"),
            ("12 people", ""),
            ("really!", ""),
            ("a <b", " b"),
            ("at *8", " *8"),
            ("at *8 or", " *8 or"),
            ("at *8*", " 8"),
        ],
    )
    def test_only_what_may_become_markup_is_held_back(self, text: str, waits: str) -> None:
        assert held(text) == waits

    @pytest.mark.parametrize(
        ("text", "waits"), [("A N", " N"), ("A New Yo", " noo Yo"), ("A No", ""), ("A Dr", " Dr")]
    )
    def test_what_may_become_a_word_of_the_table_is_held_back(self, text: str, waits: str) -> None:
        assert held(text, say_as=NAMES) == waits

    @pytest.mark.parametrize(
        "opening",
        [
            "[",
            "](",
            "](a(",
            "<",
            "<b ",
            "<phoneme>",
            '<phoneme ph="',
            "&",
            "``",
            "https://a",
            "| |",
            "![",
            "\\",
        ],
    )
    def test_gives_up_in_the_end(self, opening: str) -> None:
        one = Speakable(ssml=GOOGLE)
        fed = "".join(map(one.feed, [*opening, *["ab("] * 1000, *"?" * 40, *" word, x"]))
        assert fed.endswith("word, x")


PROSE = st.from_regex(r"[A-Z][a-z']{0,8}(?:[,;:]? [a-z0-9]{1,8}){0,12}[.?!]", fullmatch=True)
SCRAPS = [
    *"*_~`#-+>|[]()!<&\\.:1 \n",
    *(
        "\n\n",
        "**",
        "```",
        "~~",
        "1. ",
        "- ",
        "](",
        "http",
        "https://",
        "www.",
        "a.example",
        "/x?y=1",
        "[^1]",
        "![",
        ": ",
    ),
    *(
        "<b>",
        "</li>",
        "<br>",
        "<phoneme",
        ' ph="x"',
        ">",
        "</phoneme>",
        "<break/>",
        "&amp;",
        "&#4",
        "2;",
        "<!--",
        "-->",
    ),
    *("🎉", "👩", "\u200d", "👧", "🏽", "\ufe0f", "\u20e3", "🇩", "→", "•", "|---|", "---\n", "[x] "),
    *("word", "Siobhan", "SQL", "New", " York", "Dr", "AT", "&T", "é", "東京", "don't", "a_b", "2*3"),
]
MARKED = st.lists(st.sampled_from(SCRAPS), max_size=25).map("".join)
OPTIONS = st.fixed_dictionaries(
    {"say_as": st.sampled_from([{}, NAMES]), "ssml": st.sampled_from([frozenset(), GOOGLE])}
)


def cut(text: str, places: list[int]) -> list[str]:
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[start:end] for start, end in pairwise(edges)]


@given(MARKED, st.lists(st.integers(0, 400), max_size=20), OPTIONS)
def test_however_a_text_is_cut_the_same_is_spoken(text: str, places: list[int], options: dict[str, object]) -> None:
    whole = spoken(text, **options)
    assert spoken(cut(text, places), **options) == whole
    assert spoken(list(text), **options) == whole


@given(st.lists(st.sampled_from([one for one in SCRAPS if one not in ("\\", "[", "]")]), max_size=25).map(" ".join))
def test_no_markup_is_ever_spoken(text: str) -> None:
    heard = spoken(text)
    assert not re.search(r"\*\*|__|~~|##|[`\[\]<>|&•→]|https?://|\n|  |🎉|👩|\ufe0f|🇩|([.,;:!?])\1", heard)


@pytest.mark.slow
@pytest.mark.no_cover  # each case runs the same lines
@given(PROSE)
def test_plain_prose_is_spoken_as_it_is(text: str) -> None:
    assert spoken(text) == text


AROUND = st.sampled_from(
    ["**", "*", "_", "", "<b>", "\n", "\n\n", "\n- ", "\n## ", "\n> ", "| ", "🎉", "...", "& ", "< "]
)


@given(st.lists(st.tuples(AROUND, st.sampled_from(["alpha", "Beta", "SQL"])), max_size=12))
def test_no_word_is_ever_lost(marked: list[tuple[str, str]]) -> None:
    heard = spoken(" ".join(mark + word + mark.strip() for mark, word in marked))
    assert re.findall("alpha|Beta|SQL", heard) == [word for _, word in marked]


@pytest.mark.slow
@pytest.mark.no_cover
@pytest.mark.parametrize(
    "piece", ["plain words ", "**b** ", "[a](b) ", "<", "[", "](", "](a(", "*", "| ", "https://a.", "&a", "\n"]
)
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    def seconds(count: int) -> float:
        text, began = piece * count, time.thread_time()
        spoken(text, ssml=GOOGLE)
        return time.thread_time() - began

    seconds(500)
    assert seconds(4_000) < 24 * max(seconds(500), 0.001)


@pytest.mark.slow
def test_a_rule_that_begins_at_a_word_says_so() -> None:
    rules = (*LINES, *INLINE)
    texts = [
        f"{before}{one} b" for one in map(chr, range(0x20000)) if one.isnumeric() for before in ("\n", "a ", "2")
    ]
    texts += [f"\n{written}" for table in WRITTEN.values() for written in table]
    for text in [*texts, *(f"\n{one}" for one in SAMPLES)]:
        for at in (at for at, one in enumerate(text) if at and (one.isalnum() or one == " ")):
            first = next(rule for rule in rules if rule.whole.compiled.match(text, at))
            assert first.at_words or first in rules[-PLAIN:]
