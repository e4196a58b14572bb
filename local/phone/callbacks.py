"""Posts what Twilio reports beside a call's documents: status, who answered, recordings, late copies of webhooks."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import uuid4

from .call_record import CallRecord
from .conversation import Setting
from .forms import Identity, Order
from .progress import EVENTS, STATUSES, Progress
from .records import Problem
from .twiml import Verb
from .wire import Request, WireError


@dataclass(frozen=True, slots=True)
class AnsweredOrder:
    """The order of a call that the application placed, who answered the call, and the sequence of its callbacks."""

    order: Order
    by: str
    told: tuple[int, ...]


class Callbacks:
    """Posts callbacks of one call, each in its own task of the group. An application's failure becomes a problem."""

    def __init__(
        self,
        setting: Setting,
        identity: Identity,
        record: CallRecord,
        answered: AnsweredOrder | None,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._setting, self._identity, self._record = setting, identity, record
        self._answered, self._tasks = answered, tasks

    def echo(self, request: Request) -> None:
        """Repeat an action callback later, if the quirks say so. Its answer is ignored."""
        if (after := self._setting.quirks.action_echo) is not None:
            self._tasks.create_task(self._post(request, after))

    def recording(self, verb: Verb, url: str, form: Mapping[str, str]) -> None:
        """Report the status of a recording; `url` is absolute."""
        method = verb.attributes.get("recordingStatusCallbackMethod", "POST").upper()
        self._tasks.create_task(self._post(Request(url, form, method)))

    def detection(self) -> asyncio.Task[None]:
        """Begin to detect who has answered, if the application has asked for it."""
        by = self._answered.by if self._answered and self._answered.order.screened else ""
        return self._tasks.create_task(self._report(by, self._setting.pace.detect))

    def detect(self, answered_by: str) -> None:
        """Report now who has answered a call that the application has placed."""
        self._tasks.create_task(self._report(answered_by, 0.0))

    def progress(self) -> Progress:
        """Begin to report the progress of the call to the status callback. The call has been answered by now."""
        answered, began = self._answered, time.monotonic()

        async def tell(number: int) -> None:
            assert answered
            seconds = int((time.monotonic() - began) * self._setting.speed)
            form = self._identity.progress_form(number, STATUSES[number], seconds)
            if EVENTS[number] in answered.order.events:
                await self._post(Request(answered.order.status_callback, form))

        progress = Progress(answered.told if answered and answered.order.status_callback else (), tell)
        progress.take(EVENTS.index("answered"))
        self._tasks.create_task(progress.run())
        return progress

    async def _report(self, answered_by: str, after: float) -> None:
        if answered_by and self._answered:
            form = self._identity.screened_form(answered_by)
            await self._post(Request(self._answered.order.screened, form), after)

    async def _post(self, request: Request, after: float = 0.0) -> None:
        await asyncio.sleep(after / self._setting.speed)
        try:
            await self._setting.wire.fetch(request, uuid4().hex)
        except WireError as error:
            self._record.add(Problem(error.code, str(error)))
