"""A value of the wrong kind is an error at import, which names the line, the value and what to write."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.relay import (
    Agent,
    AgentError,
    Calling,
    Digits,
    EndCall,
    HandOff,
    Phrases,
    Recording,
    Silence,
    Topics,
    Voice,
    ask_digits,
    tool,
)  # fmt: skip

VOICES = {"en-US": Voice("Google", "en-US-Neural2-A")}


def find(reference: str) -> str:
    """Look up a booking."""
    return reference


def check_pin(pin: Digits) -> str:
    """Check a PIN."""
    return pin


def agent(**changes: Any) -> Callable[[], object]:
    return lambda: Agent(**({"prompt": "Be brief.", "greeting": "Hello!", "voices": VOICES} | changes))


def made(kind: Callable[..., object], *given: Any, **more: Any) -> Callable[[], object]:
    return lambda: kind(*given, **more)


ODD: list[tuple[Callable[[], object], str]] = [
    (agent(voices=[]), 'Agent.voices is []; write a dictionary, such as {"en-US": Voice(…)}.'),
    (agent(voices={"en-US": "Joanna"}), "Agent.voices['en-US'] is 'Joanna'; write a Voice(\"Google\", \"…\")."),
    (agent(tools=find), "Agent.tools is find; write a list, such as [find]."),
    (agent(tools="find"), "Agent.tools is 'find'; write a list, such as ['find']."),
    (agent(tools=["find"]), "'find' cannot be a tool; write a plain function."),
    (agent(keys=["0"]), "Agent.keys is ['0']; write a dictionary, such as {\"0\": HandOff(…)}."),
    (agent(keys={0: "Hi"}), "Agent.keys has the key 0; a phone has 0 to 9, * and #."),
    (agent(keys={"0": 5}), "5 cannot be a tool; write a plain function."),
    (agent(silence=10), "Agent.silence is 10; write Silence(after=10), or None."),
    (agent(minutes="10"), "Agent.minutes is '10'; give 2 to 1440 minutes."),
    (agent(minutes=True), "Agent.minutes is True; give 2 to 1440 minutes."),
    (agent(minutes=None), "Agent.minutes is None; give 2 to 1440 minutes."),
    (agent(minutes=float("nan")), "Agent.minutes is nan; give 2 to 1440 minutes."),
    (agent(minutes=float("inf")), "Agent.minutes is inf; give 2 to 1440 minutes."),
    (agent(hints="Rosa"), "Agent.hints is 'Rosa'; write a list, such as ['Rosa']."),
    (agent(redact="card"), "Agent.redact is 'card'; write a list, such as ['card']."),
    (agent(redact=["cards"]), "Agent.redact is 'cards'; it is one of card, iban, ssn, aadhaar, email, phone."),
    (agent(never_say="Falcon"), "Agent.never_say is 'Falcon'; write a list, such as ['Falcon']."),
    (
        agent(never_say=["good day"], greeting="Well, good - Day!"),
        "Agent.greeting, in en-US, says words of Agent.never_say: 'Well, good - Day!'. Change one of them.",
    ),
    (
        agent(never_say=["Falcon"], own_phrases={"en-US": Phrases(goodbye="Falcon out.")}),
        "Agent.own_phrases says words of Agent.never_say: 'Falcon out.'. Change one of them.",
    ),
    (
        agent(never_say=["Falcon"], voicemail={"en-US": "Call the falcon."}),
        "Agent.voicemail says words of Agent.never_say: 'Call the falcon.'. Change one of them.",
    ),
    (agent(never_say=["…"]), "Agent.never_say has '…'; give a word or a phrase."),
    (agent(topics=["hours"]), 'Agent.topics is [\'hours\']; write Topics(["bookings"], "I can only …"), or None.'),
    (made(Topics, "hours", "No."), "Topics.allowed is 'hours'; write a list, such as ['hours']."),
    (made(Topics, [], "No."), "Topics.allowed is empty."),
    (made(Topics, ["hours"], "<>"), "Topics.otherwise is empty."),
    (agent(tells_prompt="no"), "Agent.tells_prompt is 'no'; write True or False."),
    (
        agent(pci=True, relay={"intelligence_service": "GA1"}),
        "Agent.relay sets intelligence_service, which is not for PCI mode, but Agent.pci is True; leave it out.",
    ),
    (
        agent(pci=True, relay={"conversationId": lambda caller: ""}),
        "Agent.relay sets conversationId, which is not for PCI mode, but Agent.pci is True; leave it out.",
    ),
    (agent(pci=True, redact=["ssn"]), 'Agent.redact has no "card", but Agent.pci is True; add "card".'),
    (agent(tell_private="no"), "Agent.tell_private is 'no'; write True or False."),
    (agent(hints=[5]), "Agent.hints is 5; write each word or phrase as a text."),
    (agent(say_as=["Dr."]), 'Agent.say_as is [\'Dr.\']; write a dictionary, such as {"Dr.": "Doctor"}.'),
    (agent(say_as={"Dr.": 5}), "Agent.say_as['Dr.'] is 5; write the text that is spoken."),
    (agent(say_as={5: "five"}), "Agent.say_as is 5; write texts."),
    (agent(relay="debug"), "Agent.relay is 'debug'; write a dictionary, such as {\"speechTimeout\": 900}."),
    (agent(own_phrases=Phrases()), "Agent.own_phrases is "),
    *(
        (
            agent(own_phrases={"en-US": Phrases(option=text)}),
            f"Agent.own_phrases['en-US'].option is {text!r}; write {{name}}",
        )
        for text in ("Say {word}.", "{0}: {name}", "{name.x}", "Press {key")
    ),
    (agent(own_phrases={"en-US": "Bye"}), "Agent.own_phrases['en-US'] is 'Bye'; write Phrases(goodbye=\"…\")."),
    (agent(voicemail=5), 'Agent.voicemail is 5; write a text, or one for each language: {"en-US": "…"}.'),
    (agent(calling=3), "Agent.calling is 3; write Calling(attempts=3)."),
    (
        agent(recording="We record."),
        "Agent.recording is 'We record.'; write Recording(\"This call is recorded.\"), or",
    ),
    (
        agent(when_limited="+15550100"),
        'Agent.when_limited is \'+15550100\'; write HandOff("busy", to="+1…"), or None.',
    ),
    (agent(zone=None), "Agent.zone is None; write a name such as Europe/Berlin."),
    (agent(spell_numbers="no"), "Agent.spell_numbers is 'no'; write True or False."),
    (agent(sensitivity=["low"]), "Agent.sensitivity is ['low']; it is one of low, medium, high."),
    (made(Voice, "Google", 5), "Voice.name is 5; write the provider's name for the voice, as a text."),
    (
        made(Voice, "Google", "en-US-Neural2-A", None, 3),
        "Voice.speech_model is 3; write the name of a model as a text",
    ),
    (made(Silence, "10"), "Silence.after is '10'; give 1 to 900 seconds."),
    (made(Silence, 2.5), "Silence.after is 2.5; give 1 to 900 seconds."),
    (made(Silence, reprompts="Hello?"), "Silence.reprompts is 'Hello?'; write a list, such as ['Hello?']."),
    (made(Silence, reprompts=[5]), "Silence.reprompts is 5; write a text, or one for each language"),
    (made(Silence, goodbye=5), "Silence.goodbye is 5; write a text, or one for each language"),
    (made(Recording, True), "Recording.announcement is True; write a text, or one for each language"),
    (made(Calling, "21:00"), "Calling.quiet_from is '21:00'; write time(21), of the module datetime."),
    (made(Calling, attempts="3"), "Calling.attempts is '3'; give 1 to 1000 calls a day."),
    (made(Calling, countries="US"), "Calling.countries is 'US'; write a set of texts: frozenset("),
    (made(tool, find, saying=["Hm."]), "tool(…, saying=) is ['Hm.']; write a text, or one for each language"),
    (made(tool, find, deadline="5"), "tool(…, deadline=) is '5'; give 0.1 to 60 seconds."),
    (made(ask_digits, check_pin, saying=5), "ask_digits(…, saying=) is 5; write a text, or one for each language"),
    (made(ask_digits, check_pin, saying="PIN?", length="4"), "ask_digits(…, length=) is '4'; write how many digits"),
    (made(ask_digits, check_pin, saying="PIN?", ends=None), "ask_digits(…, ends=) is None; write the key that ends"),
]


@pytest.mark.parametrize(("make", "words"), ODD, ids=[words[:45] for _, words in ODD])
def test_a_value_of_the_wrong_kind_names_its_cure(make: Callable[[], object], words: str) -> None:
    with pytest.raises(AgentError) as caught:
        make()
    place, _, fault = str(caught.value).partition(": ")
    assert place.startswith("tests/relay/agent/test_checks_kinds.py:")
    assert fault.startswith(words)


def test_values_of_every_right_kind_are_taken() -> None:
    given: dict[str, Any] = {
        "tools": (find,), "minutes": 2.5, "hints": ("Rosa",), "silence": None,
        "recording": Recording({"en-US": "Hm."}),
        "when_limited": HandOff("busy", to="+15550100"), "keys": {"0": EndCall()}, "voicemail": {"en-US": "Bye."},
    }  # fmt: skip
    assert agent(**given)()
