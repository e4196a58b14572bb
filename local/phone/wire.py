"""HTTP requests and sockets as Twilio opens them, over aiohttp."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from yarl import URL

from .routes import Routes

_JETTY = {
    "User-Agent": "Jetty/11.0.24",
    "Accept-Encoding": "gzip",
    "Cache-Control": "no-cache",
    "Pragma": "no-cache",
}
_SECOND_SIGNATURE = "x-amzn-bedrock-agentcore-runtime-custom-twilio-signature"
_PROXY = {
    "User-Agent": "TwilioProxy/1.1",
    "Accept": "*/*",
    "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
}
IDEMPOTENCY = "I-Twilio-Idempotency-Token"
LOST_CODE = 1006
CANNOT_CONNECT = 64102
# Do not wait long for an application that does not answer a close.
_CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)


class WireError(Exception):
    """A webhook or a socket failed; `code` is Twilio's error code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True, slots=True)
class Request:
    """A webhook to call: its public URL, its fields and whether they go into the body or the query."""

    url: str
    form: Mapping[str, str]
    method: str = "POST"

    def signed(self) -> tuple[str, Mapping[str, str]]:
        """Return the URL and the body's fields, as the signature covers them; GET has its fields in the URL."""
        if self.method == "POST":
            return self.url, self.form
        return f"{self.url}{'&' if '?' in self.url else '?'}{urlencode(self.form)}", {}


@dataclass(frozen=True, slots=True)
class Received:
    """An item from a socket: the data and when it arrived, or the close code when the socket has closed."""

    at: float
    data: str | bytes | None
    code: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a webhook returned: the body and its media type, such as `text/xml`."""

    body: str
    media_type: str


class Wire:
    """Opens what Twilio would open, under the addresses that the routes give, signed by `sign`.

    Args:
        routes: where public URLs are really found.
        sign: given the public URL and the form, the signature to send, None for none.
        timeout: real seconds that a webhook or a handshake may take; Twilio allows fifteen.
    """

    def __init__(self, routes: Routes, sign: Callable[[str, Mapping[str, str]], str | None], timeout: float) -> None:
        self._routes, self._sign = routes, sign
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def fetch(self, request: Request, token: str | None = None) -> Answer:
        """Call a webhook, and again if it cannot be reached; `token` marks a retry.

        Raises:
            WireError: 11205 when it cannot be reached, 11200 when it fails or takes too long.
        """
        try:
            return await self._fetch(request, token)
        except aiohttp.ClientConnectorError:
            return await self._fetch_again(request, token or uuid4().hex)

    async def open(self, url: str, arrived: Callable[[Received], None]) -> "Socket":
        """Open a socket; `arrived` gets every item from it.

        Raises:
            WireError: 64102, the handshake was refused or failed.
        """
        session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None))
        try:
            address = URL(self._routes.address(url), encoded=True)
            async with asyncio.timeout(self._timeout.total):
                socket = await session.ws_connect(
                    address, headers=self._handshake_headers(url), max_msg_size=0, timeout=_CLOSING
                )
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            await session.close()
            raise WireError(CANNOT_CONNECT, f"cannot connect to {url}: {error}") from error
        except BaseException:
            await session.close()
            raise
        return Socket(session, socket, arrived)

    async def _fetch_again(self, request: Request, token: str) -> Answer:
        try:
            return await self._fetch(request, token)
        except aiohttp.ClientConnectorError as error:
            raise WireError(11205, f"cannot reach {request.url}: {error}") from error

    async def _fetch(self, request: Request, token: str | None) -> Answer:
        url, form = request.signed()
        headers = _PROXY | self._signature(url, form) | ({IDEMPOTENCY: token} if token else {})
        address = URL(self._routes.address(url), encoded=True)
        data = urlencode(form) if request.method == "POST" else None
        try:
            async with (
                aiohttp.ClientSession(timeout=self._timeout) as session,
                session.request(request.method, address, headers=headers, data=data) as response,
            ):
                body = await response.text(errors="replace")
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientError, TimeoutError) as error:
            raise WireError(11200, f"{request.url} failed: {error!r}") from error
        if response.status >= 300:
            raise WireError(11200, f"{request.url} answered {response.status}: {body[:200]}")
        return Answer(body, response.content_type)

    def _signature(self, url: str, form: Mapping[str, str]) -> dict[str, str]:
        signature = self._sign(url, form)
        return {} if signature is None else {"X-Twilio-Signature": signature}

    def _handshake_headers(self, url: str) -> dict[str, str]:
        signature = self._sign(url, {})
        if signature is None:
            return _JETTY
        return _JETTY | {"x-twilio-signature": signature, _SECOND_SIGNATURE: signature}


class Socket:
    """Twilio's end of one WebSocket."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        socket: aiohttp.ClientWebSocketResponse,
        arrived: Callable[[Received], None],
    ) -> None:
        self._session, self._socket = session, socket
        self._reader = asyncio.create_task(self._read(arrived))

    async def send(self, data: str) -> None:
        """Send a text frame. On a socket that has closed it is lost, and the reader knows."""
        with contextlib.suppress(aiohttp.ClientError, ConnectionError):
            await self._socket.send_str(data)

    async def close(self, code: int, reason: str) -> None:
        """Close with a close frame."""
        await self._stop_reading()
        await self._socket.close(code=code, message=reason.encode())
        await self._session.close()

    async def drop(self) -> None:
        """Drop the connection without a close frame: the other side sees 1006."""
        await self._stop_reading()
        await self._session.close()
        # Nothing can be written any more; this only makes aiohttp free the response.
        await self._socket.close()

    async def _read(self, arrived: Callable[[Received], None]) -> None:
        while True:
            message = await self._socket.receive()
            at = time.monotonic()
            match message.type:
                case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
                    arrived(Received(at, message.data))
                case aiohttp.WSMsgType.CLOSE:
                    return arrived(Received(at, None, message.data or LOST_CODE))
                case _:
                    return arrived(Received(at, None, LOST_CODE))

    async def _stop_reading(self) -> None:
        self._reader.cancel()
        await asyncio.wait([self._reader])
