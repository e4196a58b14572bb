"""The steps of a menu: what Twilio reports, and the TwiML that follows."""

from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from functions.relay import Agent, Menu, Option, Voice
from functions.relay.agent.menu_script import Scripts, scripts, written
from local.phone.twiml import Verb, oddities, read
from tests.conftest import Aws
from tests.functions.events import CALLED, CALLER, webhook

OPTIONS = [
    Option("bookings", to="+15550190", rings=20),
    Option("the kitchen", to="sip:chef@example.com"),
    Option("the owner", to="client:rosa"),
]
VOICES = {"en-US": Voice("Google", "en-US-Neural2-F"), "es-ES": Voice("ElevenLabs", "21m00Tcm4TlvDq8ikWAM")}
DESK = Agent("You answer.", "Hello!", VOICES, menu=Menu(OPTIONS, rounds=2))
TAPE = Agent("You answer.", "Hello!", VOICES, menu=Menu(OPTIONS, voicemail="Please speak after the tone."))
SCRIPTS = scripts({"desk": DESK, "tape": TAPE})
SAID = {"language": "en-US", "voice": "Google.en-US-Neural2-F"}
OVER = "Sorry, we can't take your call right now. Please try again later."


@pytest.fixture(scope="module")
def menu(aws: Aws) -> ModuleType:
    return aws.handler("menu")


def answered(
    menu: ModuleType, step: str, form: dict[str, str], agent: str = "desk", **query: str
) -> tuple[Verb, ...]:
    """Return the verbs that follow a step."""
    asked = "&".join(
        f"{name}={one}" for name, one in {"agent": agent, "language": "en-US", "step": step, **query}.items()
    )
    event = webhook("/menu", {"CallSid": f"CA{'0' * 32}", "From": CALLER, "To": CALLED, **form}, asked)
    answer = menu.handler(event, None, SCRIPTS)
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "text/xml"})
    verbs = read(answer["body"])
    assert not [odd for verb in verbs for odd in oddities(verb)]
    return verbs


def asked_of(url: str) -> dict[str, str]:
    assert urlsplit(url).path == "/menu"
    return dict(parse_qsl(urlsplit(url).query))


@pytest.mark.parametrize("form", [{}, {"Digits": "7"}, {"SpeechResult": "What?"}], ids=["nothing", "key", "words"])
def test_who_chooses_nothing_hears_the_next_round(menu: ModuleType, form: dict[str, str]) -> None:
    gather, redirect = answered(menu, "chosen", form, round="1")
    assert (gather.name, redirect.name) == ("Gather", "Redirect")
    given = gather.attributes
    assert (given["input"], given["numDigits"], given["language"]) == ("dtmf speech", "1", "en-US")
    assert given["hints"] == "bookings,the kitchen,the owner"
    [said] = gather.nouns
    assert (said.attributes, said.text[:26]) == (SAID, "Sorry, I didn't catch that")
    following = {"agent": "desk", "language": "en-US", "step": "chosen", "round": "2"}
    assert asked_of(given["action"]) == asked_of(redirect.text) == following


@pytest.mark.parametrize("number", ["2", "3", "99"])
def test_after_the_last_round_the_call_ends(menu: ModuleType, number: str) -> None:
    said, ended = answered(menu, "chosen", {}, round=number)
    assert (said.text, said.attributes, ended.name) == (OVER, SAID, "Hangup")


@pytest.mark.parametrize(
    ("form", "noun", "to"),
    [
        ({"Digits": "1"}, "Number", "+15550190"),
        ({"SpeechResult": "The kitchen, please."}, "Sip", "sip:chef@example.com"),
        ({"SpeechResult": "the owner"}, "Client", "rosa"),
    ],
)
def test_an_option_leads_to_its_person(menu: ModuleType, form: dict[str, str], noun: str, to: str) -> None:
    said, dial = answered(menu, "chosen", form, round="1")
    assert said.text == "One moment, I'll put you through."
    [target] = dial.nouns
    assert (dial.name, target.name, target.text) == ("Dial", noun, to)
    assert (dial.attributes["timeout"], dial.attributes["timeLimit"]) == ("20" if noun == "Number" else "30", "7200")
    assert asked_of(dial.attributes["action"]) == {"agent": "desk", "language": "en-US", "step": "dialed"}
    assert "callerId" not in dial.attributes
    assert target.attributes == {"statusCallback": "/call-status?menu=taken", "statusCallbackEvent": "answered"}


def test_a_withheld_caller_is_shown_as_our_number(menu: ModuleType) -> None:
    _, dial = answered(menu, "chosen", {"Digits": "1", "From": "anonymous"}, round="1")
    assert dial.attributes["callerId"] == CALLED


def test_the_deployments_number_is_shown_for_a_browser(aws: Aws) -> None:
    menu = aws.handler("menu", HOTLINE_CALLER_ID="+12125550100")
    _, dial = answered(menu, "chosen", {"Digits": "1", "From": "client:alice", "To": ""}, round="1")
    assert dial.attributes["callerId"] == "+12125550100"


@pytest.mark.parametrize("status", ["no-answer", "busy", "failed", "canceled"])
def test_who_reaches_nobody_can_leave_a_message(menu: ModuleType, status: str) -> None:
    said, record, goodbye, ended = answered(menu, "dialed", {"DialCallStatus": status}, agent="tape")
    assert (said.text, record.name) == ("Please speak after the tone.", "Record")
    given = record.attributes
    assert (given["recordingStatusCallback"], given["recordingStatusCallbackEvent"]) == (
        "/recorded",
        "completed absent",
    )
    assert (given["maxLength"], given["playBeep"], given["finishOnKey"]) == ("180", "true", "#")
    assert asked_of(given["action"])["step"] == "recorded"
    assert (goodbye.text, ended.name) == ("Goodbye!", "Hangup")


def test_without_a_voicemail_who_reaches_nobody_hears_so(menu: ModuleType) -> None:
    assert answered(menu, "dialed", {"DialCallStatus": "no-answer"})[0].text == OVER


def test_after_a_talk_the_call_ends(menu: ModuleType) -> None:
    assert [verb.name for verb in answered(menu, "dialed", {"DialCallStatus": "completed"})] == ["Hangup"]


def test_after_a_message_the_agent_says_goodbye(menu: ModuleType) -> None:
    said, ended = answered(menu, "recorded", {"RecordingDuration": "4"}, agent="tape")
    assert (said.text, ended.name) == ("Goodbye!", "Hangup")


def test_a_voice_that_say_does_not_have_leaves_the_language(menu: ModuleType) -> None:
    said, _ = answered(menu, "dialed", {"DialCallStatus": "busy"}, language="es-ES")
    assert said.attributes == {"language": "es-ES"}
    assert said.text.startswith("Lo sentimos")


QUERY = "agent=desk&language=en-US&step=chosen&round=1"


@pytest.mark.parametrize("signed", ["", "bm90IHR3aWxpbw=="], ids=["none", "wrong"])
def test_a_stranger_learns_nothing(menu: ModuleType, signed: str) -> None:
    event = webhook("/menu", {"Digits": "1", "To": CALLED}, QUERY, signed=signed)
    assert menu.handler(event, None, SCRIPTS) == {"statusCode": 403}


def test_a_signed_request_for_another_step_is_refused(menu: ModuleType) -> None:
    event = webhook("/menu", {"Digits": "1", "To": CALLED}, QUERY)
    event["rawQueryString"] = QUERY.replace("desk", "tape")
    assert menu.handler(event, None, SCRIPTS) == {"statusCode": 403}


BROKEN: list[tuple[str, Scripts]] = [
    (QUERY.replace("desk", "gone"), SCRIPTS),
    (QUERY.replace("en-US", "fr-FR"), SCRIPTS),
    (QUERY.replace("round=1", "round=x"), SCRIPTS),
    (QUERY, {}),
    ("", SCRIPTS),
]


@pytest.mark.parametrize(("query", "known"), BROKEN)
def test_what_cannot_be_answered_is_left_to_the_fallback(menu: ModuleType, query: str, known: Scripts) -> None:
    assert menu.handler(webhook("/menu", {"To": CALLED}, query), None, known) == {"statusCode": 500}


@pytest.mark.parametrize("event", [{}, {"rawPath": "/menu", "body": None}])
def test_a_broken_event_raises_nothing(menu: ModuleType, event: dict[str, Any]) -> None:
    assert menu.handler(event, None)["statusCode"] in (403, 500)


def test_without_the_secret_nothing_is_answered(aws: Aws) -> None:
    menu = aws.handler("menu", HOTLINE_SECRETS="/hotline/nowhere")
    assert menu.handler(webhook("/menu", {"Digits": "1"}, QUERY), None, SCRIPTS) == {"statusCode": 500}


def test_the_function_reads_what_synth_wrote(menu: ModuleType, tmp_path: Any) -> None:
    file = tmp_path / "menu.json"
    file.write_text(written(SCRIPTS))
    assert menu.stored(file) == SCRIPTS
    assert menu.stored(tmp_path / "none.json") == {}
