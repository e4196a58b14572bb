"""An agent's common questions: what is refused at import, what the model is told, and who gets an answer at once."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from functions.relay import Agent, AgentError, Topics, Voice
from functions.relay.answer.guarding import guard_of
from functions.relay.call.call import fold
from functions.relay.log.events import Entry, KeyPressed, LanguageSwitched
from functions.relay.text.private import NoRecognizer
from functions.relay.wire.messages import Prompt, Text
from functions.relay.wire.model import CallerMessage, Finished
from tests.relay.drive import Drive
from tests.relay.scenes import answer, at, opened

HOURS = "What are your opening hours?"
VOICES = {"en-US": Voice("Google", "en-US-Neural2-A"), "es-ES": Voice("Google", "es-ES-Neural2-A")}
PERIODS = "We open at 9:00. " * 12
"""More words in a row than the output guard lets pass of a prompt that does not quote them."""


def desk(answers: Any, **more: Any) -> Agent:
    return Agent("Be brief.", "Hello!", VOICES, answers=answers, **more)


def asked(agent: Agent, *entries: Entry, language: str = "en-US") -> Drive:
    before = (at(1000, Prompt("Good day")), *answer(1000, "Hello!"))
    spoken = at(1500, LanguageSwitched(language))
    call = fold([opened(greeting="Hello!"), *before, spoken, *entries])
    guard = partial(guard_of, agent, agent.prompt_in(language), NoRecognizer())
    return Drive(agent, call, guard=guard).flows()


def test_a_common_question_needs_no_model() -> None:
    drive = asked(desk({HOURS: "At **9:30**."}), at(5000, Prompt("Um, what are your opening hours please?")))
    assert (drive.requests, drive.delivered) == ([], [Text("At nine thirty.", last=True)])
    assert (drive.ended.how, drive.ended.model, drive.said) == ("complete", "", ["At nine thirty."])


def test_any_other_question_goes_to_the_model() -> None:
    drive = asked(desk({HOURS: "At nine."}), at(5000, Prompt("What are your opening hours on Sunday?")))
    assert drive.delivered == []
    [request] = drive.requests
    assert f'- "{HOURS}" "At nine."' in request.prompt


def test_a_question_in_two_prompts_is_one() -> None:
    drive = asked(desk({HOURS: "At nine."}), at(5000, Prompt("What are your")), at(6000, Prompt("opening hours?")))
    assert drive.spoken.strip() == "At nine."


def test_a_question_after_one_without_an_answer_is_not_alone() -> None:
    drive = asked(desk({HOURS: "At nine."}), at(5000, Prompt("Is it Anna?")), at(6000, Prompt(HOURS)))
    assert drive.requests[0].messages[-1] == CallerMessage(f"Is it Anna? {HOURS}")


def test_a_key_may_ask_a_common_question() -> None:
    agent = desk({HOURS: "At nine."}, keys={"1": HOURS})
    assert asked(agent, at(5000, KeyPressed("1", HOURS))).spoken == "At nine."


def test_an_answer_is_in_the_language_of_the_call() -> None:
    agent = desk({HOURS: {"en-US": "At nine.", "es-ES": "A las nueve."}})
    assert asked(agent, at(5000, Prompt(HOURS)), language="es-ES").spoken == "A las nueve."


def test_a_long_answer_is_no_leak_of_the_prompt() -> None:
    agent = desk({HOURS: PERIODS}, spell_numbers=False)
    assert asked(agent, at(5000, Prompt(HOURS))).spoken.strip() == PERIODS.strip()
    drive = asked(agent, at(5000, Prompt("When are you open?"))).words(PERIODS)
    assert drive.happen(Finished("end")).flows().spoken.strip() == PERIODS.strip()


def test_an_answer_with_forbidden_words_is_refused() -> None:
    with pytest.raises(
        AgentError, match=r"Agent\.answers says words of Agent\.never_say: 'When Project Falcon begins"
    ):
        desk({HOURS: "When Project Falcon begins."}, never_say=["Project Falcon"])


def test_answers_come_before_the_topics() -> None:
    agent = desk({'Who is "Rosa"?': "Our\ncook."}, topics=Topics(["food"], "Only food."))
    prompt = agent.prompt_in("en-US")
    assert '- "Who is Rosa ?" "Our cook."' in prompt
    assert prompt.index("<answers>") < prompt.index("<topics>")
    assert "<answers>" not in replace(agent, answers={}).prompt_in("en-US")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        (["When?"], 'Agent.answers is [\'When?\']; write a dictionary, such as {"When do you open?": "At nine."}.'),
        ({5: "At nine."}, "Agent.answers is 5; write each question as a text."),
        ({"?": "At nine."}, "Agent.answers has the question '?'; write it as callers ask it."),
        ({"When?": 9}, 'Agent.answers[\'When?\'] is 9; write a text, or one for each language: {"en-US": "…"}.'),
        ({"When?": " "}, "Agent.answers['When?'] is empty."),
        ({"When?": {}}, "Agent.answers['When?'] is empty."),
        ({"When?": {"it-IT": "Alle nove."}}, "Agent.answers has it-IT, which has no voice; add it to Agent.voices."),
        (
            {"What's it?": "This.", "What is it, please?": "That."},
            "Agent.answers has \"What's it?\" and 'What is it, please?', which are the same; leave one out.",
        ),
        (
            {"¿Es aquí?": "Sí.", "Hola, ¿es aquí?": "No."},
            "Agent.answers has '¿Es aquí?' and 'Hola, ¿es aquí?', which are the same; leave one out.",
        ),
    ],
)
def test_wrong_answers_are_refused_at_import(answers: Mapping[Any, Any], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        desk(answers)
    place, _, told = str(caught.value).partition(": ")
    assert place.startswith("tests/relay/agent/test_answers.py:")
    assert told == words
