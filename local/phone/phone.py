"""A phone line at Twilio: dials a number's voice webhook and runs the calls."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

from .background import Background
from .call import Call
from .call_record import CallRecord, OnEvent
from .callbacks import AnsweredOrder
from .conversation import Setting
from .dialing import Answers
from .driver import Driver
from .forms import Identity, Order, Signer, sid
from .options import AS_RECORDED, NO_QUIRKS, Pace, Quirks
from .routes import Resolve, Routes, mapping
from .wire import Wire

Sign = Callable[[str, Mapping[str, str]], str | None]


class Phone:
    """Twilio's side of calls to one number, in its own thread. Use it with `with`, or `close` it."""

    def __init__(
        self,
        # The address of the voice webhook.
        voice_url: str,
        # The account's token, with which requests are signed.
        auth_token: str,
        *,
        # The number that is called.
        number: str = "+15550100",
        # The number that calls, unless `dial` names another.
        caller: str = "+15550142",
        # Scheme and host under which Twilio knows the webhooks. Requests are signed under it.
        public_url: str = "",
        # The address to open instead of a `wss://` URL of the TwiML, by prefix; or a function that returns it, or
        # None for the URL itself. The handshake is signed over the URL of the TwiML either way.
        connect: Mapping[str, str] | Resolve | None = None,
        # How many times faster than a real call everything is, except the application itself. At 20, 0.1 s of the
        # application are 2 s of the call, so a test of a race needs a lower speed.
        speed: float = 1.0,
        # How long things take in a real call.
        pace: Pace = AS_RECORDED,
        # What Twilio does in some calls only: each is a fault to inject.
        quirks: Quirks = NO_QUIRKS,
        # Real seconds that a method waits by default.
        timeout: float = 60.0,
        # Real seconds that a webhook or a handshake may take. Twilio allows fifteen.
        webhook_timeout: float = 15.0,
        # The SID of the account in the forms of webhooks.
        account_sid: str = "AC" + "0" * 31 + "1",
        # Replaces the signature, to forge it: a function of the public URL (a `wss://` one for the handshake) and the
        # form, which returns the signature, or None to send none.
        sign: Sign | None = None,
        # The path of the number's fallback URL, such as "/fallback"; empty if the number has none.
        fallback: str = "",
        # With True, a <Gather> and a <Record> wait until the caller does something, or `Call.stay_silent` says that
        # time passes. With False, they wait as long as their `timeout` says.
        patient: bool = False,
    ) -> None:
        resolve = connect if callable(connect) else mapping(connect or {})
        routes = Routes(voice_url, public_url, resolve)
        wire = Wire(routes, sign or Signer(auth_token), webhook_timeout)
        other = urljoin(routes.public_voice_url, fallback) if fallback else ""
        self._setting = Setting(wire, routes, pace, quirks, speed, other, patient)
        self._number, self._caller, self._account_sid = number, caller, account_sid
        self._timeout = timeout
        self._background: Background | None = None
        self._lock = Lock()

    def dial(
        self,
        *,
        caller: str | None = None,
        number: str | None = None,
        extra: Mapping[str, str] | None = None,
        answers: Answers | tuple[Answers, ...] = "completed",
        on_event: OnEvent | None = None,
        listen: bool = True,
    ) -> Call:
        """Call the number and return the call when the greeting has been heard, or at once without `listen`.

        A call that is refused is returned too: see its `outcome`.

        Args:
            caller: the number that calls, if not the phone's own.
            number: the number that is called, if not the phone's own.
            extra: more fields of the webhooks, such as ForwardedFrom or CallerName.
            answers: what the dialled persons do, one after another.
            on_event: called with each clause, word, voice, session and the end as it happens, in the phone's thread.
            listen: whether to wait until the agent is quiet.
        """
        identity = Identity(caller or self._caller, number or self._number, self._account_sid, extra=extra or {})
        call = self._carry(identity, on_event, answers=answers)
        return call.wait_until_quiet() if listen else call

    def answer(
        self,
        order: Mapping[str, Sequence[str]],
        call_sid: str = "",
        *,
        by: str = "human",
        told: Sequence[int] = (0, 1, 2, 3),
        on_event: OnEvent | None = None,
        listen: bool = True,
    ) -> Call:
        """Answer a call that the application has placed, and return it as `dial` does.

        A machine only listens. If it is detected while the agent talks, the call is returned when it is over.

        Args:
            order: the fields that the application posted to Twilio's Calls resource, by name.
            call_sid: the SID of the call that it got.
            by: AnsweredBy; empty if it did not ask for the detection of machines, or if `Call.detect` reports it.
            told: the order in which status callbacks arrive, by SequenceNumber; a number given twice comes twice.
        """
        field = {name: values[0] for name, values in order.items()}
        wanted = frozenset(order.get("StatusCallbackEvent", ("completed",)))
        screened = field.get("AsyncAmdStatusCallback", "") if field.get("AsyncAmd") == "true" else ""
        fallback = field.get("FallbackUrl", "")
        placed = Order(field["Url"], field.get("StatusCallback", ""), wanted, screened, fallback)
        identity = Identity(
            field["From"], field["To"], self._account_sid, call_sid or sid("CA"), direction="outbound-api"
        )
        call = self._carry(identity, on_event, AnsweredOrder(placed, by, tuple(told)))
        if listen and screened and by.startswith(("machine", "fax")):
            return call.wait_until_over()
        return call.wait_until_quiet() if listen else call

    def _carry(
        self,
        identity: Identity,
        on_event: OnEvent | None,
        answered: AnsweredOrder | None = None,
        answers: Answers | tuple[Answers, ...] = "completed",
    ) -> Call:
        background = self._thread()
        record = CallRecord(on_event)
        others = (answers,) if isinstance(answers, str) else answers
        by_word = on_event is not None
        driver = Driver(self._setting, identity, record, by_word=by_word, answered=answered, others=others)
        background.start(driver.run(), lambda crash: record.finish("failed" if crash else "canceled", crash))
        return Call(driver, identity, record, background, self._timeout)

    def close(self) -> None:
        """End the calls that are going on, and the thread. The phone may dial again afterwards."""
        with self._lock:
            background, self._background = self._background, None
        if background:
            background.close()

    def _thread(self) -> Background:
        with self._lock:
            self._background = self._background or Background("phone")
            return self._background

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
