"""Runs the call of a scenario, and checks it, first by its rules and then by a model that judges."""

from collections.abc import Iterator
from dataclasses import dataclass

from functions.relay.wire.model import ModelError, Usage
from local.evals.cast import Caller, Cast
from local.evals.scenario import Scenario
from local.testing import AgentCall, AgentPhone, ExpectationError


@dataclass(frozen=True, slots=True)
class Result:
    """The result of a scenario: what is wrong, what was not judged, and what it used."""

    name: str
    faults: tuple[str, ...]
    unjudged: int
    turns: int
    waits_ms: tuple[float, ...]
    usage: Usage
    transcript: str

    @property
    def passed(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def run(scenario: Scenario, phone: AgentPhone, cast: Cast) -> Result:
    """Run the call and return the result, even if the call fails."""
    call = _begun(scenario, phone)
    broke_off = _carried(call, cast.caller(scenario), scenario.turns)
    broken = [*_broken(scenario, call), *(_late(scenario, call) if cast.judge else ())]
    faults = [*broke_off, *broken, *_reported(call), *_denied(scenario, cast, call.transcript)]
    turns = call.line.turns
    return Result(
        scenario.name,
        tuple(faults),
        0 if cast.judge else len(scenario.judge),
        len(turns),
        tuple(turn.first_text * 1000 for turn in turns if turn.first_text is not None),
        call.usage,
        call.transcript,
    )


def _begun(scenario: Scenario, phone: AgentPhone) -> AgentCall:
    if scenario.parameters is None:
        return phone.dial(scenario.agent, caller=scenario.number)
    return phone.called_by(scenario.agent, parameters=scenario.parameters)


def _carried(call: AgentCall, caller: Caller, turns: int) -> list[str]:
    """Let the caller talk until one side hangs up; return what broke the call off."""
    try:
        for _ in range(turns):
            if call.over or (deed := caller.next(call.line.lines)) is None:
                break
            deed(call)
        call.hangs_up()
    except ExpectationError as error:
        return [str(error).splitlines()[0]]
    except ModelError as error:
        return [f"the model of the caller failed: {error}"]
    return []


def _broken(scenario: Scenario, call: AgentCall) -> Iterator[str]:
    yield from (f"must: {rule.words}" for rule in scenario.must if rule.broken(call))
    yield from (f"must not: {rule.words}" for rule in scenario.must_not if not rule.broken(call))


def _late(scenario: Scenario, call: AgentCall) -> Iterator[str]:
    """Say that the first words came too late. Not for the offline model: its waits are those of this machine."""
    if scenario.within_ms:
        try:
            call.within(scenario.within_ms)
        except ExpectationError as error:
            yield f"within: {str(error).splitlines()[0]}"


def _reported(call: AgentCall) -> Iterator[str]:
    yield from (f"Twilio would report {error.code}: {error.text}" for error in call.line.errors)


def _denied(scenario: Scenario, cast: Cast, transcript: str) -> Iterator[str]:
    if cast.judge is None:
        return
    for statement in scenario.judge:
        try:
            if reason := cast.judge.denies(statement, transcript):
                yield f"judge: {statement} No: {reason}"
        except ModelError as error:
            yield f"judge: {statement} The model failed: {error}"
