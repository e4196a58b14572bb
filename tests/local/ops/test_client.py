"""The page that calls a deployment from a browser: what it serves, and to which page it gives a token."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from local.ops.client import Token, application
from local.ops.speak import OpsError

Client = TestClient[Any, Any]


def given(identity: str) -> dict[str, Any]:
    return {"token": f"for {identity}"}


def with_page(use: Callable[[Client, str], Awaitable[None]], ask: Token = given) -> None:
    async def run() -> None:
        async with TestClient(TestServer(application(b"var Twilio;", ask))) as client:
            await use(client, f"http://127.0.0.1:{client.port}")

    asyncio.run(run())


def test_the_page_and_the_sdk_are_served() -> None:
    async def use(client: Client, _: str) -> None:
        assert "Call Hotline" in await (await client.get("/")).text()
        assert await (await client.get("/twilio.min.js")).text() == "var Twilio;"

    with_page(use)


def test_the_page_gets_a_token() -> None:
    async def use(client: Client, url: str) -> None:
        assert await (await client.post("/token", headers={"Origin": url})).json() == {"token": "for browser"}

    with_page(use)


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "http://127.0.0.1:1"}, {"Host": "evil.example"}]
)
def test_no_other_page_gets_one(headers: dict[str, str]) -> None:
    async def use(client: Client, _: str) -> None:
        assert (await client.post("/token", headers=headers)).status == 403

    with_page(use)


def test_what_is_missing_is_told_to_the_page() -> None:
    def missing(_: str) -> dict[str, Any]:
        raise OpsError("The function could not be asked.", "Deploy it.")

    async def use(client: Client, url: str) -> None:
        told = await (await client.post("/token", headers={"Origin": url})).json()
        assert "could not be asked" in told["error"]

    with_page(use, missing)
