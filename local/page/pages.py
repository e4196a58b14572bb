"""One open page: the server sends it what changes, and it sends orders and chooses the moment that it shows."""

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, Protocol

from aiohttp import WSMsgType, web

from functions.relay.log.keys import call_log
from local.dialer import DialError
from local.page.controller import Order, OrderError
from local.page.observations import Tape
from local.page.view import Setting, View, calls_of, changes, view
from local.phone import CallError

logger = logging.getLogger("hotline.page")

PAUSE_S = 0.04
"""Seconds between two messages to a page: changes of one moment go into one message."""

SHARE = 3
"""After a message the server waits this many times as long as it took: the call's handlers need the processor too."""


class Shown(Protocol):
    """What a page shows: a softphone, or a call that is replayed."""

    @property
    def tape(self) -> Tape:
        """The observations."""

    @property
    def setting(self) -> Setting:
        """The settings of the view."""

    def state(self) -> Mapping[str, Any]:
        """Return what the page shows besides the view."""

    def do(self, order: Order) -> None:
        """Do what the page orders. Raises OrderError, CallError."""

    def log(self, call: str) -> str:
        """Return the log of a call as a file. Raises LogError."""


class Page:
    """One open page: what it knows, and the moment of the call that it shows."""

    def __init__(self, ws: web.WebSocketResponse, shown: Shown, orders: ThreadPoolExecutor) -> None:
        self._ws, self._shown, self._orders = ws, shown, orders
        self._known: View = {}
        self._step: int | None = None
        self._chosen = self._newest = ""
        self._changed = asyncio.Event()
        self._changed.set()
        loop = asyncio.get_running_loop()
        self._forget = shown.tape.listen(lambda: loop.call_soon_threadsafe(self._changed.set))
        self._under_way = {loop.create_task(self._show())}

    async def _show(self) -> None:
        """Send the page what changes, for as long as it is open."""
        try:
            while True:
                await self._changed.wait()
                self._changed.clear()
                began = time.monotonic()
                await self._tell_changes()
                await asyncio.sleep(max(PAUSE_S, SHARE * (time.monotonic() - began)))
        except ConnectionError:
            pass
        except Exception:
            logger.exception("The page could not be updated")
            await self._ws.close(code=1011)

    async def _tell_changes(self) -> None:
        now = self._now()
        if told := changes(self._known, now):
            await self._ws.send_json({"changes": told})
        self._known = now

    def _now(self) -> View:
        calls = self._shown.tape.calls()
        if calls and calls[-1].log != self._newest:
            self._newest, self._chosen, self._step = calls[-1].log, "", None
        now = view(self._shown.tape.call(self._chosen), self._shown.setting, self._step)
        return {**now, "calls": calls_of(calls), "desk": self._shown.state()}

    async def take(self) -> None:
        """Do what the page orders, in order, until it is closed."""
        async for message in self._ws:
            if message.type is WSMsgType.TEXT:
                self._do(_order(message.data))

    def _do(self, order: Order) -> None:
        match order:
            case {"do": "show", "step": int() | None as step}:
                self._step = step
                self._changed.set()
            case {"do": "choose", "call": str(call)}:
                self._chosen, self._step = call_log(call), None
                self._changed.set()
            case _:
                task = asyncio.create_task(self._carry_out(order))
                self._under_way.add(task)
                task.add_done_callback(self._under_way.discard)

    async def _carry_out(self, order: Order) -> None:
        """Do an order; if that fails, tell the page why."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._orders, self._shown.do, order)
        except (OrderError, DialError, CallError) as error:
            await self._note(str(error).partition("\n")[0])
        except Exception as error:
            logger.exception("The page's order failed")
            await self._note(f"That failed: {type(error).__name__}. The terminal says more.")

    async def _note(self, text: str) -> None:
        with suppress(ConnectionError):
            await self._ws.send_json({"note": text[:1].upper() + text[1:]})

    async def leave(self) -> None:
        """End everything that was started for the page."""
        self._forget()
        for task in list(self._under_way):
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)


def _order(text: str) -> Order:
    try:
        order = json.loads(text)
    except ValueError:
        return {}
    return order if isinstance(order, dict) else {}
