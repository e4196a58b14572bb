"""An agent's file is saved while `make run` runs, once with an error in it and once without."""

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fixtures.project import copy_into
from tests.local.cli.test_run import Terminal

pytestmark = pytest.mark.slow

WAIT_S = 60.0
AGENT = "front_desk"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The program's files, for this test to change."""
    return copy_into(tmp_path)


@pytest.fixture
def terminal(project: Path) -> Iterator[Terminal]:
    one = Terminal(project)
    yield one
    one.close()


class Page:
    """What an open page knows."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self._ws = ws
        self.known: dict[str, Any] = {}

    async def shows(self, holds: Callable[[dict[str, Any]], Any]) -> None:
        """Wait until the page knows what it should."""
        async with asyncio.timeout(WAIT_S):
            while not (self.known and holds(self.known)):
                self.known |= (await self._ws.receive_json()).get("changes", {})

    async def call(self, greeting: str) -> None:
        """Call, hear this greeting begin, and hang up."""
        before = self.known["desk"]["call"]
        await self._ws.send_json({"do": "call", "agent": AGENT})
        await self.shows(lambda now: now["desk"]["call"] and now["desk"]["call"]["sid"] != (before or {}).get("sid"))
        # The terminal's own call may begin meanwhile.
        await self._ws.send_json({"do": "choose", "call": self.known["desk"]["call"]["sid"]})
        await self.shows(
            lambda now: now["call"] and now["call"]["sid"] == now["desk"]["call"]["sid"] and now["lines"]
        )
        assert self.known["lines"][0]["text"].startswith(greeting)
        await self._ws.send_json({"do": "hang up"})
        await self.shows(lambda now: now["desk"]["call"]["state"] == "over")


async def socket_of(url: str) -> str:
    """Return the address of the page's socket, with the key of the page."""
    async with aiohttp.ClientSession() as session, session.get(url) as page:
        (key,) = re.findall(r'<meta name="key" content="([\w-]+)">', await page.text())
    return f"{url}socket?key={key}"


def test_a_saved_agent_is_used_on_the_next_call(terminal: Terminal, project: Path) -> None:
    file = project / "functions" / "agents" / "front_desk.py"
    sound = file.read_text()

    async def edit(url: str) -> None:
        async with aiohttp.ClientSession() as session, session.ws_connect(await socket_of(url)) as ws:
            page = Page(ws)
            await page.shows(lambda now: now["desk"]["fault"] is None)
            file.write_text(f"{sound}\nagent = Agent(\n")
            terminal.shows("functions/agents/front_desk.py, line ")
            terminal.shows("SyntaxError: '(' was never closed")
            # A file that is half written has another fault, for a moment.
            await page.shows(lambda now: "'(' was never closed" in (now["desk"]["fault"] or {"text": ""})["text"])
            await page.call("Rosa's,")
            file.write_text(sound.replace("Rosa's, good evening! How", "Buonasera! How"))
            terminal.shows("The agents answer as you have saved them.")
            await page.shows(lambda now: now["desk"]["fault"] is None)
            await page.call("Buonasera!")
            terminal.type("/hangup")
            terminal.shows("[call completed]")
            told = page.known["desk"]["news"]
            file.write_text(f"{sound}\n")
            await page.shows(lambda now: now["desk"]["news"] not in ("", told))
            await page.call("Rosa's,")
            terminal.type("/quit")

    terminal.shows("are at ")
    (url,) = re.findall(r"http://127\.0\.0\.1:\d+/", terminal.screen)
    asyncio.run(edit(url))
    assert terminal.ends() == 0


def test_an_error_that_is_there_from_the_beginning_is_told_in_words(project: Path) -> None:
    file = project / "functions" / "agents" / "front_desk.py"
    file.write_text(file.read_text().replace('"ElevenLabs"', '"Nobody"'))
    terminal = Terminal(project)
    try:
        terminal.shows("functions/agents/front_desk.py, line ")
        terminal.shows("Voice.provider")
        assert terminal.ends() == 2
    finally:
        terminal.close()
