"""Tells others of a call that is over, each once: the outlets of the deployment, and the functions of its agents.

One reminder does it all, see claim.py. If something fails, it comes back and does what is left. What was told, but
not logged because the invocation died just then, is told again: at least once, and rarely twice.
"""

import logging
from collections.abc import Callable, Iterable, Iterator

from functions.follow_up.deps import FollowUpDeps
from functions.relay import Agent, Caller, Sms
from functions.relay.agent.after import AfterCall, caller_parameter, functions_of, name_of
from functions.relay.dataclass import dataclass
from functions.relay.error_location import location_of
from functions.relay.log.events import Entry, Event, FollowedUp, FollowUpClaimed, FollowUpEnded
from functions.relay.log.keys import Key, call_log
from functions.relay.ports import OperatorError
from functions.relay.record.call_record import CallRecord

logger = logging.getLogger("hotline")


class FollowUpError(OperatorError):
    """Something that follows a call has failed; `str(error)` names what."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that is done once after a call."""

    name: str
    run: Callable[[], object]


def deliver(deps: FollowUpDeps, record: CallRecord) -> None:
    """Tell others of a call, each once. Raises LogError, FollowUpError."""
    run_once(deps, record.call, _deliveries(deps, record))


def run_once(deps: FollowUpDeps, call: str, deliveries: Iterable[Delivery]) -> None:
    """Do what is not done yet. Raises LogError, FollowUpError."""
    log = call_log(call)
    events = [entry.event for entry in deps.log.read(log)]
    done = {event.what for event in events if isinstance(event, FollowedUp)}
    left = _another_first([one for one in deliveries if one.name not in done], _died(events))
    failed = [one.name for one in left if not _ran(deps, log, one)]
    if failed:
        raise FollowUpError(f"What follows a call failed: {', '.join(failed)}.")


def _died(events: list[Event]) -> int:
    """Return how many earlier invocations died: each claim without an end, less the one that runs now."""
    kinds = [type(event) for event in events]
    return max(0, kinds.count(FollowUpClaimed) - kinds.count(FollowUpEnded) - 1)


def _another_first(left: list[Delivery], died: int) -> list[Delivery]:
    """Begin with another delivery after each death: one that never returns must not keep the others from running."""
    first = died % len(left) if left else 0
    return [*left[first:], *left[:first]]


def _ran(deps: FollowUpDeps, log: str, delivery: Delivery) -> bool:
    """Run a delivery and log that it is done; return whether it was. If it fails, the others still run."""
    try:
        delivery.run()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - an agent's function may raise anything
        logger.error("%s failed after a call: %s", delivery.name, location_of(error))
        return False
    deps.log.append(log, Entry(Key(0, f"follow-up/{delivery.name}"), FollowedUp(delivery.name)))
    return True


def _deliveries(deps: FollowUpDeps, record: CallRecord) -> Iterator[Delivery]:
    for outlet in deps.outlets:
        yield Delivery(outlet.name, lambda outlet=outlet: outlet.tell(record))  # type: ignore[misc]
    for name in dict.fromkeys(one.name for one in record.agents):
        agent = deps.agents.get(name)
        for function in functions_of(agent.after) if agent else ():
            yield of_function(deps, agent, function, record, f"{name}.{name_of(function)}")


def of_function(
    deps: FollowUpDeps, agent: Agent | None, function: AfterCall, record: CallRecord, what: str
) -> Delivery:
    """Return the call of an agent's function with a record, and with the `Caller` if it asks for one.

    `what` is its name in the call's log. Text messages that the function returns are ordered under this name.
    """
    caller = Caller(
        record.caller,
        record.called,
        record.call,
        record.parameters,
        record.language or (agent.language if agent else ""),
        secrets=deps.secret,
        direction="outbound" if record.direction == "outbound" else "inbound",
    )
    name = caller_parameter(function)

    def call() -> None:
        returned = function(record, **({name: caller} if name else {}))
        for number, sms in enumerate(returned if isinstance(returned, list | tuple) else (returned,)):
            if isinstance(sms, Sms):
                key = Key(0, f"follow-up/{what}/sms{number}")
                deps.log.append(call_log(record.call), Entry(key, sms.ordered(caller)))

    return Delivery(what, call)
