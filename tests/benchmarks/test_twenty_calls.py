import asyncio
import json
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.gateway.events import frame_kind, reminder_event, reminder_kind
from benchmarks.gateway.functions import Functions
from benchmarks.twenty_calls import CALLS, TURNS, Measured, rows
from functions.adapters.reminders import messages
from functions.live.reminders import AnswerReminder, NoiseReminder, SilenceReminder, TimeLimitReminder
from functions.relay.log.keys import Key
from local.aws.gateway import Raised, Returned

HANDLER = """
import os, pathlib, time
def handler(event, context):
    print("a line of the log")
    if "meet" in event:
        own, other = map(pathlib.Path, event["meet"])
        own.touch()
        while not other.exists():
            time.sleep(0.001)
    if event == {"fail": True}:
        raise ValueError("no")
    return {"process": os.getpid(), "event": event}
"""

KEY = Key(3, "m1")


@pytest.fixture
def functions(tmp_path: Path) -> Functions:
    """The functions of a checkout with one handler, `functions.echo`."""
    (tmp_path / "functions").mkdir()
    (tmp_path / "functions" / "echo.py").write_text(HANDLER)
    return Functions(tmp_path, {})


async def both(functions: Functions) -> None:
    """Invoke the function twice at the same time: neither event ends before both have begun."""
    one, other = (str(functions.checkout / f"{len(functions.invocations)}-{name}") for name in ("one", "other"))
    meetings = ([one, other], [other, one])
    await asyncio.gather(*(functions.invoke("echo", {"meet": names}, "test") for names in meetings))


def test_an_environment_stays_warm_and_serves_one_event_at_once(functions: Functions) -> None:
    async def run() -> list[bool]:
        try:
            await both(functions)
            await both(functions)
            await functions.forget()
            await functions.invoke("echo", {}, "test")
        finally:
            await functions.stop()
        return [one.cold for one in functions.invocations]

    assert asyncio.run(run()) == [True, True, False, False, True]
    assert all(one.start_s > 0 and one.start_cpu_s > 0 for one in functions.invocations if one.cold)


def test_an_event_that_waits_takes_what_is_free_first(functions: Functions) -> None:
    async def run() -> None:
        functions._processors = asyncio.Semaphore(1)
        try:
            await asyncio.gather(*(functions.invoke("echo", {}, "test") for _ in range(9)))
        finally:
            await functions.stop()

    asyncio.run(run())
    assert all(one.ended for one in functions.invocations)
    assert len(functions.environments) < functions.waited == 9


def test_a_handler_that_fails_is_an_error_and_stays(functions: Functions) -> None:
    async def run() -> None:
        try:
            assert isinstance(await functions.invoke("echo", {"fail": True}, "test"), Raised)
            outcome = await functions.invoke("echo", {"text": "\u00fc\n"}, "test")
        finally:
            await functions.stop()
        assert isinstance(outcome, Returned)
        assert outcome.value["event"] == {"text": "\u00fc\n"}  # type: ignore[index]

    asyncio.run(run())
    assert [(one.cold, one.error) for one in functions.invocations] == [(True, "ValueError: no"), (False, "")]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (json.dumps({"type": "prompt"}), "prompt"),
        (json.dumps({"type": "info", "name": "tokensPlayed"}), "tokensPlayed"),
        ("{", "broken"),
        ("[]", "broken"),
    ],
)
def test_a_frame_is_named_by_its_type(body: str, kind: str) -> None:
    assert frame_kind(body) == kind


@pytest.mark.parametrize(
    ("reminder", "kind"),
    [
        (AnswerReminder("c", KEY), "answer"),
        (SilenceReminder("c", KEY, 3), "silence"),
        (NoiseReminder("c", KEY, 3), "noise"),
        (TimeLimitReminder("c", 3), "time"),
    ],
)
def test_a_reminder_is_named_by_its_kind(
    reminder: AnswerReminder | SilenceReminder | NoiseReminder | TimeLimitReminder, kind: str
) -> None:
    assert reminder_kind(reminder.write()) == kind


def test_the_function_reads_a_reminder_that_returns() -> None:
    body = SilenceReminder("c", KEY, 3).write()
    assert messages(reminder_event(body, "m1")) == [("m1", body)]


def needed(invocations: int, environments: int, errors: int = 0, unanswered: int = 0) -> Measured:
    """What the calls of a checkout needed."""
    return Measured(
        invocations=Counter(prompt=invocations),
        environments=Counter(default=environments),
        waited=99,
        notes_put=9,
        seconds=1.0,
        cpu_s=1.0,
        errors=errors,
        unanswered=unanswered,
        reminders_due=0,
    )


def found(invocations: int, environments: int, errors: int = 0, unanswered: int = 0) -> list[str]:
    """The rows that miss their goals."""
    one = needed(invocations, environments, errors, unanswered)
    return [row.what.partition(": ")[2] for row in rows(one, "", 3, 40) if not row.met]


def test_what_a_peer_needs_stands_beside_the_calls() -> None:
    others = {row.what.partition(": ")[2]: row.others for row in rows(needed(300, 40), "")}
    assert others["invocations by reminders"] == "0"
    assert others["invocations a turn"] == "1.8"


def test_each_goal_of_the_twenty_calls_can_be_missed() -> None:
    most = 3 * CALLS * TURNS
    assert found(most, 40) == []
    assert found(most + 1, 40) == ["invocations a turn"]
    assert found(most, 41) == ["environments"]
    assert found(most, 40, errors=1) == ["errors"]
    assert found(most, 40, unanswered=1) == ["turns without an answer"]


def test_a_handler_that_cannot_be_imported_names_the_log(functions: Functions) -> None:
    with pytest.raises(EOFError, match=r"bench-environments\.log"):
        asyncio.run(functions.invoke("missing", {}, "test"))
