"""What an event and a webhook tell of a call."""

import json
from dataclasses import replace

import pytest

from functions.relay.record.analysis import Finding
from functions.relay.record.call_record import (
    CallBackRecord,
    CallRecord,
    HandOffRecord,
    RecordingRecord,
    SmsRecord,
)
from functions.relay.record.public import public
from tests.relay.record.calls import BEGAN, CALL, CALLED, CALLER, record

PHONE = "+15550111"
PRIVATE = Finding("summary", "text-generation", "They wanted a table.")
SCORE = Finding("lead-score", "json", 9)


@pytest.fixture
def told() -> CallRecord:
    return replace(
        record(),
        hand_offs=(HandOffRecord("asked", PHONE, "A brief.", reached=False),),
        messages=(SmsRecord(PHONE, "See you.", "SM1"), SmsRecord(PHONE, "Hello?")),
        call_backs=(
            CallBackRecord("rosa", BEGAN + 1, replaced=True),
            CallBackRecord("rosa", BEGAN + 2, (("about", "table"),)),
        ),
        recordings=(RecordingRecord("RE1", "completed", 11),),
        analysis=(PRIVATE, SCORE),
        left_out=2,
        summary="They wanted a table.",
    )


def test_facts_of_a_call_are_told(told: CallRecord) -> None:
    facts = public(told, words=False)
    assert (facts["call"], facts["called"], facts["began"]) == (CALL, CALLED, BEGAN)
    assert (facts["direction"], facts["ending"]) == ("inbound", "caller hung up")
    assert facts["agents"] == [{"name": "rosa", "version": "abc"}]
    assert (facts["turns"], facts["handed_off"], facts["messages_sent"]) == (5, [False], [True, False])
    assert facts["call_backs"] == [BEGAN + 2]
    assert facts["recordings"] == [{"sid": "RE1", "status": "completed", "seconds": 11, "message": False}]


def test_no_word_and_no_number_of_the_caller_is_told(told: CallRecord) -> None:
    facts = public(told, words=False)
    text = json.dumps({**facts, "caller_mark": ""})
    for secret in (CALLER, PHONE, "table", "A brief.", "See you."):
        assert secret not in text
    assert facts["analysis"] == {"lead-score": 9}


def test_with_words_the_whole_record_is_told(told: CallRecord) -> None:
    facts = public(told, words=True)
    assert facts["analysis"] == {"summary": "They wanted a table.", "lead-score": 9}
    assert facts["record"]["turns"][1]["caller"] == "Is there a table?"
    assert json.loads(json.dumps(facts)) == facts
