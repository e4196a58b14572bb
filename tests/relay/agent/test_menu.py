"""A menu: what is wrong with one at import, what it says, and what a caller chooses with words and keys."""

from typing import Any

import pytest

from functions.relay import Agent, AgentError, HandOff, Menu, Option, Phrases, Voice
from functions.relay.agent.menu_script import MenuScript, is_menu, read, script, scripts, written

ENGLISH = {"en-US": Voice("Google", "en-US-Neural2-F")}
BOTH = {**ENGLISH, "de-DE": Voice("Google", "de-DE-Neural2-F")}
BOOKINGS = Option("bookings", to="+15550100", words=["table", "a reservation"])
KITCHEN = Option({"en-US": "the kitchen", "de-DE": "die Küche"}, to="sip:chef@example.com", rings=10)


def agent(menu: Menu | None, prompt: str = "You answer.", **fields: Any) -> Agent:
    return Agent(prompt, "Rosa's, hello!", BOTH, menu=menu, **fields)


def desk(language: str = "en-US", **fields: Any) -> MenuScript:
    return script(agent(Menu([BOOKINGS, KITCHEN], **fields)), language)


WRONG: list[tuple[Any, str]] = [
    (lambda: Menu([]), "Menu.options is empty; add an option, or leave Agent.menu out."),
    (lambda: Menu(BOOKINGS), "Menu.options is "),  # type: ignore[arg-type]
    (lambda: Menu(["bookings"]), "Menu.options is 'bookings'; write Option(\"bookings\", to="),  # type: ignore[list-item]
    (
        lambda: Menu([Option(f"desk {n}", to="+15550100") for n in range(11)]),
        "has 11 options, and a phone has 10 keys",
    ),
    (
        lambda: Menu([Option("a", "+15550100", "2"), Option("b", "+15550101", "2")]),
        "Menu.options has the key '2' for 'a' and for 'b'; give each its own.",
    ),
    (
        lambda: Menu([BOOKINGS, Option("Table!", "+15550101")]),
        "Menu.options has the word 'table' for 'bookings' and for 'Table!'; give each its own.",
    ),
    (lambda: Menu([BOOKINGS], rounds=6), "Menu.rounds is 6; give 1 to 5 rounds."),
    (lambda: Menu([BOOKINGS], voicemail=7), "Menu.voicemail is 7; write a text"),  # type: ignore[arg-type]
    (
        lambda: Menu([BOOKINGS], voicemail="Beep\x0b"),
        "Menu.voicemail has the character '\\x0b', which XML cannot hold",
    ),
    (lambda: Option("", "+15550100"), "Option.name is ''; write a word, such as 'bookings'."),
    (lambda: Option("?!", "+15550100"), "Option.name is '?!'; write a word"),
    (lambda: Option("book\x00ings", "+15550100"), "Option.name has the character '\\x00', which XML cannot hold"),
    (lambda: Option("bookings", "555"), "Option.to is '555'; write a number such as +12125550142"),
    (lambda: Option("bookings", "+19005550100"), "Option.to is '+19005550100'; write a number"),
    (lambda: Option("bookings", f"workflow:WW{'0' * 32}"), "Option.to is 'workflow:"),
    (lambda: Option("bookings", 15550100), "Option.to is 15550100; write a number"),  # type: ignore[arg-type]
    (lambda: Option("bookings", "+15550100", key="*"), "Option.key is '*'; write one of 0 to 9"),
    (lambda: Option("bookings", "+15550100", key="12"), "Option.key is '12'; write one of 0 to 9"),
    (lambda: Option("bookings", "+15550100", words="table"), "Option.words is 'table'; write a list"),
    (lambda: Option("bookings", "+15550100", words=["!"]), "Option.words has '!'; write a word"),
    (lambda: Option("bookings", "+15550100", rings=3), "Option.rings is 3; give 5 to 600 seconds."),
    (lambda: agent(HandOff("x", to="+15550100")), "Agent.menu is HandOff("),  # type: ignore[arg-type]
    (lambda: agent(Menu([Option({"fr-FR": "cuisine"}, "+15550100")])), "Agent.menu has fr-FR, which has no voice"),
    (lambda: agent(None, prompt=""), "Agent.prompt is empty."),
]


@pytest.mark.parametrize(("make", "fault"), WRONG, ids=[fault[:45] for _, fault in WRONG])
def test_a_wrong_menu_names_line_cause_and_cure(make: Any, fault: str) -> None:
    with pytest.raises(AgentError) as raised:
        make()
    assert fault in str(raised.value)
    assert str(raised.value).startswith("tests/relay/agent/test_menu.py:")


def test_an_option_without_a_key_gets_the_next_free_one() -> None:
    names = ["a", "b", "c", *"defghij"]
    options = [Option(name, "+15550100", key={"a": "2", "c": "1"}.get(name, "")) for name in names]
    assert "".join(key for key, _ in Menu(options).keyed) == "2314567890"


def test_each_round_names_each_option_with_word_and_key() -> None:
    first, second = desk(rounds=2).rounds
    options = "For bookings, say bookings or press one. For the kitchen, say the kitchen or press two."
    assert first == f"Sorry, our assistant can't take your call right now. {options}"
    assert second == f"Sorry, I didn't catch that. Could you say it again? {options}"


def test_a_spoken_form_in_ssml_is_its_plain_word_in_a_menu() -> None:
    forms = {
        "Siobhan": '<phoneme alphabet="ipa" ph="shivon">Siobhan</phoneme>',
        "Dr.": '<sub alias="Doctor">Dr.</sub>',
    }
    desks = [Option("Siobhan", to="+15550100"), Option("Dr. Ray", to="+15550101")]
    (first, *_) = script(agent(Menu(desks), say_as=forms), first="").rounds
    assert first == "For Siobhan, say Siobhan or press one. For Dr. Ray, say Dr. Ray or press two."


def test_a_menu_is_in_the_language_and_with_the_voice_of_the_call() -> None:
    german = desk("de-DE")
    assert "Für die Küche drücken Sie die zwei oder sagen Sie die Küche." in german.rounds[0]
    assert german.said_with == {"language": "de-DE", "voice": "Google.de-DE-Neural2-F"}
    assert german.goodbye == "Auf Wiederhören!"
    assert desk("fr-FR") == desk()


def test_an_agent_says_a_menu_in_its_own_words() -> None:
    own = {"en-US": Phrases(option="{key} is {name}.", assistant_away="Nobody is in.")}
    assert script(agent(Menu([BOOKINGS]), own_phrases=own)).rounds[0] == "Nobody is in. one is bookings."


def test_an_agent_without_a_prompt_begins_with_its_greeting() -> None:
    ivr = agent(Menu([BOOKINGS]), prompt="")
    assert is_menu(ivr)
    assert script(ivr).rounds[0] == "Rosa's, hello! For bookings, say bookings or press one."


def test_without_a_voicemail_the_end_is_an_apology() -> None:
    assert (desk().end, desk().records) == (
        "Sorry, we can't take your call right now. Please try again later.",
        False,
    )
    left = desk(voicemail={"en-US": "After the tone, please."})
    assert (left.end, left.records) == ("After the tone, please.", True)


CHOSEN: list[tuple[str, str, str]] = [
    ("1", "", "+15550100"),
    ("2", "", "sip:chef@example.com"),
    ("3", "", ""),
    ("2", "bookings", "sip:chef@example.com"),
    ("", "Bookings.", "+15550100"),
    ("", "Uh, the KITCHEN please!", "sip:chef@example.com"),
    ("", "I want a table for two.", "+15550100"),
    ("", "a reservation", "+15550100"),
    ("", "stable", ""),
    ("", "timetables", ""),
    ("", "a table in the kitchen", ""),
    ("", "", ""),
    ("", "?", ""),
]


@pytest.mark.parametrize(("digits", "speech", "to"), CHOSEN)
def test_words_and_keys_choose_one_option_or_none(digits: str, speech: str, to: str) -> None:
    choice = desk().chosen(digits, speech)
    assert (choice.to if choice else "") == to


def test_a_name_that_holds_another_is_chosen_as_a_whole() -> None:
    menu = Menu([Option("sales", "+15550100"), Option("sales returns", "+15550101")])
    returns = script(agent(menu)).chosen("", "Sales returns.")
    assert returns
    assert returns.to == "+15550101"


def test_what_synth_writes_is_what_the_function_reads() -> None:
    all_of = scripts({"desk": agent(Menu([BOOKINGS, KITCHEN])), "other": agent(None)})
    assert read(written(all_of)) == all_of
    assert set(all_of) == {"desk"}
    assert set(all_of["desk"]) == {"en-US", "de-DE"}


def test_a_script_has_the_words_of_its_options_as_hints() -> None:
    assert desk().hints == "bookings,table,a reservation,the kitchen"


def test_an_agent_without_a_menu_has_no_script() -> None:
    with pytest.raises(ValueError, match="the agent has no menu"):
        script(agent(None))


def test_a_script_may_begin_with_other_words() -> None:
    assert script(agent(Menu([BOOKINGS])), first="Good morning!").rounds[0].startswith("Good morning! For bookings")


@pytest.mark.parametrize("given", [{"name": "x" * 101}, {"name": "a", "words": ["x" * 101]}])
def test_a_word_of_a_menu_is_a_hint_that_twilio_takes(given: dict[str, Any]) -> None:
    with pytest.raises(AgentError, match="takes 100 characters at most"):
        Option(to="+15550100", **given)
