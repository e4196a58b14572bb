"""`make campaign`: lets an agent call the people of a file, each once, at times within their calling hours.

The file is a CSV with a header. The column `to` has the numbers, `consent` the legal basis, and all others are
parameters for the agent. Each call gets its time here; `calls` checks and plans the orders, and EventBridge Scheduler
starts the calls. All orders have the campaign's name in their id. Under one id a number is called once, so a second
run with the same name plans only what is new.
"""

import argparse
import os
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from functions.adapters import numbers
from functions.agents import AGENTS
from functions.relay import Agent
from functions.relay.call_order import MOST_RETRIES
from functions.relay.outbound import PhoneNumber, may_be_dialled
from functions.relay.planning import NumberFacts
from local.arguments import stage_name, yes_no
from local.ops.call_out import Ask, asking, function_named
from local.ops.campaign_file import ID, MOST_AHEAD, Campaign, Row, read, refuse
from local.ops.deployed import service_stack
from local.ops.pace import Pace, Times
from local.ops.speak import OpsError, say

BEFORE = frozenset({"already placed", "already planned"})
"""Reasons for which a second run's order is refused: the first run has planned the call."""

TOLD_EVERY = 50
"""After how many rows the progress is printed."""


def main(arguments: list[str] | None = None, agents: Mapping[str, Agent] = AGENTS) -> int:
    """Plan the calls to the people of a file; return 0 when all are planned, 1 if stopped, 2 if nobody is called."""
    given = _parser().parse_args(arguments)
    try:
        if given.stop or given.show:
            _follow(_named(given.stop or given.show), asking(function_named(service_stack(given.stage))), given.stop)
            return 0
        campaign = Campaign(_name(given), given.agent, given.pace, given.retries)
        asked, agent = tuple(read(given.file, campaign)), _agent(campaign.agent, agents)
        ask = None if given.dry_run else asking(function_named(service_stack(given.stage)))
        pace = campaign.pace(datetime.now(UTC), _until(campaign.name, ask) if ask else None)
        rows = scheduled(asked, agent, pace)
        say(f"{given.file.name}: {len(rows)} people for the agent {given.agent}, the campaign {campaign.name}.")
        if ask is None:
            say("Nobody is called: DRY_RUN.")
            return 0
        ended = plan(rows, ask, Times(agent.calling, pace))
        say(f"Done. {', '.join(f'{count} {how}' for how, count in sorted(ended.items()))}.")
    except OpsError as error:
        say(str(error))
        return 2
    except KeyboardInterrupt:
        say("Interrupted. The calls planned so far will ring. Run the command again to plan the others.")
        return 1
    return 0


def scheduled(rows: Sequence[Row], agent: Agent, pace: Pace) -> tuple[Row, ...]:
    """Return the rows with the times of their calls, in the order of these times. Raises OpsError.

    One number that may never be called, or that has no allowed time, refuses the whole file.
    """
    facts = [numbers.facts(row.order["to"]) for row in rows]
    times = Times(agent.calling, pace)
    found = [times.take(one.callee) for one in facts]
    faults = [
        f"line {row.line}: {fault}"
        for row, one, at in zip(rows, facts, found, strict=True)
        if (fault := _never(one, at, agent))
    ]
    refuse(faults, len(rows))
    placed = zip(rows, facts, found, strict=True)
    timed = sorted((at, row.line, row, one.callee) for row, one, at in placed if at)
    return tuple(Row(line, {**row.order, "at": at.isoformat()}, callee) for at, line, row, callee in timed)


def plan(rows: Iterable[Row], ask: Ask, times: Times) -> Counter[str]:
    """Send the orders; return the number of rows for each result. Each refusal is printed.

    The next row gets the time of a refused one. So each row takes its time here, and its earlier time only sorts it.
    """
    ended: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        if (at := times.take(row.callee)) is None:
            ended["without a time"] += 1
            continue
        answer = ask({**row.order, "at": at.isoformat()})
        if answer["status"] == "refused":
            times.give_back(at)
        how = str(answer.get("why") or answer["status"])
        ended["planned before" if how in BEFORE else how] += 1
        if how != "planned" and how not in BEFORE:
            say(f"  line {row.line}: {how}: {answer.get('reason', '')}")
        if number % TOLD_EVERY == 0:
            say(f"  {number} rows, {ended['planned']} planned; the newest for {at.isoformat()}.")
    return ended


def stop(campaign: str, ask: Ask) -> None:
    """Stop the calls of a campaign that have not rung. Raises OpsError."""
    answer = ask({"stop": f"{ID}{campaign}"})
    if answer["status"] != "stopped":
        raise OpsError(f"{campaign} was not stopped: {answer.get('reason')}.", "Run the command again")


def counts(campaign: str, ask: Ask) -> Counter[str]:
    """Return the number of people of a campaign in each state. Raises OpsError."""
    found: Counter[str] = Counter()
    for page in _pages(campaign, ask):
        found.update(page["counts"])
    return found


def _pages(campaign: str, ask: Ask) -> Iterator[Mapping[str, Any]]:
    """Yield the answers of `calls` about the people of a campaign, a page each. Raises OpsError."""
    after: str | None = ""
    while after is not None:
        answer = ask({"show": f"{ID}{campaign}", "after": after})
        if answer["status"] != "shown":
            raise OpsError(f"{campaign} could not be read: {answer.get('reason')}.", "Run the command again")
        yield answer
        after = answer["after"] or None


def _until(campaign: str, ask: Ask) -> datetime | None:
    """Return the time of the last call that an earlier run has planned; None if there is none. Raises OpsError."""
    ends = [datetime.fromisoformat(page["until"]) for page in _pages(campaign, ask) if page["until"]]
    until = max(ends, default=None)
    if until:
        say(f"{campaign}: calls are planned until {until:%Y-%m-%d %H:%M} UTC. New calls follow, to keep the pace.")
    return until


def _follow(campaign: str, ask: Ask, stopping: str) -> None:
    """Stop a campaign if `stopping` names it; print its progress."""
    if stopping:
        stop(campaign, ask)
    found = counts(campaign, ask)
    if not found:
        say(f"{campaign}: no calls are planned under this name. A name is printed when a campaign is planned.")
    for how, count in sorted(found.items()):
        say(f"  {count} {how}")


def _never(facts: NumberFacts, at: datetime | None, agent: Agent) -> str:
    """Return why the agent can never call a number; empty if it can. Only `calls` knows our own number."""
    if refused := may_be_dialled(facts.line, PhoneNumber("", "ordinary", facts.line.country), agent.calling):
        return refused.words
    if not facts.callee.zones:
        return "its local time is not known, so it could be night there; remove the row"
    return "" if at else f"no time is left within {MOST_AHEAD.days} days; raise PACE or make the file shorter"


def _agent(name: str, agents: Mapping[str, Agent]) -> Agent:
    """Return the agent that calls. Raises OpsError."""
    if name in agents:
        return agents[name]
    raise OpsError(f"There is no agent {name}.", f"Set AGENT to one of {', '.join(agents)}")


def _name(given: argparse.Namespace) -> str:
    """Return the name of the campaign: by default, made of the names of the file and the agent. Raises OpsError."""
    return _named(given.name or f"{given.file.stem}-{given.agent}")


def _named(name: str) -> str:
    """Return the name of a campaign if it fits into an id. Raises OpsError."""
    if re.fullmatch(r"[\w.-]{1,55}", name, re.ASCII):
        return name
    raise OpsError(f"{name!r} cannot be the name of a campaign.", "Give up to 55 letters and digits: CAMPAIGN=may")


def _pace(text: str) -> float:
    """Return how many calls are planned in a minute. Raises ArgumentTypeError."""
    try:
        if 0.1 <= (pace := float(text)) <= 60:
            return pace
    except ValueError:
        pass
    raise argparse.ArgumentTypeError(f"{text!r} is no pace: give 0.1 to 60 calls a minute, PACE=10")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make campaign", description=__doc__)
    parser.add_argument("file", type=Path, nargs="?", help="the people, a CSV with the columns to and consent")
    parser.add_argument("agent", nargs="?", default="", help="who calls: a name in functions/agents")
    parser.add_argument("--name", default="", help="the name of the campaign; a person is called once under one name")
    retries = range(MOST_RETRIES + 1)
    parser.add_argument(
        "--retries", type=int, choices=retries, default=2, help="how often to call again if nobody answers"
    )
    parser.add_argument("--stop", default="", help="stop this campaign: none of its planned calls rings")
    parser.add_argument(
        "--show", default="", help="count the people of this campaign by state: planned, busy and so on"
    )
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument("--pace", type=_pace, default=10.0, help="calls in a minute")
    dry = os.environ.get("DRY_RUN", "")
    parser.add_argument("--dry-run", type=yes_no, nargs="?", const="yes", default=dry, help="only check the file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
