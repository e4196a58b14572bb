"""Figures of the model service's cache: how much of a request is not as in the request before.

A service reads from its cache what a request has in common with an earlier one, from the beginning to a cache point:
first tools, then the prompt, then the conversation. The time is told behind the prompt, so that the prompt stays the
same. Minutes pass on the gateway's clock only. Source: https://platform.claude.com/docs/en/build-with-claude/prompt-caching.
"""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import Any

from benchmarks.line import TimedModel, measured
from benchmarks.report import Row
from local.aws.gateway_server import Sources
from local.models.steps import Finish, spoken

MINUTE_S = 60.0
PAUSES_S = (0.0, 0.0, 0.0, MINUTE_S, 0.0, 0.0, MINUTE_S, 5 * MINUTE_S)
"""Seconds that pass before each turn."""

ANSWER = "The kitchen is open until ten on that day. Shall I hold a table for you?"

Body = Mapping[str, Any]


class Clock:
    """The gateway's clock, which begins early in a minute, and can be put forward."""

    def __init__(self) -> None:
        """Begin in the next minute."""
        self._ahead = MINUTE_S - time.time() % MINUTE_S

    def now(self) -> float:
        """Return the seconds since 1970."""
        return time.time() + self._ahead

    def wait(self, seconds: float) -> None:
        """Move the clock forward by these seconds."""
        self._ahead += seconds


def cache() -> Iterator[Row]:
    """Hold a call that lasts for some minutes, and return what its requests have in common."""
    clock = Clock()
    model = TimedModel((*spoken(ANSWER), Finish()), first=0, between=0)
    with measured(model, Sources(now=clock.now)) as line:
        line.dev_stack.queue.close()
        with line.phone() as phone:
            call = phone.dial()
            for pause in PAUSES_S:
                clock.wait(pause)
                call.say("And on that day?")
                line.dev_stack.gateway.settled()
            call.hang_up()
    yield from rows([request.body for request in model.requests])


def rows(bodies: Sequence[Body]) -> Iterator[Row]:
    """Return the figures of a call's requests, which were sent `PAUSES_S` apart."""
    pairs = list(zip(bodies, bodies[1:], PAUSES_S[1:], strict=False))
    kept = [_anew(one, other) for one, other, pause in pairs if not pause]
    later = [_anew(one, other) for one, other, pause in pairs if pause]
    prompts = {json.dumps(_parts(body)[:2]) for body in bodies}
    yield Row(
        f"versions of tools and prompt in {len(bodies)} requests over {len(later)} minutes", len(prompts), "", 1
    )
    yield Row("of a request, not in the next one of the same minute, most", max(kept), "%", 0)
    yield Row("of a request, not in the next one a minute later, most", max(later), "%")


def _parts(body: Body) -> tuple[Any, ...]:
    """Return the parts of a request in the order in which a service reads them, without the cache points."""
    prompt, *situation = _plain(body["system"])
    return (
        _plain(body["toolConfig"]["tools"]),
        prompt,
        situation,
        [{**message, "content": _plain(message["content"])} for message in body["messages"]],
    )


def _plain(blocks: Sequence[Body]) -> list[Body]:
    return [block for block in blocks if "cachePoint" not in block]


def _anew(before: Body, after: Body) -> float:
    """Return the percentage of a request that the next one does not begin with."""
    one, other = (json.dumps(_parts(body)).rstrip("]") for body in (before, after))
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
    return round(100 - 100 * same / len(one), 1)
