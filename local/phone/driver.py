"""The life of one call: webhooks, the TwiML that they return, and sessions, until one side hangs up."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from urllib.parse import urljoin
from uuid import uuid4

from .call_record import CallRecord
from .callbacks import AnsweredOrder, Callbacks
from .conversation import Command, Conversation, Setting
from .dialing import Answers, Dialing
from .forms import Identity, sid
from .hearing import Hearing
from .progress import EVENTS
from .recordings import Recordings
from .records import Ended, Outcome, Problem, SessionRecord
from .session import Session
from .twiml import INVALID_PARAMETER, Relay, TwimlError, Verb, document, oddities, relay_of
from .wire import CANNOT_CONNECT, Request, WireError

Verbs = tuple[Verb, ...]
MOST_DOCUMENTS = 50
_PICKING_UP = frozenset({"Say", "Play", "Gather", "Record", "Dial", "Enqueue"})


class _OverError(Exception):
    """The call is over; this leaves the verb that is running."""

    def __init__(self, outcome: Outcome, problem: Problem | None = None) -> None:
        super().__init__(outcome)
        self.outcome, self.problem = outcome, problem


class Driver:
    """Runs one call in an event loop, and writes the call's record.

    `by_word` asks for an event with each word that the agent speaks. With an `answered` order, the application
    has placed the call. `others` is what dialled persons do.
    """

    def __init__(
        self,
        setting: Setting,
        identity: Identity,
        record: CallRecord,
        *,
        by_word: bool = False,
        answered: AnsweredOrder | None = None,
        others: tuple[Answers, ...] = ("completed",),
    ) -> None:
        self._setting, self._identity, self._record, self._by_word = setting, identity, record, by_word
        self._conversation: Conversation | None = None
        self._hung_up = False
        self._answered, self._picked_up = answered, answered is not None
        self._tasks = asyncio.TaskGroup()
        self._callbacks = Callbacks(setting, identity, record, answered, self._tasks)
        self._dialing = Dialing(setting, identity, record, others, self._tasks.create_task)
        self._hearing = Hearing(setting, record)
        self._recordings = Recordings(identity, self._report_recording, setting.now)
        self._base = answered.order.url if answered else setting.routes.public_voice_url
        self._cleanup = contextlib.AsyncExitStack()

    async def run(self) -> None:
        """Dial, and return when the call is over and has left nothing behind."""
        async with self._cleanup, self._tasks:
            progress, detection = self._callbacks.progress(), self._callbacks.detection()
            try:
                outcome = await self._live()
            except _OverError as over:
                outcome = over.outcome
                if over.problem:
                    self._record.add(over.problem)
            self._recordings.stop()
            detection.cancel()
            progress.take(len(EVENTS) - 1)
        self._record.finish(outcome)

    def push(self, command: Command, when: Callable[[], bool] | None = None) -> None:
        """Let the caller do something in the open session, at once or as soon as `when` holds."""
        if self._conversation and when:
            self._conversation.push_when(when, command)
        elif self._conversation:
            self._conversation.push(command)
        else:
            self._hearing.push(command)

    def stay_silent(self, seconds: float) -> None:
        """Let the caller do nothing in a <Gather> or a <Record>."""
        self._hearing.stay_silent(seconds)

    def detect(self, answered_by: str) -> None:
        """Report now who has answered a call that the application has placed."""
        self._callbacks.detect(answered_by)

    def hang_up(self) -> None:
        """Let the caller hang up at any moment."""
        self._hung_up = True
        if self._conversation:
            self._conversation.push(lambda session, now: session.hang_up(now))
        else:
            self._hearing.hang_up()

    # Documents

    async def _live(self) -> Outcome:
        request = Request(self._base, self._first_form())
        verbs = await self._fetch(request, self._setting.quirks.voice_copies, self._refused)
        for _ in range(MOST_DOCUMENTS):
            following = await self._run_document(verbs)
            if following is None:
                return "completed"
            verbs = following
        raise _OverError("failed", Problem(11200, f"more than {MOST_DOCUMENTS} TwiML documents in one call"))

    @property
    def _refused(self) -> Outcome:
        """The outcome of a call whose first webhook fails."""
        return "failed" if self._answered else "busy"

    def _first_form(self) -> dict[str, str]:
        if self._answered is None:
            return self._identity.voice_form()
        return self._identity.answered_form("" if self._answered.order.screened else self._answered.by)

    async def _run_document(self, verbs: Verbs) -> Verbs | None:
        """Run verbs in order; return the document to which one of them leads, None to hang up."""
        for verb in verbs:
            self._stop_if_hung_up()
            self._note(verb)
            match verb.name:
                case "Connect" | "Dial" | "Enqueue" | "Gather" | "Record":
                    if (following := await self._lead(verb)) is not None:
                        return following
                case "Redirect":
                    return await self._redirect(verb)
                case "Hangup":
                    return None
                case "Start":
                    self._recordings.start(verb)
                case "Reject":
                    raise _OverError("busy")
                case _:
                    pass
        return None

    async def _lead(self, verb: Verb) -> Verbs | None:
        """Run a verb that has an action; return the document to which it leads, None for the next verb."""
        match verb.name:
            case "Connect":
                return await self._connect(verb)
            case "Gather" | "Record":
                return await self._listen(verb)
            case _:
                return await self._pass_on(verb)

    def _note(self, verb: Verb) -> None:
        for oddity in oddities(verb):
            self._record.add(oddity)
        if verb.name != "Connect":
            self._record.add(verb)
        for said in (verb, *verb.nouns) if verb.name == "Gather" else (verb,):
            if said.name == "Say":
                self._record.say(said.text)
        self._picked_up = self._picked_up or verb.name in _PICKING_UP

    async def _redirect(self, verb: Verb) -> Verbs:
        status = "in-progress" if self._record.sessions or self._picked_up else "ringing"
        return await self._fetch(self._request(verb.text, verb, self._identity.form(status)))

    async def _fetch(self, request: Request, copies: int = 1, failing: Outcome = "failed") -> Verbs:
        token = None
        try:
            for _ in range(copies):
                answer = await self._setting.wire.fetch(request, token)
                token = token or uuid4().hex
            verbs = document(answer.media_type, answer.body)
        except WireError as error:
            return await self._fall_back(request, _OverError(failing, Problem(error.code, str(error))))
        except TwimlError as error:
            problem = Problem(error.code, f"{request.url}: {error}")
            return await self._fall_back(request, _OverError("failed", problem))
        self._base = request.url
        return verbs

    async def _fall_back(self, failed: Request, over: _OverError) -> Verbs:
        """Ask the fallback URL for a document instead, if the number or the order has one and it is not what failed.

        https://www.twilio.com/docs/usage/security/availability-reliability
        """
        fallback = self._answered.order.fallback if self._answered else self._setting.fallback
        if not fallback or failed.url == fallback or over.problem is None:
            raise over
        self._record.add(over.problem)
        form = self._identity.form("in-progress" if self._record.sessions or self._picked_up else "ringing")
        form |= {"ErrorCode": str(over.problem.code), "ErrorUrl": failed.url}
        return await self._fetch(Request(fallback, form), failing=over.outcome)

    def _request(self, url: str, verb: Verb, form: Mapping[str, str]) -> Request:
        return Request(urljoin(self._base, url), form, verb.attributes.get("method", "POST").upper())

    # A session and what follows it

    async def _connect(self, verb: Verb) -> Verbs | None:
        """Run the session that a <Connect> asks for; return the TwiML of its action callback, if it has one."""
        relay = relay_of(verb)
        if relay is None:
            self._record.add(verb)
            return None
        record = SessionRecord(sid("VX"), relay.url, relay.parameters, relay.attributes, voices=relay.voices)
        quirks = self._setting.quirks
        session = Session(relay, self._setting.pace, quirks, by_word=self._by_word)
        conversation = Conversation(self._setting, self._record, session, record.id)
        self._cleanup.push_async_callback(conversation.shut)
        ended = await self._hold(conversation, relay, record)
        if not quirks.action_before_close:
            await conversation.shut()
        following = await self._call_back(verb, record.id, ended)
        await conversation.shut()
        return following

    async def _hold(self, conversation: Conversation, relay: Relay, record: SessionRecord) -> Ended:
        ringing = not self._record.sessions and not self._picked_up
        if problem := await self._refusal(conversation, relay):
            if ringing and problem.code == CANNOT_CONNECT:
                raise _OverError("busy", problem)
            self._record.add(problem)
            return Ended("failed", 0, 0, None, problem)
        self._record.begin_session(record)
        self._conversation = conversation
        if self._hung_up:  # while the socket opened
            self.hang_up()
        try:
            ended = await conversation.hold(self._identity.setup(record.id, relay.parameters, first=ringing))
        finally:
            self._conversation = None
        self._record.end_session(ended)
        return ended

    async def _refusal(self, conversation: Conversation, relay: Relay) -> Problem | None:
        """Open the socket; return why it could not be opened."""
        if not self._setting.routes.dialable(relay.url):
            return Problem(INVALID_PARAMETER, f"the url must begin with wss://: {relay.url!r}")
        await self._sleep(self._setting.pace.connect + self._setting.quirks.slow_handshake)
        self._stop_if_hung_up()
        try:
            await conversation.connect(relay.url)
        except WireError as error:
            return Problem(error.code, str(error))
        return None

    async def _call_back(self, verb: Verb, session_id: str, ended: Ended) -> Verbs | None:
        action = verb.attributes.get("action")
        if not action:
            return None
        request = self._request(action, verb, self._identity.action_form(session_id, ended))
        await self._sleep(self._delay(ended))
        self._callbacks.echo(request)
        failing: Outcome = "completed" if ended.status == "completed" else "failed"
        return await self._fetch(request, self._setting.quirks.action_copies, failing)

    async def _listen(self, verb: Verb) -> Verbs | None:
        """Run a <Gather> or a <Record>; return the TwiML of its action, or None if the caller did nothing."""
        told = await self._hearing.run(verb, self._recordings)
        self._stop_if_hung_up()
        if not told:
            return None
        request = self._request(verb.attributes.get("action", ""), verb, self._identity.form("in-progress") | told)
        self._callbacks.echo(request)
        return await self._fetch(request, self._setting.quirks.action_copies)

    # Another person on the line

    async def _pass_on(self, verb: Verb) -> Verbs | None:
        """Connect the caller to a person or a queue; return the TwiML of the action callback, if there is one."""
        told = await self._dialing.run(verb, self._base)
        if (action := verb.attributes.get("action")) is None:
            return None
        status = "completed" if self._hung_up else "in-progress"
        request = self._request(action, verb, self._identity.form(status) | told)
        self._callbacks.echo(request)
        return await self._fetch(request, self._setting.quirks.action_copies)

    def _report_recording(self, verb: Verb, url: str, form: Mapping[str, str]) -> None:
        self._callbacks.recording(verb, urljoin(self._base, url), form)

    def _delay(self, ended: Ended) -> float:
        pace = self._setting.pace
        usual = pace.after_loss if ended.status == "failed" else pace.after_end
        return usual + self._setting.quirks.action_delay

    def _stop_if_hung_up(self) -> None:
        if self._hung_up:
            raise _OverError("completed" if self._record.sessions or self._picked_up else "canceled")

    async def _sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._setting.speed)
