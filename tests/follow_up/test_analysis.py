"""Results of Conversational Intelligence join the record, and rules run, once however often they come."""

from dataclasses import dataclass, field, replace

import pytest

from functions.follow_up.analysis import LONGEST_WAIT_S
from functions.follow_up.calls import check
from functions.follow_up.deliver import FollowUpError, deliver
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder
from functions.providers import price_of
from functions.relay import CallRecord, Intelligence, Operator, Sms, when
from functions.relay.log.events import Announced, Entry, SmsOrdered
from functions.relay.log.keys import Key, call_log
from functions.relay.record.analysis import Finding, Transcript
from functions.relay.record.fold import record_of
from functions.relay.record.over import LONGEST_SESSION_S
from functions.relay.record.public import public
from tests.doubles import MemoryLog, MemoryRecords
from tests.fixtures.agents import DESK
from tests.follow_up.scene import Notes
from tests.follow_up.test_deliver import Told
from tests.relay.record.calls import CALL, PLAIN, announced

SCORE = Operator("lead-score")
FOUND = (Finding("lead-score", "text-generation", 9), Finding("summary", "text-generation", "A sad call."))
NOTE = FollowUpReminder("transcript/GT1", 5, "1")


@dataclass
class OneTranscript:
    """The port `Transcripts`."""

    found: Transcript | None = field(default_factory=lambda: Transcript("GT1", CALL, FOUND))

    def get(self, sid: str) -> Transcript | None:
        return self.found if sid == "GT1" else None


def deps(event: Told, sales: Told, found: Transcript | None) -> FollowUpDeps:
    log, records = MemoryLog(), MemoryRecords()
    log.append(call_log(CALL), Entry(Key(1, "announced"), Announced("rosa", "", "")))

    def tell_sales(record: CallRecord) -> None:
        sales.tell(record)

    rules = [when(SCORE >= 8, tell_sales)]
    agents = {"rosa": replace(DESK, intelligence=Intelligence([SCORE], rules))}
    made = FollowUpDeps(log, records, Notes(), lambda: str, price_of, agents)
    return replace(made, analysed=(event,), transcripts=OneTranscript(found))


def recorded(event: Told, sales: Told) -> FollowUpDeps:
    made = deps(event, sales, Transcript("GT1", CALL, FOUND))
    made.records.put(replace(record_of(PLAIN, str, price_of), entries=1))
    return made


def test_results_join_the_record_and_run_the_rule_once() -> None:
    event, sales = Told(), Told()
    made = recorded(event, sales)
    assert [check(made, replace(NOTE, by=by)) for by in "112"] == ["analysed"] * 3
    record = made.records.get(CALL)
    assert record and record.analysis == FOUND
    assert [one.analysis for one in (*event.records, *sales.records)] == [FOUND, FOUND]


def test_a_rule_that_failed_runs_again_and_the_event_does_not() -> None:
    event, sales = Told(), Told(fails=1)
    made = recorded(event, sales)
    with pytest.raises(FollowUpError, match=r"rosa\.rule\.tell_sales"):
        check(made, NOTE)
    check(made, NOTE)
    assert (len(event.records), len(sales.records)) == (1, 1)


def test_results_before_the_record_wait_for_it() -> None:
    made = deps(Told(), Told(), Transcript("GT1", CALL, FOUND))
    assert check(made, NOTE) == "later"
    assert check(made, replace(NOTE, waited=LONGEST_SESSION_S + 1800)) == "later"
    assert check(made, replace(NOTE, waited=LONGEST_WAIT_S)) == "no record"


def test_a_transcript_of_another_call_is_left_alone() -> None:
    for found in (None, Transcript("GT1", "", FOUND), Transcript("GT1", "CA999", FOUND)):
        made = deps(Told(), Told(), found)
        assert check(made, NOTE) == "no call"


def test_an_event_without_words_keeps_numbers_alone() -> None:
    record = replace(record_of(PLAIN, str, price_of), analysis=FOUND)
    assert public(record, words=False)["analysis"] == {"lead-score": 9}
    assert public(record, words=True)["analysis"]["summary"] == "A sad call."


def test_a_text_message_of_a_rule_has_its_own_name() -> None:
    made = recorded(Told(), Told())

    def thank(record: CallRecord) -> Sms:
        return Sms("Thank you!", to="+12125550142")

    agent = replace(DESK, after=[thank], intelligence=Intelligence([SCORE], [when(SCORE >= 8, thank)]))
    made = replace(made, agents={"rosa": agent})
    record = made.records.get(CALL)
    assert record
    assert made.log.append(call_log(CALL), announced())
    deliver(made, record)
    check(made, NOTE)
    ordered = [one for one in made.log.read(call_log(CALL)) if isinstance(one.event, SmsOrdered)]
    assert {one.key.message for one in ordered} == {f"follow-up/rosa.{how}thank/sms0" for how in ("", "rule.")}
