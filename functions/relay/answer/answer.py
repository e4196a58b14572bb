"""One answer to the caller, as a state machine: what happened goes in, what is to be done comes out.

No I/O, clock or thread: whoever runs it does the actions, reports what came of them, and calls it again at `wake`.
A newer event of the caller ends it at once; it is then quiet, and records what had reached the line.
"""

from collections.abc import Iterator
from json import dumps
from math import ceil

from functions.relay.agent.agent import Agent, KeyAction, Silence
from functions.relay.agent.outcomes import EndCall, HandOff, PassTo, Play, Say, SendDigits, Speak
from functions.relay.agent.phrases import Spoken
from functions.relay.agent.tools import DigitsPrompt, Tool
from functions.relay.answer.speech import CLOSING_S
from functions.relay.answer.spoken_reply import SpokenReply
from functions.relay.answer.steps import (
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
    Stop,
    Superseded,
    ToolEnded,
)
from functions.relay.answer.tool_round import ToolRound
from functions.relay.call.call import Call
from functions.relay.call.history import BY_KEY, history, merged
from functions.relay.call.turn import Turn
from functions.relay.log.events import (
    AgentSaid,
    AnswerEnded,
    DigitsEntered,
    EndClaimed,
    Ending,
    KeyPressed,
    LanguageSwitched,
    LastMinute,
    Silent,
)
from functions.relay.ports import Sent
from functions.relay.wire.accepted import CallIds, ids_in
from functions.relay.wire.messages import End, Language, Outgoing, Text
from functions.relay.wire.model import AgentMessage, Finished, Message, Request, TextDelta, ToolCall, Usage

DEADLINE_S = 25.0
"""Seconds that an answer may take; the gateway speaks its own error into the call after 29."""

MODEL_PATIENCE_S = 7.0
"""Seconds that a model may send nothing; the caller should never wait more than eight."""

ASK_UNTIL_S = 15.0
"""Seconds after which the model is not asked again: its stream must have ended before the deadline."""

COVER_SILENCE_AFTER_S = 5.0
"""Seconds of silence after which a word covers it, while the model or a tool is at work."""

CHARACTERS_PER_S = 20
"""Characters that a voice speaks in a second, about: recorded calls give 17 to 22."""

MOST_ROUNDS = 6

NOT_KEYED = "The caller did not key in the digits in time."

MOST_SWITCHES = 9


class Answer:
    """The answer to the last prompt of a call. All times are seconds of one clock.

    Call `begin` once, then `advance` with each happening, until `done`.
    """

    def __init__(
        self,
        agent: Agent,
        call: Call,
        now: float,
        allowed: float = DEADLINE_S,
        *,
        slot: int = 0,
        begun: bool = False,
        end_claim: EndClaimed | None = None,
    ) -> None:
        """Prepare the answer; `allowed` is how many seconds it may take.

        For one that is taken over, `slot` is where its notes begin, and `begun` whether the caller has heard the
        beginning: that cannot be gone on with, so it is apologised for. One that had `end_claim` is ended, no more.
        """
        self.done = False
        self._agent, self._call = agent, call
        self._lines: tuple[Message, ...] = _owed(call)
        self._reply = SpokenReply(agent, call.language, _lead(call))
        self._speech = self._reply.speech
        self._started = now
        self.deadline = now + allowed
        self._ending: Ending | None = None
        self._meant: Ending | None = None
        self._quiet = self._noted = False
        self._rounds = 1
        self._first_slot, self._begun, self._parted = slot, begun, end_claim
        self._ids = CallIds([BY_KEY, *ids_in(self._lines)])
        self._round = ToolRound(slot + 100, self._ids)
        self._older_until = now + _waiting(call) / CHARACTERS_PER_S
        # Whoever takes an answer over comes to a caller who has heard nothing for a while.
        self._spoken_until = now - COVER_SILENCE_AFTER_S / 2 if slot else now
        self._asking = False
        self._switches = 0
        self._asked_at = now
        self._model_at = now
        self._model_ms = 0
        self._usage = Usage()

    @property
    def ended(self) -> AnswerEnded:
        """How it ended so far, with its times and its cost."""
        first = self._speech.first_words_at
        words_ms = round((first - self._started) * 1000) if first is not None else 0
        # What fell silent when its last message had left ended as it was meant to, once that has arrived.
        how = (self._meant if self._speech.done else None) or self._ending or "failed"
        return AnswerEnded(how, words_ms, self._model_ms, self._usage)

    @property
    def wake(self) -> float:
        """When to call `advance` with a Tick, should nothing else happen before."""
        times = [self.deadline] if self._ending is None or self._round.busy else []
        times += [self._model_at + MODEL_PATIENCE_S] if self._asking else []
        times += [self._spoken_until + COVER_SILENCE_AFTER_S] if self._ending is None else []
        times += [due for due in [self._speech.due()] if due is not None]
        times += self._round.wake(may_cover=self._ending is None)
        return min(times, default=self.deadline + DEADLINE_S)

    def begin(self) -> list[Action]:
        """Return the first things to do."""
        if self._parted:
            self._ending = self._parted.how
            self._speech.finish_again(End(self._parted.handoff), self._started + self._parted.playing + CLOSING_S)
            return []
        opening = self._apologise("failed", self._reply.phrases.trouble) if self._begun else self._open()
        return [*opening, *self._go_on(self._started)]

    def advance(self, happening: Happening, now: float) -> list[Action]:
        """Return what is to be done after something happened."""
        return [*self._take_in(happening, now), *self._watch_time(now), *self._go_on(now)]

    def _take_in(self, happening: Happening, now: float) -> Iterator[Action]:
        match happening:
            case Sent():
                played_at = max(self._spoken_until, self._older_until)
                yield from self._arrived(self._speech.sent(happening, now, played_at))
                if self._speech.gone:
                    yield from self._fall_silent("gone")
            case ToolEnded():
                self._tool_ended(happening)
            case EndClaimHeld():
                self._speech.commit()
                self._ending, self._quiet = self._meant or self._ending, False
            case Superseded():
                yield from self._fall_silent("superseded")
            case Interrupted() if self._speech.left:
                yield from self._fall_silent("superseded")
            case TextDelta() | ToolCall() | Finished() | ModelFailed() if self._asking and self._ending is None:
                self._model_at = now
                self._model_ms = self._model_ms or round((now - self._asked_at) * 1000)
                yield from self._hear_model(happening, now)

    def _open(self) -> Iterator[Action]:
        """Begin with what the turn is about: a question to the model, or what is already known."""
        match self._call.turns[-1]:
            case Turn(cause=Silent(times)):
                self._break_silence(times)
            case Turn(cause=LastMinute()):
                self._reply.utter((Say(self._reply.phrases.last_minute),))
            case _ if self._call.time_is_up:
                self._round.parting = EndCall("The time was up.", self._reply.phrases.time_up)
            case Turn(key, cause=DigitsEntered(name, arguments, _, whole)):
                yield from self._keyed(ToolCall(f"keyed-{key.at}", name, arguments), whole)
            case Turn(cause=KeyPressed(digit, "")):
                yield from self._act(self._agent.acts.get(digit))
            case _:
                yield self._ask()

    def _break_silence(self, times: int) -> None:
        silence, reply = self._agent.silence or Silence(), self._reply
        if sentence := silence.sentence(times, reply.language, reply.phrases):
            reply.utter((Say(sentence),))
        else:
            self._round.parting = EndCall("Nobody spoke any more.", silence.goodbye or reply.phrases.no_answer)

    def _keyed(self, ask: ToolCall, whole: bool) -> Iterator[Action]:
        tool = self._agent.toolbox.get(ask.name)
        if tool and whole:
            yield self._round.run(ask, tool, self._started)
        else:
            yield from self._round.know(ask, NOT_KEYED, failed=True)

    def _act(self, act: KeyAction | None) -> Iterator[Action]:
        match act:
            case Tool():
                yield self._round.run(ToolCall(BY_KEY, act.spec.name, "{}"), act, self._started)
            case HandOff() | EndCall() | PassTo():
                self._round.parting = act
            case Say() | Play() | SendDigits() | Speak():
                self._reply.utter((act,))
            case _:
                self._reply.utter((Say(self._reply.phrases.nothing),))

    def _arrived(self, message: Outgoing | None) -> Iterator[Action]:
        if isinstance(message, Language) and self._switches < MOST_SWITCHES:
            yield Append(self._first_slot + 190 + self._switches, LanguageSwitched(message.code))
            self._switches += 1

    def _hear_model(self, happening: TextDelta | ToolCall | Finished | ModelFailed, now: float) -> Iterator[Action]:
        match happening:
            case TextDelta(text):
                self._reply.model_says(text)
            case ToolCall(_, name):
                self._reply.model_stops()
                yield from self._round.start(happening, self._agent.toolbox.get(name), now)
            case Finished(reason, usage):
                self._reply.model_stops()
                self._asking = False
                self._usage = _sum(self._usage, usage)
                if reason == "refused":
                    yield from self._apologise("failed", self._reply.phrases.nothing)
            case ModelFailed():
                self._asking = False
                yield from self._apologise("failed", self._reply.phrases.trouble)

    def _tool_ended(self, ended: ToolEnded) -> None:
        """Take in what came of a tool. What a key began is told to the caller: no model has asked for it."""
        if ended.id == BY_KEY and isinstance(ended.outcome, str):
            words = self._reply.phrases.trouble if ended.failed else ended.outcome
            ended = ToolEnded(ended.id, (Say(words),))
        # A key that has been obeyed without a word needs none: the caller was heard.
        self._reply.spoke = self._reply.spoke or ended.id == BY_KEY
        self._reply.utter(self._round.end(ended))

    def _watch_time(self, now: float) -> Iterator[Action]:
        yield from self._round.watch_time(now)
        if self._ending is None:
            self._cover_silence(now)
        if now >= self.deadline:
            self._round.give_up()
            if self._speech.committed:
                self._speech.give_up()
            if self._ending is None:
                yield from self._apologise("late", self._reply.phrases.late)
        if self._asking and now >= self._model_at + MODEL_PATIENCE_S:
            yield from self._apologise("failed", self._reply.phrases.trouble)

    def _cover_silence(self, now: float) -> None:
        for saying in self._round.cover(now):
            self._reply.add(saying)
        if now >= self._spoken_until + COVER_SILENCE_AFTER_S:
            self._spoken_until = now
            self._reply.add(self._reply.phrases.moment)

    def _go_on(self, now: float) -> Iterator[Action]:
        if self._ending is None and not self._asking and not self._round.busy:
            yield from self._next_round(now)
        elif not self._asking:
            self._speech.hurry()
        if message := self._speech.take(now):
            yield self._send(message, now)
        if self._over and not self._speech.in_flight:
            yield from self._note_words()
            if self._ending and not self._round.busy:
                self.done = True
                yield from self._note_end()

    def _send(self, message: Outgoing, now: float) -> Post | ClaimEnd:
        if isinstance(message, End):
            playing = max(self._spoken_until, self._older_until) - now
            return ClaimEnd(message, self._ending or "failed", max(playing, 0.0))
        if isinstance(message, Text):
            self._spoken_until = max(self._spoken_until, now) + len(message.token) / CHARACTERS_PER_S
        return Post(message)

    @property
    def _over(self) -> bool:
        return self._quiet or self._speech.done or self._speech.given_up

    def _next_round(self, now: float) -> Iterator[Action]:
        phrases = self._reply.phrases
        match self._round.parting:
            case (HandOff() | PassTo()) as parting:
                yield self._give_away(parting)
            case EndCall(_, saying):
                self._part("goodbye", saying, phrases.goodbye, End())
            case None if self._round.digits_prompt:
                yield self._have_keyed(self._round.digits_prompt, now)
            case None if not self._round.wanted:
                if not self._reply.spoke:
                    self._reply.add(phrases.nothing)
                self._finish("complete")
            case None if now > self._started + ASK_UNTIL_S:
                yield from self._apologise("late", phrases.late)
            case None if self._rounds == MOST_ROUNDS:
                yield from self._apologise("failed", phrases.trouble)
            case None:
                yield self._ask_again(now)

    def _give_away(self, parting: HandOff | PassTo) -> Append:
        """Part, and keep what whoever takes the call is to know; the end that comes back only names it."""
        slot, reply = self._round.slot + 88, self._reply
        wish = f"{self._call.turns[-1].key.at}-{slot}"
        self._part("handed off", parting.saying, reply.phrases.through, End(dumps({"hand_off": wish})))
        return Append(slot, parting.noted(wish, reply.language, reply.phrases))

    def _part(self, ending: Ending, saying: Spoken | None, usual: str, end: End) -> None:
        if not self._reply.spoke:
            self._reply.add(usual if saying is None else saying)
        self._finish(ending, end)

    def _have_keyed(self, digits_prompt: DigitsPrompt, now: float) -> Remind:
        """Ask the caller for the digits; look for them when that has been spoken and their time has passed."""
        self._speech.mark()
        self._reply.add(digits_prompt.saying)
        self._finish("complete")
        waiting = len(self._speech.waiting) / CHARACTERS_PER_S
        return Remind(ceil(max(self._spoken_until - now, 0) + waiting + digits_prompt.timeout))

    def _ask_again(self, now: float) -> Ask:
        self._lines = merged((*self._lines, *self._round.lines(self._speech.last_part())))
        self._speech.mark()
        self._rounds, self._round = self._rounds + 1, ToolRound(self._round.slot + 100, self._ids)
        self._model_at = now
        return self._ask()

    def _ask(self) -> Ask:
        self._asking = True
        self._reply.begin()
        return Ask(Request(self._agent.prompt, self._lines, self._agent.specs))

    def _apologise(self, ending: Ending, sentence: str) -> Iterator[Action]:
        if self._asking:
            self._asking = False
            yield Stop()
        self._reply.model_stops()
        self._reply.add(sentence)
        self._finish(ending)

    def _finish(self, ending: Ending, end: End | None = None) -> None:
        self._ending = ending
        self._speech.finish(end)

    def _fall_silent(self, ending: Ending) -> Iterator[Action]:
        if self._over or self._speech.committed:
            return
        self._meant, self._ending, self._quiet = self._ending, ending, True
        self._speech.hush()
        if self._asking:
            self._asking = False
            yield Stop()

    def _note_words(self) -> Iterator[Append]:
        """Note what was said, once: as soon as no more is, since a tool may still run for long."""
        if self._noted:
            return
        self._noted = True
        for number, text in enumerate(self._speech.parts()):
            if text.strip():
                yield Append(self._first_slot + 100 * (number + 1), AgentSaid(text.strip()))

    def _note_end(self) -> Iterator[Append]:
        if not self._speech.given_up:
            yield Append(self._round.slot + 99, self.ended)


def _owed(call: Call) -> tuple[Message, ...]:
    """Return the lines up to the caller's last: older words still being played may look like this answer's."""
    lines = history(call)
    keyed = call.turns and isinstance(call.turns[-1].cause, DigitsEntered)
    return lines[:-1] if lines and isinstance(lines[-1], AgentMessage) and not keyed else lines


def _lead(call: Call) -> str:
    """Return a space if an answer before may be open on the line: its last word would be glued to our first."""
    spoke = (turn for turn in call.turns[-2::-1] if turn.ended is None or turn.said)
    before = next(spoke, None)
    return " " if before and (before.ended is None or before.ended.how == "superseded") else ""


def _waiting(call: Call) -> int:
    """Return how many letters of older answers the line has yet to play."""
    return sum(turn.left for turn in call.turns if turn.pending) if call.reports else 0


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        one.input + other.input,
        one.output + other.output,
        one.cache_read + other.cache_read,
        one.cache_write + other.cache_write,
    )
