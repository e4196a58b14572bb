"""A person's calls are found by a hash of the number, without a scan of the table, whatever becomes of the call."""

from dataclasses import replace
from types import ModuleType
from uuid import uuid4

import pytest

from functions.relay.log.events import CallKnown
from functions.relay.log.keys import person_log
from functions.relay.ports import SecretError
from functions.relay.wire.party import mark_of
from tests.conftest import NUMBER_KEY, Aws
from tests.functions.events import CALLED, webhook
from tests.numbers import new_number


@pytest.fixture(scope="module")
def twiml(aws: Aws) -> ModuleType:
    return aws.handler("twiml")


def rings(twiml: ModuleType, caller: str) -> str:
    call = f"CA{uuid4().hex}"
    form = {"CallSid": call, "From": caller, "To": CALLED, "CallStatus": "ringing"}
    event = webhook("/voice", form)
    assert "ConversationRelay" in twiml.handler(event, None)["body"]
    return call


def known(twiml: ModuleType, caller: str, key: str = NUMBER_KEY) -> list[object]:
    return [entry.event for entry in twiml.log.read(person_log(mark_of(caller, key)))]


def test_each_call_of_a_caller_is_noted(twiml: ModuleType) -> None:
    caller = new_number()
    calls = [rings(twiml, caller) for _ in range(2)]
    assert sorted(map(str, known(twiml, caller))) == sorted(str(CallKnown(call)) for call in calls)


@pytest.mark.parametrize("direction", ["inbound", "outbound-api"])
def test_a_call_that_got_no_answer_is_noted_when_it_is_over(twiml: ModuleType, direction: str) -> None:
    """We placed it and nobody answered, or the webhook of its ring failed."""
    person, call = new_number(), f"CA{uuid4().hex}"
    numbers = (person, CALLED) if direction == "inbound" else (CALLED, person)
    form = {"CallSid": call, "From": numbers[0], "To": numbers[1], "Direction": direction, "CallStatus": "no-answer"}
    for _ in range(2):
        twiml.handler(webhook("/call-status", {**form, "SequenceNumber": "3"}), None)
    assert known(twiml, person) == [CallKnown(call)]


def test_a_call_is_noted_once(twiml: ModuleType) -> None:
    caller = new_number()
    call = rings(twiml, caller)
    form = {"CallSid": call, "From": caller, "To": CALLED, "Direction": "inbound", "CallStatus": "completed"}
    twiml.handler(webhook("/call-status", {**form, "SequenceNumber": "3"}), None)
    assert known(twiml, caller) == [CallKnown(call)]


def test_a_withheld_number_is_nobodys(twiml: ModuleType) -> None:
    rings(twiml, "anonymous")
    assert known(twiml, "anonymous") == []


def test_a_call_goes_on_though_its_person_is_not_noted(twiml: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise SecretError("number-key is not set")

    monkeypatch.setattr(twiml, "deps", replace(twiml.deps, number_key=missing))
    caller = new_number()
    rings(twiml, caller)
    assert known(twiml, caller) == []
