"""A scenario: who calls which agent, and what must and must not happen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.agents import AGENTS
from functions.relay import Agent
from local.evals.reading import ScenarioError, YamlNode, root
from local.testing import AgentCall, ExpectationError
from local.testing.phone import CALLER

KEYS = ("agent", "persona", "caller", "number", "parameters", "must", "must_not", "judge", "within", "turns")
DEEDS = ("presses", "stays_silent")
VERBS = ("hears", "calls_tool", "hands_off", "says_goodbye")
MOST_TURNS = 8

SCENARIOS = Path(__file__).parent.parent.parent / "tests" / "evals"
"""Where the scenarios are."""


Deed = Callable[[AgentCall], object]
"""An action of a caller."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that happens on a call, in the words of `local.testing`."""

    words: str
    expect: Callable[[AgentCall], object]

    def broken(self, call: AgentCall) -> bool:
        """Whether it did not happen."""
        try:
            self.expect(call)
        except ExpectationError:
            return True
        return False


@dataclass(frozen=True, slots=True)
class Scenario:
    """One call. `caller` is what happens if no model plays the `persona`. With `parameters` the agent calls."""

    name: str
    agent: Agent | str
    """The agent, or its name in functions/agents."""

    caller: tuple[Deed, ...]
    persona: str = ""
    number: str = CALLER
    parameters: Mapping[str, str] | None = None
    must: tuple[Rule, ...] = ()
    must_not: tuple[Rule, ...] = ()
    judge: tuple[str, ...] = ()
    within_ms: int = 0
    turns: int = MOST_TURNS


def read(path: Path, instead: str = "") -> Scenario:
    """Return the scenario in a file; its name is the file's. Raises ScenarioError.

    `instead` names the agent that has the call in place of the scenario's own.
    """
    whole = root(path)
    given = whole.fields(KEYS)
    for needed in ("agent", "caller"):
        if needed not in given:
            raise whole.error(f"{needed} is missing: {_CURES[needed]}.")
    if not given.keys() & {"must", "must_not", "judge", "within"}:
        raise whole.error("must is missing: a scenario that expects nothing cannot fail.")
    own = _agent(given["agent"])
    agent = AGENTS[instead] if instead else own
    return Scenario(
        name=path.stem,
        agent=instead or given["agent"].text(),
        caller=tuple(_deed(one) for one in given["caller"].listed()),
        persona=given["persona"].text() if "persona" in given else "",
        number=given["number"].text() if "number" in given else CALLER,
        parameters=_parameters(given.get("parameters")),
        must=_rules(given.get("must"), agent),
        must_not=_rules(given.get("must_not"), agent),
        judge=given["judge"].texts() if "judge" in given else (),
        within_ms=given["within"].whole() if "within" in given else 0,
        turns=given["turns"].whole() if "turns" in given else MOST_TURNS,
    )


_CURES = {
    "agent": "name one of functions/agents",
    "caller": "list what the caller says when no model plays them",
}


def _agent(node: YamlNode) -> Agent:
    name = node.text()
    if name not in AGENTS:
        raise node.error(f"is {name!r}; functions.agents has {', '.join(AGENTS)}.")
    return AGENTS[name]


def saying(words: str) -> Deed:
    """Return the action that says a text."""
    return lambda call: call.say(words)


def _deed(node: YamlNode) -> Deed:
    if node.plain:
        return saying(node.text())
    match dict(node.fields(DEEDS)):
        case {"presses": keys, **more} if not more:
            pressed = keys.text()
            return lambda call: call.presses(pressed)
        case {"stays_silent": silence, **more} if not more:
            seconds = silence.whole()
            return lambda call: call.stays_silent(seconds)
    raise node.error(f"is neither a text nor one of {', '.join(DEEDS)}.")


def _parameters(node: YamlNode | None) -> Mapping[str, str] | None:
    return None if node is None else {name: str(value) for name, value in node.values().items()}


def _rules(node: YamlNode | None, agent: Agent) -> tuple[Rule, ...]:
    return () if node is None else tuple(_rule(one, agent) for one in node.items())


def _rule(node: YamlNode, agent: Agent) -> Rule:
    given = node.fields((*VERBS, "with"))
    verbs = [name for name in given if name != "with"]
    if len(verbs) != 1:
        raise node.error(f"names {len(verbs)} things; an item is one of {', '.join(VERBS)}.")
    if "with" in given and verbs != ["calls_tool"]:
        raise given["with"].error("belongs to calls_tool.")
    match verbs[0]:
        case "hears":
            texts = given["hears"].texts()
            return Rule(f"hears {', '.join(map(repr, texts))}", lambda call: call.hears(*texts))
        case "calls_tool":
            return _tool(given, agent)
        case "hands_off":
            to = _number(given["hands_off"])
            return Rule(f"hands off{f' to {to}' if to else ''}", lambda call: call.hands_off(to))
        case _:
            _flag(given["says_goodbye"])
            return Rule("says goodbye", lambda call: call.says_goodbye())


def _tool(given: Mapping[str, YamlNode], agent: Agent) -> Rule:
    name = given["calls_tool"].text()
    if name not in agent.toolbox:
        raise given["calls_tool"].error(f"is {name!r}; the agent's tools are {', '.join(agent.toolbox) or 'none'}.")
    arguments: Mapping[str, Any] = given["with"].values() if "with" in given else {}
    words = f"calls {name}{f' with {dict(arguments)}' if arguments else ''}"
    return Rule(words, lambda call: call.calls_tool(name, **arguments))


def _number(node: YamlNode) -> str:
    return "" if (text := node.text()) == "true" else text


def _flag(node: YamlNode) -> None:
    if node.text() != "true":
        raise node.error("is true or is left out; write what must not happen under must_not.")


def found(paths: list[Path]) -> list[Path]:
    """Return the named files and the files in the named folders. Raises ScenarioError if there is none."""
    files = [file for path in paths for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]
    if absent := [str(file) for file in files if not file.exists()]:
        raise ScenarioError(f"{', '.join(absent)}: no such file.")
    if not files:
        raise ScenarioError(f"{', '.join(map(str, paths))}: no scenario there; write a .yaml file.")
    return files
