"""`make langflow-check`: runs a real Langflow, with a small flow that needs no model, and two calls through it.

Langflow is installed into its own environment below .build/: 1.4 GB, a minute with a warm package cache. It listens
on 127.0.0.1 only, and its data is deleted with its folder. It is not a part of `make test`.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import urllib3
from uv import find_uv_bin

from local.dev_stack import dev_stack
from local.environment import environ
from local.phone import Phone
from tests.fixtures.agents import instead_of_the_users
from tests.ports import free_port

PACKAGE = "langflow-base==1.13.0"
HOME = Path(".build/langflow")
STARTS_S = 300
"""Seconds in which Langflow must answer after its start."""

FLOW = """
import json
from langchain_core.messages import AIMessageChunk
from lfx.components.input_output import ChatInput, ChatOutput
from lfx.custom.custom_component.component import Component
from lfx.graph import Graph
from lfx.io import MessageInput, Output
from lfx.schema.message import Message


class Desk(Component):
    display_name = name = "Desk"
    inputs = [MessageInput(name="said", display_name="Said")]
    outputs = [Output(name="answer", display_name="Answer", method="answer")]

    def answer(self) -> Message:
        from langchain_core.messages import AIMessageChunk

        said = self.said.text
        person = '@transfer_to_human {"reason": "asked for a person"}'
        order = person if "person" in said else "@say_goodbye {}" if "bye" in said.lower() else ""

        async def words():
            for word in ("You ", "said: ", said, "." if said[-1].isalpha() else "", chr(10), order):
                yield AIMessageChunk(content=word)

        return Message(text=words())


said, desk, answer = ChatInput(_id="said"), Desk(_id="desk"), ChatOutput(_id="answer")
desk.set(said=said.message_response)
answer.set(input_value=desk.answer)
print(json.dumps(Graph(said, answer).dump(name="Hotline", description="Says what it hears.")))
"""
"""Written with Langflow's own library, so that it fits the installed version."""


def main() -> int:
    """Install, start, call; return the exit status."""
    python = _installed()
    with tempfile.TemporaryDirectory(dir=HOME) as folder, _running(python, Path(folder)) as url:
        flow, key = _prepared(python, url, Path(folder))
        given = {"LANGFLOW_URL": url, "LANGFLOW_FLOW_ID": flow, "LANGFLOW_API_KEY": key}
        with environ(given), instead_of_the_users(), dev_stack("langflow") as line, line.phone() as phone:
            faults = [*_a_goodbye(phone), *_a_person(phone)]
    print(*faults, sep="\n", end="\n" if faults else "", file=sys.stderr)
    if not faults:
        print("Two calls went through a real Langflow.")
    return bool(faults)


def _a_goodbye(phone: Phone) -> Iterator[str]:
    """Let the flow answer a call, then end it; yield what went wrong."""
    call = phone.dial()
    if (heard := call.say("Hello there")) != "You said: Hello there.":
        yield f"The flow's words did not come through: {heard!r}"
    call.say("Bye")
    if call.wait_until_over().outcome != "completed" or not call.heard.endswith("You said: Bye."):
        yield f"The flow did not end the call: {call.outcome}, {call.heard!r}"
    print(call.transcript)


def _a_person(phone: Phone) -> Iterator[str]:
    """Let the flow put a caller through; yield what went wrong."""
    call = phone.dial()
    call.say("Give me a person, please.")
    if call.wait_until_over().dialed is None:
        yield f"The flow put nobody through: {call.heard!r}"
    print(call.transcript)


def _installed() -> Path:
    """Return the Python of Langflow's environment, made once."""
    python = HOME / "venv" / "bin" / "python"
    if not python.exists():
        print(f"Installing {PACKAGE} into {HOME}: about 1.4 GB …", flush=True)
        HOME.mkdir(parents=True, exist_ok=True)
        subprocess.run([find_uv_bin(), "venv", "-q", "--python", sys.executable, str(HOME / "venv")], check=True)
        command = [find_uv_bin(), "pip", "install", "-q", "--python", str(python), PACKAGE]
        subprocess.run(command, check=True)
    return python


@contextmanager
def _running(python: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    settings = {
        "LANGFLOW_CONFIG_DIR": str(folder.resolve()),
        "LANGFLOW_AUTO_LOGIN": "true",
        "LANGFLOW_CREATE_STARTER_PROJECTS": "false",
        "DO_NOT_TRACK": "true",
    }
    command = [str(python), "-m", "langflow", "run", "--host", "127.0.0.1", "--port", str(port), "--backend-only"]
    with (folder / "server.log").open("w") as log:
        # Its own session: Langflow starts workers, which must end with it.
        server = subprocess.Popen(
            command,
            env={**os.environ, **settings},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_for(f"{url}/health", server)
            yield url
        finally:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _wait_for(url: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + STARTS_S
    while time.monotonic() < until and server.poll() is None:
        try:
            if urllib3.request("GET", url, timeout=2, retries=False).status == 200:
                return
        except urllib3.exceptions.HTTPError:
            pass  # it does not listen yet
        time.sleep(0.5)
    raise SystemExit(f"Langflow did not start within {STARTS_S} s.")


def _prepared(python: Path, url: str, folder: Path) -> tuple[str, str]:
    """Return the id of a new flow and a new key."""
    script = folder / "flow.py"
    script.write_text(FLOW)
    flow = subprocess.run([str(python), str(script)], check=True, stdout=subprocess.PIPE).stdout.splitlines()[-1]
    token = _json("GET", f"{url}/api/v1/auto_login")["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    key = str(_json("POST", f"{url}/api/v1/api_key/", {"name": "hotline"}, bearer)["api_key"])
    made = str(_json("POST", f"{url}/api/v1/flows/", json.loads(flow), {"x-api-key": key})["id"])
    # The first run of a flow builds its components, which takes longer than a caller waits.
    _json("POST", f"{url}/api/v1/run/{made}", {"input_value": "Hello"}, {"x-api-key": key})
    return made, key


def _json(method: str, url: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
    return urllib3.request(method, url, json=body, headers=headers).json()


if __name__ == "__main__":
    sys.exit(main())
