"""Serves the dashboard, only to this machine, and its data only to a page that has the key of this run."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from typing import Any

from aiohttp import web

from functions.relay.ports import LogError, Records
from functions.relay.record.row import CallRow, day_list
from local.cli.replay import agents_of_today
from local.dashboard import figures
from local.guard import REFUSED, Guard, only_ours
from local.ops.records import Lines
from local.page.replay import Replay
from local.page.server import HEADERS, KEY, Server
from local.page.server import STATIC as PAGE

STATIC = Path(__file__).parent / "static"
ICON = PAGE / "icon.svg"
MOST_CALLS, MOST_DAYS = 2000, 92
MOST_RECORDS = 200
"""The records of a day that are read: each costs one read of the table."""


class Dashboard:
    """The pages and the data of one stage."""

    def __init__(self, records: Records, lines: Lines, stage: str, charts: Path) -> None:
        """`lines` reads the log of a call; `charts` is the folder with the files of uPlot."""
        self._records, self._lines, self._stage, self._charts = records, lines, stage, charts
        self._guard, self._running = Guard(), ExitStack()
        self._replays: dict[str, str] = {}
        """The URL of the replay of each call that was clicked."""

    def application(self) -> web.Application:
        """Return the server."""
        app = web.Application(middlewares=[_with_headers, only_ours])
        app.router.add_get("/", self._index)
        app.router.add_get("/calls", self._calls)
        app.router.add_get("/day/{day}", self._day)
        app.router.add_get("/call/{call}", self._call)
        app.router.add_get("/replay/{call}", self._replay)
        app.router.add_get("/icon.svg", self._icon)
        app.router.add_static("/static", STATIC)
        app.router.add_static("/charts", self._charts)
        app.on_cleanup.append(self._close)
        return app

    async def _close(self, _: web.Application) -> None:
        await asyncio.to_thread(self._running.close)

    async def _index(self, _: web.Request) -> web.StreamResponse:
        text = (STATIC / "index.html").read_text(encoding="utf-8")
        page = text.replace(KEY, self._guard.key).replace("STAGE", self._stage)
        return web.Response(text=page, content_type="text/html")

    async def _icon(self, _: web.Request) -> web.StreamResponse:
        return web.FileResponse(ICON)

    async def _calls(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, lambda: self._list(int(request.query.get("days", "7"))))

    async def _day(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, lambda: self._figures(date.fromisoformat(request.match_info["day"])))

    async def _call(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request, lambda: self._one(request.match_info["call"]))

    async def _replay(self, request: web.Request) -> web.StreamResponse:
        """Serve the replay of a call on another port, and lead the browser there."""
        call = request.match_info["call"]
        if not self._guard.knows(request.query.get("key", "")):
            raise web.HTTPForbidden(text=REFUSED)
        try:
            if call not in self._replays:
                self._replays[call] = await asyncio.to_thread(self._started, call)
        except (ValueError, LogError) as error:
            return web.Response(status=404, text=f"{call} cannot be replayed. {error}")
        return web.Response(status=302, headers={"Location": self._replays[call]})

    def _started(self, call: str) -> str:
        """Start the page that replays a call; return its URL. Raises ValueError, LogError."""
        replay = Replay(self._lines(call), call, agents_of_today())
        return self._running.enter_context(Server(replay).running()).url

    async def _answer(self, request: web.Request, read: Any) -> web.StreamResponse:
        if not self._guard.knows(request.query.get("key", "")):
            raise web.HTTPForbidden(text=REFUSED)
        try:
            return web.json_response(await asyncio.to_thread(read))
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)
        except LogError as error:
            return web.json_response({"error": f"The table could not be read: {error}"}, status=503)

    def _list(self, days: int) -> dict[str, Any]:
        today = datetime.now(UTC).date()
        wanted = (today - timedelta(days=back) for back in range(min(days, MOST_DAYS)))
        rows = list(islice(chain.from_iterable(map(self._lazily, wanted)), MOST_CALLS + 1))
        shown = rows[:MOST_CALLS]
        whole = len(rows) == len(shown)
        return {"rows": [figures.row(one) for one in shown], "agents": figures.agents(shown), "whole": whole}

    def _figures(self, wanted: date) -> dict[str, Any]:
        rows = self._rows(wanted)
        found = (self._records.get(one.call) for one in rows[:MOST_RECORDS])
        return figures.day(rows, [one for one in found if one])

    def _one(self, call: str) -> dict[str, Any]:
        record = self._records.get(call)
        return {"transcript": record.transcript if record else "There is no record of this call."}

    def _rows(self, wanted: date) -> Sequence[CallRow]:
        return list(islice(self._lazily(wanted), MOST_CALLS))

    def _lazily(self, wanted: date) -> Iterator[CallRow]:
        return self._records.rows(day_list(f"{wanted:%Y-%m-%d}"))


@web.middleware
async def _with_headers(request: web.Request, handler: Any) -> web.StreamResponse:
    response: web.StreamResponse = await handler(request)
    response.headers.update(HEADERS)
    return response
