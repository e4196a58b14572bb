"""A model answers only while the money of the day lasts."""

from collections.abc import Callable
from time import monotonic, sleep

import pytest

from functions.live.metered_model import MeteredModel
from functions.models import metered as counted
from functions.providers import OFFLINE, ROWS, chosen, price_of
from functions.relay.cost_limits import Limits, money_of
from functions.relay.counts import DAY_S
from functions.relay.ports import CountersError
from functions.relay.wire.model import (
    CallerMessage,
    FailureKind,
    Finished,
    ModelError,
    Request,
    StreamEvent,
    TextDelta,
    Usage,
)
from tests.doubles import MemoryCounters, ScriptedModel, saying

ASKED = Request("You are brief.", (CallerMessage("Is there a table on Friday?"),))
PRICE = price_of("claude-haiku-4-5")
assert PRICE
MOST = PRICE.micros_of(ASKED.most_usage)
TODAY = money_of(20_000)
PATIENCE_S = 60.0


class OutOfReach(MemoryCounters):
    """Counters whose table fails; for a correction it may be back."""

    back = False

    def spend(self, counter: str, micros: int, most: int) -> bool:
        raise CountersError("DynamoDB: out of reach")

    def adjust(self, counter: str, micros: int) -> None:
        if not self.back:
            raise CountersError("DynamoDB: out of reach")
        super().adjust(counter, micros)


class Slow(MemoryCounters):
    """Counters whose table answers once something has happened."""

    waited = False
    wait_for: Callable[[], bool]

    def spend(self, counter: str, micros: int, most: int) -> bool:
        until = monotonic() + PATIENCE_S
        while not self.wait_for() and monotonic() < until:
            sleep(0.001)
        self.waited = self.wait_for()
        return super().spend(counter, micros, most)


def metered(model: ScriptedModel, counters: MemoryCounters, most: int) -> MeteredModel:
    assert PRICE
    return MeteredModel(model, PRICE.micros_of, counters, most, now=lambda: 20_000.0 * DAY_S)


def costing(usage: Usage) -> list[StreamEvent | Exception]:
    return [TextDelta("Yes."), Finished("end", usage)]


def test_a_request_costs_what_its_tokens_do() -> None:
    counters = MemoryCounters()
    model = metered(ScriptedModel(costing(Usage(input=30, output=5))), counters, MOST)
    assert list(model.ask(ASKED)) == costing(Usage(input=30, output=5))
    assert counters.spent == {TODAY: 30 + 5 * 5}


def test_no_request_can_cost_more_than_it_was_counted_for() -> None:
    longest = Request("é" * 1000, (CallerMessage("你好" * 1000),))
    assert longest.most_usage.cache_write >= 2 * 1000 + 2 * 3 * 1000


def test_without_money_no_word_is_spoken() -> None:
    counters, inner, met = MemoryCounters(), ScriptedModel(saying("Yes.")), []
    assert PRICE
    model = MeteredModel(inner, PRICE.micros_of, counters, MOST - 1, lambda: met.append(1), lambda: 20_000.0 * DAY_S)
    spoken: list[StreamEvent] = []
    with pytest.raises(ModelError, match="see LIMITS") as raised:
        spoken += model.ask(ASKED)
    assert (raised.value.kind, spoken, met, inner.closed) == ("limited", [], [1], 1)
    assert counters.spent == {TODAY: MOST}  # the service charges for the stream that was closed


def test_the_model_is_asked_while_the_money_is_counted() -> None:
    counters, inner = Slow(), ScriptedModel(saying("Yes."))
    counters.wait_for = lambda: bool(inner.asked)
    assert list(metered(inner, counters, MOST).ask(ASKED)) == saying("Yes.")
    assert counters.waited


def test_no_word_is_spoken_before_the_money_is_counted() -> None:
    counters, inner = Slow(), ScriptedModel(saying("Yes."))
    spoken: list[StreamEvent] = []
    counters.wait_for = lambda: bool(inner.asked) and not spoken
    with pytest.raises(ModelError):
        spoken += metered(inner, counters, MOST - 1).ask(ASKED)
    assert (counters.waited, spoken) == (True, [])


@pytest.mark.parametrize(("kind", "cost"), [("throttled", 0), ("overloaded", 0), ("refused", 0), ("broken", MOST)])
def test_a_request_that_its_service_refused_is_free(kind: FailureKind, cost: int) -> None:
    counters = MemoryCounters()
    with pytest.raises(ModelError):
        list(metered(ScriptedModel([ModelError(kind, "")]), counters, MOST).ask(ASKED))
    assert counters.spent == {TODAY: cost}


def test_a_stream_that_breaks_after_its_first_word_stays_counted() -> None:
    counters = MemoryCounters()
    with pytest.raises(ModelError):
        list(metered(ScriptedModel([TextDelta("Yes"), ModelError("throttled", "")]), counters, MOST).ask(ASKED))
    assert counters.spent == {TODAY: MOST}


def test_what_could_not_be_counted_before_is_counted_after() -> None:
    counters, used = OutOfReach(), Usage(input=30, output=5)
    counters.back = True
    assert list(metered(ScriptedModel(costing(used)), counters, MOST).ask(ASKED)) == costing(used)
    assert counters.spent == {TODAY: 30 + 5 * 5}


def test_a_request_that_is_cut_off_stays_counted_at_its_most() -> None:
    counters = MemoryCounters()
    asked = metered(ScriptedModel(costing(Usage(1, 1))), counters, MOST).ask(ASKED)
    next(asked)
    asked.close()
    assert counters.spent == {TODAY: MOST}


def test_a_limit_that_cannot_be_read_lets_a_running_call_go_on(caplog: pytest.LogCaptureFixture) -> None:
    model = metered(ScriptedModel(saying("Yes.")), OutOfReach(), MOST)
    assert next(model.ask(ASKED)) == TextDelta("Yes.")
    assert "the money of the day could not be read: DynamoDB: out of reach" in caplog.text


@pytest.mark.parametrize("name", ["openai:a-model-of-our-own", "langflow", "bedrock:eu.amazon.nova-9"])
def test_a_model_without_a_price_counts_as_the_dearest(name: str) -> None:
    [choice] = chosen(name)
    used, counters = Usage(input=1_000, output=200, cache_read=50, cache_write=10), MemoryCounters()
    model = counted(ScriptedModel(costing(used)), choice, counters, Limits(), lambda: None)
    assert list(model.ask(ASKED))
    dearest = max(price.micros_of(used) for row in ROWS for price in row.prices.values())
    assert list(counters.spent.values()) == [dearest]
    assert choice.price_is_assumed


def test_only_the_offline_model_is_free() -> None:
    inner, counters = ScriptedModel(), MemoryCounters()
    assert [row for row in ROWS if row.free] == [OFFLINE]
    assert counted(inner, chosen("offline")[0], counters, Limits(), lambda: None) is inner
