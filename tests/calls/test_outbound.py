"""Calls that agents place, end to end: ordered from the function, placed with Twilio, answered on the phone."""

import importlib
import json
import re
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import time
from typing import Any

import pytest

from functions import agents
from functions.relay import Agent, Caller, Calling, Voice, opt_out, tool
from functions.relay.log.events import Entry, OptedOut
from functions.relay.log.keys import Key, call_log
from functions.relay.outbound import Progress, progress
from local.dev_stack import DevStack, dev_stack
from local.environment import ACCOUNT, CALLER_ID, CALLS_FUNCTION, PUBLIC_URL, TOKEN
from local.phone import Call, Phone, Quirks
from tests.calls.conftest import SPEED
from tests.servers.twilio import Created, TwilioServer

pytestmark = pytest.mark.slow

VOICEMAIL = "This is Rosa's. Your table is on Friday at eight. Our number is 212-555-0100. Goodbye!"
GREETED = "You are speaking with an automated assistant. Hello, this is Rosa's!"
AT_ALL_HOURS = Calling(time(), time(), country_hours=False)
AT_NO_HOUR = Calling(time(), time.max)
NUMBERS = (f"+1415555{line:04d}" for line in range(101, 199))
"""Numbers that are reserved for fiction, one for each test: the log of a number outlives its call."""


def tell_name(caller: Caller) -> str:
    """Say who is on the phone."""
    return f"{dict(caller.parameters)['name']}, {caller.number}, called from {caller.called}"


def reminder(calling: Calling) -> Agent:
    return Agent(
        "Be brief.",
        "Hello, this is Rosa's!",
        {"en-US": Voice("Google", "en-US-Neural2-A")},
        tools=[tool(tell_name)],
        voicemail=VOICEMAIL,
        calling=calling,
        spell_numbers=False,
    )


@pytest.fixture(scope="module")
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as server:
        yield server


@pytest.fixture(scope="module")
def started(twilio: TwilioServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevStack]:
    with dev_stack("offline", log=tmp_path_factory.mktemp("log") / "functions.log", twilio=twilio.url) as line:
        yield line


@pytest.fixture
def number(monkeypatch: pytest.MonkeyPatch, twilio: TwilioServer) -> str:
    """A number that was not called before, and an agent that may call it."""
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder(AT_ALL_HOURS))
    twilio.created.clear()
    return next(NUMBERS)


def invoke(line: DevStack, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Invoke the function through Lambda's own API, as an IAM principal does."""
    url = f"{line.urls.functions}/2015-03-31/functions/{CALLS_FUNCTION}/invocations"
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(payload).encode(), method="POST")) as answer:
        return dict(json.loads(answer.read()))


def ordered(line: DevStack, twilio: TwilioServer, number: str) -> Created:
    """Order a call; return it as Twilio got it."""
    answer = invoke(line, {"to": number, "agent": "reminder", "parameters": {"name": "Alma"}})
    [created] = twilio.created
    assert answer == {"status": "placed", "call": created.sid}
    return created


def answer(phone: Phone, created: Created, **options: Any) -> Call:
    return phone.answer(created.order, created.sid, **options)


def gone(line: DevStack, call: Call) -> Progress:
    told = invoke(line, {"call": call.sid})
    assert told.pop("over") is True
    return Progress(**told)


def log() -> Any:
    """The table's logs, as the function that places calls sees them."""
    return importlib.import_module("functions.calls").log


def callees() -> Any:
    """The logs of numbers, as the function that places calls sees them."""
    return importlib.import_module("functions.calls").callees


def test_a_person_talks_with_the_agent(line: DevStack, twilio: TwilioServer, phone: Phone, number: str) -> None:
    call = answer(phone, ordered(line, twilio, number))
    assert call.heard == GREETED
    assert call.say("Hello.")
    call.hang_up()
    assert (call.errors, call.warnings) == ((), ())
    [setup] = [frame.message for frame in call.frames if frame.message.get("type") == "setup"]
    assert (setup["direction"], setup["callStatus"]) == ("outbound-api", "IN_PROGRESS")
    assert (setup["from"], setup["to"]) == (CALLER_ID, number)
    assert sorted(setup["customParameters"]) == ["agent", "ticket"]
    assert (gone(line, call).status, gone(line, call).answered_by) == ("completed", "human")


def test_a_machine_hears_the_message_after_the_beep(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str
) -> None:
    call = answer(phone, ordered(line, twilio, number), by="machine_end_beep").wait_until_over()
    assert call.heard == f"{GREETED} {VOICEMAIL}"
    assert [verb.name for verb in call.verbs] == ["Say", "Pause", "Say", "Hangup"]
    assert (len(call.sessions), call.errors, call.warnings) == (1, (), ())
    assert gone(line, call).answered_by == "machine_end_beep"


def test_a_person_hears_the_agent_before_it_is_known_who_answered(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str
) -> None:
    call = answer(phone, ordered(line, twilio, number), by="")
    assert call.heard == GREETED
    call.detect("human")
    assert call.say("Hello.")
    call.hang_up()
    assert len(call.sessions) == 1
    assert gone(line, call).answered_by == "human"


def test_a_machine_stops_the_answer_that_is_being_spoken(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str
) -> None:
    call = answer(phone, ordered(line, twilio, number), by="")
    call.speak(" ".join(["Please leave a message after the tone."] * 30))
    call.wait_until(lambda one: one.speaking and len(one.turns) == 1)
    call.detect("machine_end_beep")
    call.detect("machine_end_beep")
    call.wait_until_over()
    assert call.heard.endswith(VOICEMAIL)
    assert call.answer.count("Please leave a message after the tone.") < 30
    assert [verb.name for verb in call.verbs] == ["Say", "Pause", "Say", "Hangup"]
    assert (len(call.sessions), call.errors) == (1, ())


def test_a_session_that_opens_after_the_report_ends_at_once(
    line: DevStack, twilio: TwilioServer, number: str
) -> None:
    created = ordered(line, twilio, number)
    with line.phone(speed=SPEED, quirks=Quirks(slow_handshake=40.0)) as phone:
        call = answer(phone, created, by="", listen=False)
        call.wait_until(lambda one: bool(one.verbs))
        call.detect("machine_end_beep")
        call.wait_until_over()
    assert call.heard.endswith(VOICEMAIL)
    assert (len(call.sessions), call.errors) == (1, ())


def test_a_fax_is_left_no_message(line: DevStack, twilio: TwilioServer, phone: Phone, number: str) -> None:
    call = answer(phone, ordered(line, twilio, number), by="fax").wait_until_over()
    assert [verb.name for verb in call.verbs] == ["Say", "Hangup"]


def test_the_agent_knows_the_person_and_the_reason_of_its_call(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str
) -> None:
    call = answer(phone, ordered(line, twilio, number))
    heard = call.say("Tell me my name.")
    assert re.findall(r"Alma|[+]\d+", heard) == ["Alma", number, CALLER_ID]
    call.hang_up()


def test_a_resumed_outbound_call_keeps_its_parameters(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str
) -> None:
    call = answer(phone, ordered(line, twilio, number))
    call.drop()
    assert [sorted(session.parameters) for session in call.sessions] == [["agent", "ticket"]] * 2
    assert "Alma" in call.say("Tell me my name.")
    call.hang_up()


@pytest.mark.parametrize("told", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1), (1, 3, 0, 2)], ids=str)
def test_status_callbacks_may_come_in_any_order(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str, told: tuple[int, ...]
) -> None:
    call = answer(phone, ordered(line, twilio, number), by="machine_end_silence", told=(*told, told[0]))
    call.wait_until_over()
    assert call.errors == ()
    found = gone(line, call)
    assert (found.status, found.answered_by) == ("completed", "machine_end_silence")
    assert found.seconds == progress(log().read(call_log(call.sid))).seconds


def test_a_person_who_opted_out_is_not_called(line: DevStack, twilio: TwilioServer, number: str) -> None:
    callees().append(number, Entry(Key(1, "prompt"), OptedOut("CA1")))
    assert invoke(line, {"to": number, "agent": "reminder"}) == {
        "status": "refused",
        "why": "opted out",
        "reason": "This number has asked not to be called.",
    }
    assert twilio.created == []


def test_a_person_who_asks_for_it_is_not_called_again(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", replace(reminder(AT_ALL_HOURS), tools=[opt_out]))
    call = answer(phone, ordered(line, twilio, number))
    assert "will not be called again" in call.say("I do not want to be called any more!")
    call.hang_up()
    [wish] = [one.event for one in callees().read(number) if isinstance(one.event, OptedOut)]
    assert wish == OptedOut(call.sid)
    assert invoke(line, {"to": number, "agent": "reminder"})["why"] == "opted out"


def test_a_caller_who_asks_for_it_is_not_called(line: DevStack, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", replace(reminder(AT_ALL_HOURS), tools=[opt_out]))
    monkeypatch.setitem(agents.NUMBERS, "+15550177", "reminder")
    with line.phone(number="+15550177", speed=SPEED) as phone:
        call = phone.dial(caller=number)
        call.say("I do not want to be called any more!")
        call.hang_up()
    assert invoke(line, {"to": number, "agent": "reminder"})["why"] == "opted out"


def test_a_person_is_not_called_in_their_quiet_hours(
    line: DevStack, twilio: TwilioServer, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", reminder(AT_NO_HOUR))
    refused = invoke(line, {"to": number, "agent": "reminder"})
    assert (refused["status"], refused["why"]) == ("refused", "quiet hours")
    assert "in America/Los_Angeles" in refused["reason"]
    assert twilio.created == []


def test_a_person_is_not_called_again_and_again(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str
) -> None:
    for _ in range(3):
        twilio.created.clear()
        answer(phone, ordered(line, twilio, number), by="fax").wait_until_over()
    refused = invoke(line, {"to": number, "agent": "reminder"})
    assert (refused["status"], refused["why"]) == ("refused", "too many attempts")


def test_a_call_without_an_order_gets_no_agent(line: DevStack, phone: Phone) -> None:
    """Twilio signs whatever its account's own calls ask for, so the agent must be one of ours."""
    order = {"To": ["+14155550199"], "From": [CALLER_ID], "Url": [f"{PUBLIC_URL}/voice-out?agent=nobody"]}
    call = phone.answer(order).wait_until_over()
    assert (call.outcome, call.verbs) == ("failed", ())


def test_a_failed_call_is_apologised_for_in_its_language(
    line: DevStack, twilio: TwilioServer, phone: Phone, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spanish = Agent("Be brief.", "¡Hola!", {"es-ES": Voice("Google", "es-ES-Neural2-A")}, calling=AT_ALL_HOURS)
    monkeypatch.setitem(agents.AGENTS, "reminder", spanish)
    order = dict(ordered(line, twilio, number).order)
    nowhere = {**order, "Url": [order["Url"][0].replace("agent=reminder", "agent=nobody")]}
    call = phone.answer(nowhere).wait_until_over()
    [say, _] = call.verbs
    assert (say.attributes["language"], say.text) == ("es-ES", spanish.phrases.unavailable)
