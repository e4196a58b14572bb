"""The @connections API of the gateway: functions post to a connection, read its state and close it."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from aiohttp import web

from local.aws.gateway import post_status, service_error
from local.aws.gateway_events import identity
from local.aws.gateway_http import to_aiohttp
from local.aws.gateway_socket import Settings, Socket


class ConnectionsApi:
    """Serves the functions of one WebSocket API."""

    def __init__(self, settings: Settings, sockets: Mapping[str, Socket]) -> None:
        self._settings, self._sockets = settings, sockets
        self._faults, self._limits, self._sources = settings.faults, settings.limits, settings.sources

    def add_routes(self, router: web.UrlDispatcher, key: str) -> None:
        """Serve functions at `/{key}/{stage}/@connections/{id}`."""
        connection = f"/{key}/{self._settings.stage}/@connections/{{connection_id}}"
        router.add_post(connection, self._post)
        router.add_get(connection, self._describe)
        router.add_delete(connection, self._delete)

    async def _post(self, request: web.Request) -> web.Response:
        connection_id, data = request.match_info["connection_id"], await request.read()
        if self._faults.on_post and (status := self._faults.on_post(connection_id, data)) is not None:
            return to_aiohttp(service_error(status))
        if pause := self._faults.post_delay / 2:
            await asyncio.sleep(pause)
        status = await self._forward(connection_id, data)
        if pause:
            await asyncio.sleep(pause)
        return web.Response() if status == 200 else to_aiohttp(service_error(status))

    async def _forward(self, connection_id: str, data: bytes) -> int:
        sock = self._find(connection_id)
        status, text = post_status(sock is not None, len(data), self._limits), data.decode("utf-8", "replace")
        if sock is None or status != 200:
            return status
        return 200 if await sock.send("out", text) else 410

    async def _describe(self, request: web.Request) -> web.Response:
        if (sock := self._find(request.match_info["connection_id"])) is None:
            return to_aiohttp(service_error(410))
        idle = asyncio.get_running_loop().time() - sock.active_at
        return web.json_response(
            {
                "connectedAt": _iso(sock.connection.connected_at / 1000),
                "identity": {"userAgent": "", **identity(sock.connection.client)},
                "lastActiveAt": _iso(self._sources.now() - idle),
            }
        )

    async def _delete(self, request: web.Request) -> web.Response:
        if (sock := self._find(request.match_info["connection_id"])) is None:
            return to_aiohttp(service_error(410))
        sock.finish(1000)
        return web.Response(status=204)

    def _find(self, connection_id: str) -> Socket | None:
        sock = self._sockets.get(connection_id)
        return None if sock is None or sock.end.done() else sock


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
