"""A model reads a call that is over, once. If it fails, the record goes without, and says so."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import pytest

from functions.adapters.redaction import NumberRecognizer
from functions.follow_up.calls import check
from functions.follow_up.deps import FollowUpDeps
from functions.follow_up.reminder import FollowUpReminder, read
from functions.follow_up.summarize import MOST_REQUESTS, WAITS_S
from functions.providers import price_of
from functions.relay import After, CallRecord
from functions.relay.log.keys import call_log
from functions.relay.ports import Model, SecretError
from functions.relay.wire.model import Finished, ModelError, StreamEvent, TextDelta, ToolCall, ToolResults, Usage
from tests.doubles import ScriptedModel
from tests.fixtures.agents import DESK
from tests.follow_up.scene import Scene
from tests.relay.record.calls import CALL, PLAIN


@dataclass
class Lead:
    name: str | None = None


Answer = Iterable[StreamEvent | Exception]


def calls(**arguments: object) -> Answer:
    return [ToolCall("1", "summarize_call", json.dumps(arguments)), Finished("tools", Usage(100, 20))]


GOOD = calls(summary="One. Two.", fields={"name": "Alma"})
THROTTLED = [ModelError("throttled", "too many requests")]


@dataclass
class Read(Scene):
    """A call of an agent that asks for a summary and a lead, and a model."""

    model: ScriptedModel = field(default_factory=ScriptedModel)
    after: After = After(summary=True, fields=Lead)
    names: list[str] = field(default_factory=list)
    told: list[CallRecord] = field(default_factory=list)

    def given(self, name: str) -> tuple[Model, str]:
        self.names.append(name)
        return self.model, "bedrock:claude-haiku-5-5"

    @property
    def deps(self) -> FollowUpDeps:
        def tell(record: CallRecord) -> None:
            self.told.append(record)

        agents = {"rosa": replace(DESK, after=[self.after, tell])}
        ports = (self.log, self.records, self.notes)
        return FollowUpDeps(*ports, lambda: str, price_of, agents, model=self.given, recognizer=NumberRecognizer())

    def follow(self, by: str = "1") -> str:
        return check(self.deps, FollowUpReminder(call_log(CALL), 5, by))

    def try_again(self) -> str:
        return check(self.deps, read(self.notes.sent[-1][1]))


def scene(*answers: Answer, after: After | None = None) -> Read:
    made = Read(model=ScriptedModel(*answers), after=after or After(summary=True, fields=Lead))
    made.put(PLAIN)
    return made


def test_a_call_is_summarized_before_others_are_told() -> None:
    call = scene(GOOD)
    assert call.follow() == "recorded"
    assert (call.record.summary, call.record.fields) == ("One. Two.", {"name": "Alma"})
    assert call.told == [call.record]


def test_many_notes_ask_the_model_once() -> None:
    call = scene(GOOD)
    for by in ("1", "2", "1", "3"):
        call.follow(by)
    assert (len(call.model.asked), len(call.told), call.record.summary) == (1, 1, "One. Two.")


def test_the_author_chooses_the_model() -> None:
    call = scene(GOOD, after=After(fields=Lead, summary=True, model="openai:gpt-6-luna"))
    call.follow()
    assert call.names == ["openai:gpt-6-luna"]


def test_a_failed_model_is_tried_again_later() -> None:
    call = scene(THROTTLED, GOOD)
    assert call.follow() == "recorded without a summary"
    assert (call.record.summary, call.told, call.notes.sent[-1][0]) == ("", [], WAITS_S[0])
    assert call.try_again() == "recorded"
    assert call.told == [call.record]
    assert call.record.summary == "One. Two."


def test_the_record_goes_without_a_summary_and_says_so() -> None:
    call = scene(*[THROTTLED] * (len(WAITS_S) + 1))
    call.follow()
    for _ in WAITS_S:
        call.try_again()
    assert call.record.errors == ("no summary: the model's answer was throttled",)
    assert call.told == [call.record]


@pytest.mark.parametrize("error", [SecretError("set openai-api-key"), KeyError("secret words")])
def test_a_model_out_of_reach_does_not_cost_the_record(error: Exception, caplog: pytest.LogCaptureFixture) -> None:
    call = scene()

    def unreached(name: str) -> tuple[Model, str]:
        raise error

    call.given = unreached  # type: ignore[method-assign]
    call.follow()
    for _ in WAITS_S:
        call.try_again()
    [said] = call.record.errors
    assert said.startswith("no summary: ")
    assert "secret words" not in caplog.text + said


def test_arguments_that_do_not_fit_are_corrected() -> None:
    call = scene(calls(summary="One. Two.", fields={"name": 5}), GOOD)
    call.follow()
    results = call.model.asked[1].messages[-1]
    assert isinstance(results, ToolResults)
    assert "fields.name: a string is wanted" in results.results[0].text
    assert (call.record.summary, call.record.tokens.output) == ("One. Two.", 2 * 10 + 2 * 20)


def test_arguments_that_never_fit_are_a_failure() -> None:
    call = scene(*[calls(summary=5)] * MOST_REQUESTS)
    assert call.follow() == "recorded without a summary"


def test_plain_words_are_a_summary() -> None:
    call = scene([TextDelta("One. "), TextDelta("Two."), Finished("end")], after=After(summary=True))
    call.follow()
    assert call.record.summary == "One. Two."


def test_an_agent_that_asks_for_nothing_asks_no_model() -> None:
    call = scene()
    check(replace(call.deps, agents={"rosa": DESK}), FollowUpReminder(call_log(CALL), 5, "1"))
    assert (call.model.asked, call.record.summary) == ([], "")


def test_nobody_said_anything_and_no_model_is_asked() -> None:
    call = Read()
    call.put(replace(PLAIN, sessions=()))
    call.follow()
    assert (call.model.asked, len(call.told)) == ([], 1)


@dataclass
class Order:
    note: str | None = None
    card: int | None = None
    paid: bool | None = None
    seats: int | None = None


def test_private_data_that_a_model_writes_is_not_kept() -> None:
    card = "4111 1111 1111 1111"
    fields = {"note": f"Card {card}.", "card": int(card.replace(" ", "")), "paid": True, "seats": 4}
    one = scene(calls(summary=f"Alma paid with {card}.", fields=fields), after=After(summary=True, fields=Order))
    one.follow()
    assert one.record.summary == "Alma paid with [card]."
    assert one.record.filled(Order) == Order("Card [card].", None, True, 4)
