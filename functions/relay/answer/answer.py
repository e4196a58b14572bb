"""Gives one answer to the caller, as a state machine: happenings go in, actions come out.

It has no I/O, clock or thread. `live/answer_runner.py` does the actions, reports their results, and calls the answer
again at `wake`. A newer event of the caller silences it at once; then it logs the words that reached the line.
"""

from collections.abc import Iterator
from dataclasses import replace
from json import dumps
from math import ceil

from functions.relay.agent.agent import Agent
from functions.relay.agent.phrases import Spoken
from functions.relay.answer import moves
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
    Stop,
    Superseded,
    ToolEnded,
)
from functions.relay.answer.entries import AnswerEntries
from functions.relay.answer.instructions import Instructions
from functions.relay.answer.lifecycle import Lifecycle
from functions.relay.answer.model_requests import Flaw, ModelRequests
from functions.relay.answer.playback import CHARACTERS_PER_S, Playback, unplayed
from functions.relay.answer.speech import Speech
from functions.relay.answer.spoken_reply import GuardFor, SpokenReply, lead, unguarded
from functions.relay.answer.states import AnswerState, AnswerTrigger, SpeechState, Unexpected, refuse
from functions.relay.answer.tool_round import SideEffects
from functions.relay.answer.waking import next_wake
from functions.relay.call.call import Call
from functions.relay.deadlines import ANSWER_DEADLINE_S
from functions.relay.log.events import AnswerEnded, Ending
from functions.relay.log.keys import Slot
from functions.relay.ports import Sent
from functions.relay.wire.messages import End, Language, Outgoing
from functions.relay.wire.model import Finished, TextDelta, ToolCall


class Answer:
    """The answer to the last turn of a call. All times are seconds of one clock.

    Call `begin` once. Then call `advance` with each happening until `done`.
    """

    def __init__(
        self,
        agent: Agent,
        call: Call,
        now: float,
        allowed: float = ANSWER_DEADLINE_S,
        *,
        instructions: Instructions | None = None,
        takeover: moves.Takeover = moves.NEW,
        waited: float = 0.0,
        guard: GuardFor = unguarded,
        unexpected: Unexpected = refuse,
    ) -> None:
        """`allowed` and `waited` are seconds: for the answer, and since the caller began to wait for it.

        `instructions` is what the model is sent besides the messages. `unexpected` is called with each transition
        that is not in the tables.
        """
        self.deadline, self.playback = now + allowed, Playback(now, unplayed(call), waited=waited)
        self._instructions = instructions or Instructions(agent.prompt_in(call.language or agent.language))
        self._agent, self._call, self._takeover = agent, call, takeover
        self._started, self._turn_began = now, now - waited
        self._reply = SpokenReply(agent, call.language, lead(call), guard)
        self._speech = Speech(self._reply.script, self.playback, unexpected)
        self._requests = ModelRequests(call, takeover.slot, now, self._turn_began)
        self._life = Lifecycle(self._speech, unexpected)
        self._entries = AnswerEntries(takeover.slot)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do."""
        return self._life.state is AnswerState.DONE

    @property
    def ended(self) -> AnswerEnded:
        """How the answer ended as far as is known, with its times and its tokens."""
        first = self._speech.first_words_at
        words_ms = round((first - self._turn_began) * 1000) if first is not None else 0
        made = self._requests
        return AnswerEnded(self._life.how, words_ms, made.first_ms, made.usage, made.model, made.limit, made.failure)

    @property
    def wake(self) -> float:
        """When to call `advance` with a Tick, if nothing else happens before."""
        return next_wake(self._life, self._requests, self.playback, self._speech, self.deadline)

    def begin(self) -> list[Action]:
        """Return the first actions."""
        if claim := self._takeover.end_claim:
            self._life.finish_again(claim, self._started, self.deadline, purged=self._call.turns[-1].cut)
            return []
        move = moves.first_move(self._agent, self._call, self._takeover, self._reply.language, self._reply.phrases)
        if not isinstance(move, moves.AskModel):
            self._life.on(AnswerTrigger.ANSWER)
        return [*self._make(move, self._started), *self._go_on(self._started)]

    def advance(self, happening: Happening, now: float) -> list[Action]:
        """Return the actions that follow from a happening."""
        return [*self._handle(happening, now), *self._watch_time(now), *self._go_on(now)]

    # --- What happens ---

    def _handle(self, happening: Happening, now: float) -> Iterator[Action]:
        match happening:
            case Sent():
                if isinstance(arrived := self._speech.sent(happening, now), Language):
                    yield from self._entries.switched(arrived.code)
                if self._speech.state is SpeechState.GONE:
                    yield from self._fall_silent("gone")
            case ToolEnded():
                self._tool_ended(happening)
            case EndClaimHeld():
                self._life.claim()
            case Superseded():
                yield from self._fall_silent("superseded")
            case Interrupted() if self._speech.has_sent:
                self._speech.purge(now)
                yield from self._fall_silent("superseded")
            case TextDelta() | ToolCall() | Finished() | ModelFailed() if self._life.asking:
                self._requests.note_sign(now)
                yield from self._hear_model(happening, now)
                if self._reply.stopped and self._life.open:
                    yield from self._stop_model()
                    self._life.finish("complete")
            case _:
                pass

    def _hear_model(self, happening: TextDelta | ToolCall | Finished | ModelFailed, now: float) -> Iterator[Action]:
        match happening:
            case TextDelta(text):
                self._reply.model_says(text)
            case ToolCall(_, name):
                self._reply.model_stops()
                if not self._reply.stopped:
                    yield from self._requests.round.start(happening, self._agent.toolbox.get(name), now)
            case Finished(reason, usage, model):
                self._model_ended(cut=reason == "length")
                self._requests.spend(usage, model)
                self._requests.end(reason, self._reply.spoke_now, self._reply.script.last_part(), self._reply.called)
                if reason == "refused":
                    yield from self._apologise("failed", self._reply.phrases.declined)
            case ModelFailed("limited"):
                self._model_ended()
                self._requests.limit = "cents"
                self._reply.spoke = False  # what was said before does not tell the caller why the call ends
                yield from self._make(moves.limited(self._agent, self._call, self._reply.phrases), now)
            case ModelFailed(kind):
                self._model_ended(cut=True)
                if not self._requests.record_failure(kind, self._reply.spoke_now, self._reply.called):
                    yield from self._apologise("failed")

    def _stop_model(self) -> Iterator[Stop]:
        if self._life.asking:
            self._model_ended()
            yield Stop()

    def _model_ended(self, *, cut: bool = False) -> None:
        self._reply.model_stops(cut=cut)
        self._life.on(AnswerTrigger.MODEL_ENDED)

    def _tool_ended(self, ended: ToolEnded) -> None:
        keyed = moves.words_of_key(ended, self._reply.phrases)
        said = self._requests.round.end(replace(ended, outcome=()) if keyed else ended)
        self._reply.utter(keyed or said)

    def _fall_silent(self, ending: Ending) -> Iterator[Action]:
        if self._life.asking:
            yield Stop()
        self._life.silence(ending)

    # --- What is due ---

    def _watch_time(self, now: float) -> Iterator[Action]:
        yield from self._requests.round.watch_time(now)
        if self._life.open:
            self._cover_silence(now)
        if now >= self.deadline:
            yield from self._give_up()
        if self._life.asking and now >= self._requests.stalls_at:
            yield from self._apologise("failed")

    def _cover_silence(self, now: float) -> None:
        for saying in self._requests.round.cover(now):
            self._reply.say(saying)
        if now >= self.playback.silence_at:
            self.playback.cover(now)
            self._reply.add(self._reply.phrases.moment)

    def _give_up(self) -> Iterator[Action]:
        """Stop waiting: the deadline has come."""
        self._requests.round.give_up()
        self._life.give_up()
        if self._life.open:
            yield from self._apologise("late")

    # --- What to do next ---

    def _go_on(self, now: float) -> Iterator[Action]:
        if self._life.state is AnswerState.WORKING and not self._requests.round.busy:
            yield from self._make(moves.next_move(self._requests, now), now)
        elif not self._life.asking:
            self._speech.hurry()
        silent = self.playback.seconds(now) <= 0
        if message := self._speech.take(now):
            yield self._send(message, now, silent)
        if self._life.over and not self._speech.in_flight:
            yield from self._entries.words(self._reply.script.parts(), self._reply.script.preemptible_parts)
            if not self._requests.round.busy:
                self._life.on(AnswerTrigger.REST)
                if self._speech.state is not SpeechState.GIVEN_UP:
                    yield Append(Slot.ENDED.at(self._requests.round.slot), self.ended)

    def _send(self, message: Outgoing, now: float, silent: bool) -> Post | ClaimEnd:
        if isinstance(message, End):
            return ClaimEnd(message, self._life.how, self.playback.seconds(now))
        return Post(message, silent)

    def _make(self, move: moves.Move, now: float) -> Iterator[Action]:
        match move:
            case moves.AskModel():
                yield self._ask(now)
            case moves.ResumeSpeech(words, unfinished):
                yield from self._resume(words, unfinished, now)
            case moves.Utter(utterances):
                self._reply.utter(utterances)
            case moves.RunTool(call, tool):
                yield self._requests.round.run(call, tool, now)
            case moves.FailTool(call, text):
                yield from self._requests.round.resolve(call, text, failed=True)
            case moves.AskDigits() as question:
                yield from self._ask_digits(question, now)
            case moves.GiveAway() | moves.SayGoodbye():
                yield from self._end_part(move)
            case moves.Apologise(ending):
                yield from self._apologise(ending)
            case moves.Finish():
                self._life.finish("complete")

    def _resume(self, words: str, unfinished: bool, now: float) -> Iterator[Ask]:
        """Say the words that a noise cut off. Ask the model to go on if it had not finished."""
        self._reply.script.add(words)
        if unfinished:
            self._requests.flaw = Flaw.NOISE if words or self._requests.agent_spoke_last else None
            yield self._ask(now)

    def _end_part(self, move: moves.GiveAway | moves.SayGoodbye) -> Iterator[Append]:
        """End the agent's part. A hand-off is logged for the webhook that follows; `end` carries only its id."""
        if isinstance(move, moves.SayGoodbye):
            self._say_goodbye("goodbye", move.saying, self._reply.phrases.goodbye, End())
            return
        slot, reply, to = Slot.HANDED_OFF.at(self._requests.round.slot), self._reply, self._reply.passed(move.to)
        wanted = f"{self._call.turns[-1].key.at}-{slot}"
        self._say_goodbye("handed off", to.saying, reply.phrases.through, End(dumps({"hand_off": wanted})))
        yield Append(slot, to.as_event(wanted, reply.language, reply.phrases))

    def _say_goodbye(self, ending: Ending, saying: Spoken | None, usual: str, end: End) -> None:
        if not self._reply.spoke:
            self._reply.say(usual if saying is None else saying)
        self._life.finish(ending, end)

    def _ask_digits(self, question: moves.AskDigits, now: float) -> Iterator[Append | Remind]:
        """Ask the caller for digits, and look for them once the question was spoken and their time has passed."""
        self._reply.script.add(question.before)
        self._reply.script.begin_part()
        self._reply.say(question.prompt.saying)
        self._life.finish("complete")
        if question.again:
            yield Append(Slot.DIGITS_REQUESTED.at(self._requests.round.slot), question.again)
        waiting = len(self._reply.script.waiting) / CHARACTERS_PER_S
        yield Remind(ceil(self.playback.own_seconds(now) + waiting + question.prompt.timeout))

    def _ask(self, now: float) -> Ask:
        said = self._reply.script.last_part()
        if self._life.state is AnswerState.WORKING:
            self._reply.script.begin_part()
        self._life.on(AnswerTrigger.ASK)
        self._reply.begin()
        return Ask(self._requests.ask(self._agent, self._instructions, said, now))

    def _apologise(self, ending: Ending, unless_acted: str = "") -> Iterator[Action]:
        """End with a true sentence: it says whether the tools have done something, so that nothing is done twice."""
        yield from self._stop_model()
        phrases, effects = self._reply.phrases, self._requests.side_effects
        broken = phrases.late if ending == "late" else phrases.trouble if effects else phrases.undone
        self._reply.add(phrases.acted if effects is SideEffects.DONE else unless_acted or broken)
        self._life.finish(ending)
