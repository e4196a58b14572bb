"""Ways to break each law on purpose. If the simulation did not find these, it would not find real faults either."""

import json
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import pytest

from functions.live import answer_claim, answer_runner, apology, draft, early_request, reply, session
from functions.live import barge_in as watching
from functions.live.barge_in import BargeInWatch, Newer
from functions.live.deps import Deps, Frame
from functions.live.end_claim import EndClaim
from functions.live.reading import Read
from functions.live.reminders import AnswerReminder
from functions.live.tasks import TaskGroup
from functions.relay import opening
from functions.relay.answer import model_requests, moves, playback
from functions.relay.answer.script import Script
from functions.relay.answer.speech import Speech
from functions.relay.answer.tool_round import ToolRound
from functions.relay.call import call, drafting, timers, turn
from functions.relay.call.call import Call
from functions.relay.call.floor import Floor
from functions.relay.call.history import history
from functions.relay.call.turn import Turn
from functions.relay.log.events import Entry, Event
from functions.relay.log.keys import Key
from functions.relay.ports import Sent
from functions.relay.wire import messages
from functions.relay.wire.messages import End, Outgoing, Prompt, Text
from functions.relay.wire.model import CallerMessage, Message
from tests.simulation import outside, simulated_session
from tests.simulation.fault_rates import FaultRates
from tests.simulation.outside import SeenLine, SeenTimer
from tests.simulation.session import Result, run
from tests.simulation.store import SeenLog

MOST_SEEDS = 80
"""Seeds in which a mutant must be found."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A law broken on purpose. `apply` breaks it for as long as the patch lasts.

    `first` is the first seed to try, with these odds; None: with the odds of each seed.
    """

    name: str
    law: int
    apply: Callable[[pytest.MonkeyPatch], None]
    first: int = 0
    rates: FaultRates | None = None


def killed(mutant: Mutant, seeds: int = MOST_SEEDS) -> Result | None:
    """Return the run of the first seed that finds the mutant by its law; None if no seed does."""
    with pytest.MonkeyPatch.context() as patch:
        mutant.apply(patch)
        tried = (run(seed, rates=mutant.rates) for seed in range(mutant.first, mutant.first + seeds))
        return next((result for result in tried if mutant.law in result.broken), None)


def _reply_without_put(patch: pytest.MonkeyPatch) -> None:
    def read(deps: Deps, frame: Frame, prompt: Prompt, tasks: TaskGroup) -> Read:
        return Read((*deps.ports.log.read(frame.log), Entry(frame.key, prompt)), deps.clock())

    patch.setattr(reply, "put_and_read", read)


def _doubled_caller(patch: pytest.MonkeyPatch) -> None:
    def doubled(call: Call) -> tuple[Message, ...]:
        lines = history(call)
        return (CallerMessage(lines[-1].text), *lines) if isinstance(lines[-1], CallerMessage) else lines

    patch.setattr(model_requests, "history", doubled)


def _eventually_consistent(patch: pytest.MonkeyPatch) -> None:
    strong = SeenLog.read

    def read(self: SeenLog, log: str) -> tuple[Entry, ...]:
        operations = self._operations
        fresh = {put.entry.key for put in operations.record.puts if put.at > operations.now - 2.0}
        return tuple(entry for entry in strong(self, log) if entry.key not in fresh or entry.key.slot > 1)

    patch.setattr(SeenLog, "read", read)


def _blind_watch(patch: pytest.MonkeyPatch) -> None:
    def saw(self: BargeInWatch, newest: Newer | None, began: float) -> None:
        self._looked_at = max(self._looked_at, began)
        self._tasks.notify()

    patch.setattr(BargeInWatch, "_saw", saw)


def _rare_looks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watching, "LOOK_EVERY_S", 0.9)
    patch.setattr(watching, "FRESH_S", 0.9)


def _speech_after_hush(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Speech, "hush", lambda self: None)
    patch.setattr(BargeInWatch, "may_send", lambda self, breaks_silence=False: True)


def _append_always_true(patch: pytest.MonkeyPatch) -> None:
    honest = SeenLog.append
    patch.setattr(SeenLog, "append", lambda self, log, entry: honest(self, log, entry) or True)


def _deaf_fold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(call, "after_interrupt", lambda turns, *_: turns)


def _generated_history(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Turn, "audible", property(lambda self: self.said))


def _unsent_noted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Script, "parts", lambda self: (self.text,))


def _forgotten_last(patch: pytest.MonkeyPatch) -> None:
    def send(self: SeenLine, connection: str, message: Outgoing) -> Sent:
        open_ended = replace(message, last=False) if isinstance(message, Text) and message.token else message
        return honest(self, connection, open_ended)

    honest = SeenLine.send
    patch.setattr(SeenLine, "send", send)


def _closed_twice(patch: pytest.MonkeyPatch) -> None:
    def send(self: SeenLine, connection: str, message: Outgoing) -> Sent:
        fate = honest(self, connection, message)
        closes = isinstance(message, Text) and message.last and fate is Sent.DELIVERED
        return honest(self, connection, Text("", last=True)) if closes else fate

    honest = SeenLine.send
    patch.setattr(SeenLine, "send", send)


def _idle_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "check", lambda deps, reminder, tasks: "settled")


def _no_reminder(patch: pytest.MonkeyPatch) -> None:
    honest = SeenTimer.remind

    def remind(self: SeenTimer, seconds: int, reminder: str) -> None:
        honest(self, 600, reminder)

    patch.setattr(SeenTimer, "remind", remind)


def _only_its_own(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reply, "remind_of_other_turns", lambda *_: None)


def _impatient(patch: pytest.MonkeyPatch) -> None:
    """Take every answer over, even if an invocation still gives it."""

    def eager(deps: Deps, reminder: AnswerReminder, tasks: TaskGroup) -> str:
        entries = deps.ports.log.read(f"session/{reminder.connection}")
        turn = call.fold(entries).turn(reminder.key)
        return honest(deps, replace(reminder, heartbeats=turn.heartbeats if turn else 0), tasks)

    honest = reply.check
    patch.setattr(session, "check", eager)


def _uncovered_silence(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(playback, "COVER_SILENCE_AFTER_S", 60.0)


def _tokenless_text(patch: pytest.MonkeyPatch) -> None:
    honest = messages.write

    def write(message: Outgoing) -> str:
        frame: dict[str, Any] = json.loads(honest(message))
        return json.dumps({name: value for name, value in frame.items() if value != ""})

    patch.setattr(outside, "write", write)


def _two_ends(patch: pytest.MonkeyPatch) -> None:
    def send(self: SeenLine, connection: str, message: Outgoing) -> Sent:
        if isinstance(message, End):
            honest(self, connection, message)
        return honest(self, connection, message)

    honest = SeenLine.send
    patch.setattr(SeenLine, "send", send)


def _raising_watch(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watching, "LogError", ZeroDivisionError)


def _order_of_arrival(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(call, "as_heard", lambda entries: tuple(dict.fromkeys(entries)))


def _keys_without_time(patch: pytest.MonkeyPatch) -> None:
    honest = simulated_session.SimulatedSession._key
    patch.setattr(
        simulated_session.SimulatedSession, "_key", lambda self: replace(honest(self), at=simulated_session.EPOCH)
    )


def _never_anew(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(reply, "append_snapshot", lambda *_: None)


def _whole_log(patch: pytest.MonkeyPatch) -> None:
    def read(self: SeenLog, log: str) -> tuple[Entry, ...]:
        return self._look("read", log, lambda: self._store.query(log))

    patch.setattr(SeenLog, "read", read)


def _sightless_later(patch: pytest.MonkeyPatch) -> None:
    def later(self: SeenLog, log: str, key: Key, kinds: tuple[type[Event], ...]) -> tuple[Entry, ...]:
        return honest(self, log, key, tuple(kind for kind in kinds if kind is not Prompt))

    honest = SeenLog.later
    patch.setattr(SeenLog, "later", later)


def _forgetful(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(opening, "bounded", lambda lines: ())


def _momentless(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(turn, "SAME_MOMENT_MS", -1)


def _everlasting_moment(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(turn, "SAME_MOMENT_MS", 10**9)


def _apology_not_logged(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(apology, "_append_all", lambda *_: None)


def _uncommitted_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(EndClaim, "_found", lambda *_: True)


def _end_sent_once(patch: pytest.MonkeyPatch) -> None:
    honest = Speech.sent

    def sent(self: Speech, fate: Sent, now: float) -> Outgoing | None:
        lost = fate is Sent.LOST and self._flight is not None and isinstance(self._flight.message, End)
        return honest(self, Sent.DELIVERED if lost else fate, now)

    patch.setattr(Speech, "sent", sent)


def _each_call_by_itself(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ToolRound, "_same", lambda *_: None)


def _forgetful_round(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ToolRound, "done", property(lambda self: tuple(one for one in self._begun if one.is_done)))


def _run_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moves, "_tool_begun", lambda _: False)


def _no_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(BargeInWatch, "_hold", lambda self: None)


def _endless_hold(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(watching, "HOLD_AT_MOST_S", 60.0)


def _words_after_every_noise(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timers, "has_more", lambda _: True)


def _clause_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Turn, "played", property(lambda self: self.reached))


def _empty_floor(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(timers, "floor", lambda entries: Floor())


def _impatient_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(answer_runner, "OTHERS_STOP_S", 0.0)


def _unasked_machine(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(session, "end_if_machine", lambda *_: "")


CALM = FaultRates(**{one.name: 0.0 for one in fields(FaultRates)})

UNARRIVED = replace(CALM, parting=1.0, lost=0.5)
"""Each answer ends the call, and posts are lost."""

ENDS_OVERLAP = replace(CALM, parting=1.0, late=0.5, slow=0.4, hanging=0.1)
"""Each answer ends the call, and some of them overlap."""

KILLED = replace(CALM, killed=0.4)
"""Invocations are killed, and there is no other fault."""

KEYED = replace(CALM, digits=0.6, killed=0.6)
"""Callers key in digits, and invocations are killed."""

HANGING_TOOLS = replace(CALM, tools=1.0)
"""Each answer waits for a tool, some longer than until a reminder returns."""

ENDLESS = replace(CALM, endless=1.0)
"""The line never reports that the caller has stopped."""

UNNOTED = replace(CALM, unnoted=0.4)
"""Many notes of the line are lost, and there is no other fault."""

HANGING = replace(CALM, hanging=0.15)
"""The table fails now and then, and there is no other fault."""


def _open_log(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(early_request, "redacted", lambda deps, frame, prompt, entries: prompt)


def _any_words(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(drafting, "same_words", lambda *_: True)


def _both_claim(patch: pytest.MonkeyPatch) -> None:
    for module in (answer_claim, draft, early_request):
        patch.setattr(module, "claim", lambda *_: True)


UNTIMELY = replace(CALM, late=0.3, slow=0.5)
"""Invocations and the table are slow now and then, so that a prompt gives its draft up."""


MUTANTS = [
    Mutant("a reply that does not append its prompt", 1, _reply_without_put),
    Mutant("a history that holds a prompt twice", 1, _doubled_caller),
    Mutant("a read that is consistent only after two seconds", 1, _eventually_consistent),
    Mutant("a session that forgets the one before", 1, _forgetful, first=9),
    Mutant("a watch that never finds anything", 2, _blind_watch, first=1),
    Mutant("a watch that looks every 900 ms", 2, _rare_looks, first=6),
    Mutant("a speech that goes on after it was hushed", 2, _speech_after_hush, first=2),
    Mutant("a look that finds no prompts", 2, _sightless_later, first=83),
    Mutant("a fold that ignores interrupts", 3, _deaf_fold, first=3),
    Mutant("a history of what was generated", 3, _generated_history, first=3),
    Mutant("an answer that logs words that it never sent", 3, _unsent_noted, first=28),
    Mutant("a fold in which no two frames have the same moment", 3, _momentless, first=18),
    Mutant("a fold in which all frames have the same moment", 3, _everlasting_moment, first=5),
    Mutant("an apology that is not logged", 3, _apology_not_logged, first=176, rates=HANGING),
    Mutant("an answer that forgets last: true", 4, _forgotten_last, first=3),
    Mutant("an answer that closes its cycle twice", 4, _closed_twice),
    Mutant("a log whose append always says True", 4, _append_always_true, first=5),
    Mutant("a reminder that takes over from a running invocation", 9, _impatient, rates=HANGING_TOOLS),
    Mutant("a check that never takes over", 5, _idle_check, first=2),
    Mutant("a queue that returns reminders after ten minutes", 5, _no_reminder, first=10),
    Mutant("a reminder that looks at its own turn alone", 5, _only_its_own, rates=KILLED),
    Mutant("an answer that never covers its silence", 5, _uncovered_silence, first=30),
    Mutant("keys without the gateway's time", 3, _keys_without_time, first=5),
    Mutant("an end that is sent once, whether or not it arrived", 5, _end_sent_once, first=1, rates=UNARRIVED),
    Mutant("a line that leaves out an empty token", 6, _tokenless_text),
    Mutant("a line that ends the session twice", 6, _two_ends, first=1),
    Mutant("two answers that both end the session", 6, _uncommitted_end, first=100, rates=ENDS_OVERLAP),
    Mutant("an `end` that does not wait for an older answer", 6, _impatient_end, first=676),
    Mutant("a watch that ends after a failed look", 6, _raising_watch, first=1),
    Mutant("a fold in the order of arrival", 7, _order_of_arrival),
    Mutant("a log that is never shortened", 8, _never_anew, first=18),
    Mutant("a read of the whole log", 8, _whole_log, first=18),
    Mutant("a round that runs a tool for each call", 9, _each_call_by_itself, first=32),
    Mutant("a round that forgets what older ones have done", 9, _forgetful_round, first=173),
    Mutant("a takeover that runs a tool of digits again", 9, _run_again, first=9, rates=KEYED),
    Mutant("a noise after which the cut clause is said again", 9, _clause_again, first=166, rates=UNNOTED),
    Mutant("a log that accepts a prompt twice", 9, _append_always_true, first=5),
    Mutant("an answer that begins over a voice", 10, _no_hold, first=2),
    Mutant("an answer that waits for a voice without a limit", 5, _endless_hold, first=25, rates=ENDLESS),
    Mutant("a noise after which an answer without words follows", 4, _words_after_every_noise, first=233),
    Mutant("timers that ignore who has the floor", 10, _empty_floor, first=2),
    Mutant("a log that holds what callers say as they say it", 11, _open_log, first=3),
    Mutant("a draft that answers other words", 12, _any_words, first=4),
    Mutant("a session that opens without a look for a machine", 13, _unasked_machine, first=278),
    Mutant("a claim that a draft and its prompt both get", 12, _both_claim, first=2, rates=UNTIMELY),
]
