"""A call is analysed, from its end to its rule: webhooks of Twilio, the table, and Twilio's API as it answers."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from types import ModuleType
from uuid import uuid4

import pytest

from functions.adapters.transcripts import TwilioTranscripts
from functions.follow_up.reminder import FollowUpReminder
from functions.relay import CallRecord, Intelligence, Operator, Sms, when
from functions.relay.log.events import Announced, Entry, Progressed, SmsOrdered
from functions.relay.log.keys import Key, announcement, call_log, transcript_log
from tests.conftest import Aws
from tests.fixtures.agents import DESK
from tests.follow_up.test_deliver import Told
from tests.functions.events import CALLED, CALLER
from tests.functions.test_after import from_queue, from_stream
from tests.functions.test_analysed import READY, posted
from tests.servers.intelligence import result
from tests.servers.twilio import KEY, TwilioServer

pytestmark = pytest.mark.slow

ACCOUNT, TOKEN = f"AC{'0' * 31}1", "0123456789abcdef0123456789abcdef"
SCORE = Operator("lead-score", "Rate this lead from 0 to 10.", int)
NOW = int(time.time() * 1000)


def tell_sales(record: CallRecord) -> Sms:
    return Sms(f"A lead of {record.analysis[0].value} called.", to="+15550177")


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as running:
        yield running


def following(aws: Aws, twilio: TwilioServer) -> tuple[ModuleType, Told]:
    """Return the function that follows calls, and who hears of each analysis."""
    after, event = aws.handler("after"), Told("analysed")
    after.deps = replace(  # type: ignore[attr-defined]
        after.deps,
        agents={"rosa": replace(DESK, intelligence=Intelligence([SCORE], [when(SCORE >= 8, tell_sales)]))},
        analysed=[*after.deps.analysed, event],
        transcripts=TwilioTranscripts(lambda: (ACCOUNT, *KEY), twilio.url),
    )
    return after, event


def recorded(after: ModuleType) -> str:
    """Return a call that is over, and has its record."""
    call = f"CA{uuid4().hex}"
    after.deps.log.append(call_log(call), Entry(announcement(0), Announced("rosa", CALLER, CALLED, at=NOW)))
    done = Progressed(3, "completed", 9, CALLER, CALLED, at=NOW + 9_000)
    after.deps.log.append(call_log(call), Entry(Key(3, "completed"), done))
    after.handler(from_queue(FollowUpReminder(call_log(call), 60, "1").write()), None)
    return call


@pytest.mark.parametrize("of_recording", [False, True])
def test_a_transcript_joins_its_call_and_runs_a_rule(aws: Aws, twilio: TwilioServer, of_recording: bool) -> None:
    twiml, (after, event) = aws.handler("twiml"), following(aws, twilio)
    call, transcript, recording = recorded(after), f"GT{uuid4().hex}", f"RE{uuid4().hex}"
    twilio.recordings[recording] = call
    twilio.intelligence.transcripts[transcript] = recording if of_recording else call
    twilio.intelligence.results[transcript] = [result("lead-score", "json", json_results={"answer": 9})]
    for _ in range(2):
        ready = json.dumps({**READY, "transcript_sid": transcript})
        assert twiml.handler(posted(ready), None)["statusCode"] == 204
        assert after.handler(from_stream(transcript_log(transcript)), None) == {"batchItemFailures": []}
        after.handler(from_queue(FollowUpReminder(transcript_log(transcript), 5, "2").write()), None)
    [told] = event.records
    assert [(one.operator, one.value) for one in told.analysis] == [("lead-score", 9)]
    assert after.deps.records.get(call).analysis == told.analysis
    [sms] = [one.event for one in after.deps.log.read(call_log(call)) if isinstance(one.event, SmsOrdered)]
    assert (sms.to, sms.text) == ("+15550177", "A lead of 9 called.")
