"""Runs an answer: does the actions of the state machine and reports what happens.

The model, the line, the tools and the watch for a barge-in run at the same time. All have ended when `run_answer`
returns, since Lambda freezes what still runs and continues it in another caller's call. relay/answer/spoken_reply.py
names the path of a word from the model to the caller.
"""

import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace

from functions.live.answer_context import AnswerContext
from functions.live.barge_in import FRESH_S, BargeInWatch, speaks
from functions.live.deps import Ports
from functions.live.end_claim import EndClaim
from functions.live.listening import listen
from functions.live.reminders import DigitsReminder
from functions.live.tasks import TaskGroup
from functions.live.tool_runner import ToolRunner
from functions.relay.answer.actions import (
    Action,
    Append,
    Ask,
    ClaimEnd,
    EndClaimHeld,
    Happening,
    Interrupted,
    ModelFailed,
    Post,
    Remind,
    Run,
    Stop,
    Superseded,
    Tick,
)
from functions.relay.answer.answer import Answer
from functions.relay.call.call import BY_REMINDER, NEWER_TURN, SUPERSEDING, TURN_ENDING
from functions.relay.call.speaking_order import newest_spoken
from functions.relay.call.turn import SAME_MOMENT_MS, had_begun
from functions.relay.cancel_scope import CancelScope
from functions.relay.error_location import location_of
from functions.relay.log.events import (
    AgentSaid,
    EndClaimed,
    Entry,
    HandedOff,
    Heartbeat,
    PassedToAgent,
    ToolReturned,
)
from functions.relay.log.events import Event as LogEvent
from functions.relay.log.keys import Key, Slot, call_log, run_of
from functions.relay.ports import LogError, Sent, TimerError
from functions.relay.wire.messages import Info, Interrupt, Outgoing, Prompt
from functions.relay.wire.model import ModelError, Request

GRACE_S = 2.0
"""Seconds after its deadline for which `run_answer` waits for tasks that still run: the gateway waits no longer."""

RETRY_END_S = 12.0
"""Seconds of retries to log an answer's end: without it, a reminder would give the answer again."""

RETRY_HAND_OFF_S = 3.0
"""Seconds of retries to log a hand-off: the caller is waiting."""

RETRY_S = 0.5
"""Seconds between two tries."""

OTHERS_STOP_S = FRESH_S + 0.15
"""Seconds after a prompt, or a claim of the end, in which an older answer may post: the age of its last look, and one
post."""

HEARTBEAT_EVERY_S = 2.0
"""Seconds between two heartbeats in the log. An invocation that finds no new one takes the answer over."""

logger = logging.getLogger("hotline")


def run_answer(
    answer: Answer, ports: Ports, context: AnswerContext, tasks: TaskGroup, clock: Callable[[], float]
) -> None:
    """Run the answer until it is done. No exception of a port leaves this function."""
    runner = _Runner(answer, ports, context, tasks, clock)
    actions = answer.begin()
    while True:
        for action in actions:
            runner.do(action)
        context.begun()
        if answer.done:
            break
        actions = answer.advance(runner.next(answer.wake), clock())
    runner.clear()
    if left := tasks.join(answer.deadline + GRACE_S - clock()):
        logger.error("tasks still ran at the deadline: %s", ", ".join(left))


class _Runner:
    """Does the actions of one answer, each in its own task, and collects what happens."""

    def __init__(
        self, answer: Answer, ports: Ports, context: AnswerContext, tasks: TaskGroup, clock: Callable[[], float]
    ) -> None:
        self._ports, self._context, self._tasks, self._clock = ports, context, tasks, clock
        self._answer, self._deadline = answer, answer.deadline
        self._happened: deque[Happening] = deque()
        self._asking, self._posted = CancelScope(), False
        self._end_claim = EndClaim(
            ports.log, context.log, tasks, lambda: clock() < answer.deadline, held=context.end_claimed
        )
        self._began = clock() if context.began is None else context.began
        read_at = self._began if context.read_at is None else context.read_at
        # From the read on: an invocation that was slow after it shows at once that it is alive.
        self._heartbeats, self._beat_at = 0, read_at + HEARTBEAT_EVERY_S
        self._end_from = read_at
        self._speak_from = clock() + OTHERS_STOP_S if context.overlaps else 0.0
        self._behind = context.behind
        known = Interrupted(context.interrupted) if context.interrupted else None
        self._tools = ToolRunner(ports, context, self._log_event, clock, tasks)
        self._watch = BargeInWatch(
            tasks, self._look, self._report, clock, known=known, looked_at=read_at, prepare=self._beat
        )
        self._watch.note_voice(context.caller_speaks, read_at)
        self._watch.start()

    def next(self, wake: float) -> Happening:
        """Return what happened next; a Tick if that was nothing until `wake`."""
        happened = self._tasks.wait(lambda: bool(self._happened), wake - self._clock())
        return self._happened.popleft() if happened else Tick()

    def clear(self) -> None:
        """Stop the tasks that still run."""
        self._asking.cancel()
        self._watch.stop()

    def do(self, action: Action) -> None:
        """Do one action, or start its task."""
        match action:
            case Ask(request):
                self._tasks.start("model", lambda: self._ask(request))
            case Stop():
                self._asking.cancel()
            case Post():
                self._tasks.start("post", lambda: self._post(action))
            case ClaimEnd():
                self._tasks.start("end", lambda: self._end(action))
            case Append():
                self._append(action)
            case Remind(seconds):
                self._tasks.start("remind", lambda: self._remind(seconds))
            case Run():
                self._tasks.start(f"tool {action.call.name}", lambda: self._report(self._tools.run(action)))

    def _append(self, action: Append) -> None:
        """Append an event of the answer, in a task of its own if nothing waits for it."""
        match action.event:
            case ToolReturned() as event:
                self._tasks.start("log", lambda: self._log_event(action.slot, event))
            case AgentSaid() as said:
                harmless, behind = str(self._watch.harmless_interrupt or ""), str(self._behind or "")
                self._log_event(action.slot, replace(said, after=harmless, behind=behind), RETRY_END_S)
            case HandedOff() | PassedToAgent() as event:
                self._log_event(action.slot, event, RETRY_HAND_OFF_S, call_log(self._context.caller.call))
            case event:
                self._log_event(action.slot, event, RETRY_END_S)

    def _report(self, happening: Happening) -> None:
        self._happened.append(happening)
        self._tasks.notify()

    def _ask(self, request: Request) -> None:
        try:
            listen(self._ports.model, request, self._asking, self._report)
        except ModelError as error:
            logger.warning("model %s: %s", error.kind, error)
            self._report(ModelFailed(error.kind))
        except Exception as error:  # noqa: BLE001 - an SDK may raise anything, and the caller must hear an answer
            logger.error("model failed: %s", location_of(error))
            self._report(ModelFailed("broken"))

    def _post(self, post: Post) -> None:
        # A drafted answer is ready at once, and an older one may still begin.
        self._tasks.wait(lambda: False, self._speak_from - self._clock())
        self._sent(self._send(post.message) if self._watch.may_send(post.breaks_silence) else Sent.BUSY)

    def _sent(self, outcome: Sent) -> None:
        self._posted = self._posted or outcome is not Sent.BUSY
        if not self._posted:
            self._watch.not_sent_after_all()
        self._report(outcome)

    def _end(self, claim: ClaimEnd) -> None:
        may_end = self._may_end(claim)
        # Twilio reports error 64107 for words after `end`. Another answer stops once it has found the claim.
        self._tasks.wait(lambda: False, self._end_from - self._clock())
        self._sent(self._send(claim.message) if may_end else Sent.BUSY)

    def _may_end(self, claim: ClaimEnd) -> bool:
        """Claim the end of the session if it is unclaimed; return and report whether this answer holds the claim."""
        if not self._end_claim.held and self._watch.may_send():
            end_claim = EndClaimed(str(self._context.key), claim.how, claim.message.handoff, claim.playing)
            made = self._end_claim.take(end_claim, self._watch.may_send)
            self._report(EndClaimHeld() if made else Superseded())
            if made:
                self._end_from = self._clock() + OTHERS_STOP_S
        return self._end_claim.held

    def _send(self, message: Outgoing) -> Sent:
        try:
            return self._ports.line.send(self._context.connection, message)
        except Exception as error:  # noqa: BLE001 - the answer goes on where it is unknown whether a message left
            logger.error("post failed: %s", location_of(error))
            return Sent.LOST

    def _remind(self, seconds: int) -> None:
        try:
            after = seconds + round(self._clock() - self._began)
            reminder = DigitsReminder(self._context.connection, self._context.key, after=after)
            self._ports.timer.remind(seconds, reminder.write())
        except TimerError as error:
            logger.error("the reminder for digits was not sent: %s", error)

    def _log_event(self, slot: int, event: LogEvent, retry_s: float = 0.0, log: str = "") -> bool:
        """Append an event, with retries for `retry_s` seconds; return whether it is known to be in the log.

        After a failed append, a slot that is taken holds this event: no other invocation writes in this run.
        """
        until, failed = min(self._clock() + retry_s, self._deadline), False
        entry = Entry(self._context.key.under(slot), self._context.redactor.event(event))
        while True:
            try:
                return self._ports.log.append(log or self._context.log, entry) or failed
            except LogError as error:
                failed = True
                logger.error("%s was not logged: %s", type(event).__name__, error)
            if self._clock() >= until:
                return False
            self._tasks.wait(lambda: False, RETRY_S)

    def _look(self) -> Superseded | Interrupted | None:
        early, began = () if self._watch.begun else (Info, *BY_REMINDER), self._clock()
        key = self._context.key
        found = self._ports.log.later(self._context.log, key.moment, (*TURN_ENDING, EndClaimed, *early))
        newer = [entry for entry in found if entry.key > key]
        self._watch.note_voice(speaks(newer), began)
        if not self._watch.begun:
            self._behind = newest_spoken(found, key) or self._behind
        if any(self._supersedes(entry) for entry in newer) or (self._yields(found) and not self._must_end):
            return Superseded()
        interrupts = [entry.key for entry in newer if isinstance(entry.event, Interrupt) and self._cuts(entry.key)]
        return Interrupted(interrupts[-1]) if interrupts else None

    def _cuts(self, interrupt: Key) -> bool:
        """Return whether an interrupt may cut this answer. One that came before its words began cut older words."""
        after_ms = interrupt.at - self._context.key.at
        return after_ms > SAME_MOMENT_MS or had_begun(self._answer.ended.first_words_ms, after_ms)

    def _yields(self, found: Iterable[Entry]) -> bool:
        """Return whether a prompt was logged late, which the reminder that began this answer could not see."""
        known = self._context.known_to_reminder
        return known is not None and any(isinstance(one.event, Prompt) and one.key not in known for one in found)

    def _supersedes(self, entry: Entry) -> bool:
        match entry.event:
            case EndClaimed(by):
                return by != str(self._context.key) and not self._end_claim.held
            case event:
                return isinstance(event, SUPERSEDING) and not (self._must_end and isinstance(event, NEWER_TURN))

    @property
    def _must_end(self) -> bool:
        """Whether this answer must end the session, whatever turn is newer. It must also show that it is alive."""
        return self._end_claim.held or self._context.hangs_up

    def _beat(self) -> None:
        if self._clock() >= self._beat_at:
            self._beat_at = self._clock() + HEARTBEAT_EVERY_S
            slot = Slot.HEARTBEAT.at(run_of(self._context.key.slot), self._heartbeats)
            beat = Entry(self._context.key.under(slot), Heartbeat())
            try:
                self._ports.log.append(self._context.log, beat)
                self._heartbeats += 1
            except LogError as error:
                # Try again at the next look: an answer without heartbeats is taken over.
                self._beat_at = self._clock()
                logger.error("a heartbeat was not logged: %s", error)
