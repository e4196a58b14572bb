"""Reads YAML. Its errors name the file, the line and the key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from yaml import MappingNode, Node, ScalarNode, SequenceNode


class ScenarioError(ValueError):
    """A scenario that cannot be run; `str(error)` names the file, the line, the key and the cure."""


@dataclass(frozen=True, slots=True)
class YamlNode:
    """A value in a file, by its key, such as `must[1].hears`."""

    path: Path
    key: str
    node: Node

    def error(self, what: str) -> ScenarioError:
        """Return an error about this value."""
        key = f"{self.key} " if self.key else ""
        return ScenarioError(f"{self.path}:{self.node.start_mark.line + 1}: {key}{what}")

    def fields(self, known: tuple[str, ...]) -> Mapping[str, "YamlNode"]:
        """Return the values of a mapping by their keys. Raises ScenarioError for an unknown key."""
        if not isinstance(self.node, MappingNode):
            raise self.error(f"is not a mapping; its keys are {', '.join(known)}.")
        found: dict[str, YamlNode] = {}
        for name, value in self.node.value:
            key = str(name.value)
            here = YamlNode(self.path, f"{self.key}.{key}".strip("."), name)
            if key not in known:
                raise here.error(f"is not a key of a scenario; use one of {', '.join(known)}.")
            if key in found:
                raise here.error("stands there twice.")
            found[key] = YamlNode(self.path, here.key, value)
        return found

    @property
    def plain(self) -> bool:
        """Whether it is a text or a number, not a list or a mapping."""
        return isinstance(self.node, ScalarNode)

    def listed(self) -> tuple["YamlNode", ...]:
        """Return the items of a list, or the value itself if it is not a list."""
        return tuple(self.items()) if isinstance(self.node, SequenceNode) else (self,)

    def items(self) -> Iterator["YamlNode"]:
        """Return the items of a list. Raises ScenarioError for anything else."""
        if not isinstance(self.node, SequenceNode):
            raise self.error("is not a list; begin each item with a dash.")
        for number, node in enumerate(self.node.value):
            yield YamlNode(self.path, f"{self.key}[{number}]", node)

    def text(self) -> str:
        """Return a text as it is written, so that a number such as +1555… stays a text. Raises ScenarioError."""
        if not isinstance(self.node, ScalarNode) or not self.node.value.strip():
            raise self.error("is no text.")
        return str(self.node.value).strip()

    def texts(self) -> tuple[str, ...]:
        """Return a text, or the texts of a list. Raises ScenarioError."""
        return tuple(one.text() for one in self.listed())

    def whole(self) -> int:
        """Return a whole number, 1 or more. Raises ScenarioError."""
        text = self.text()
        if not text.isdecimal() or not int(text):
            raise self.error(f"is {text!r}; write a whole number, 1 or more.")
        return int(text)

    def values(self) -> Mapping[str, Any]:
        """Return a mapping with its values as YAML types them. Raises ScenarioError for anything else."""
        value = yaml.safe_load(yaml.serialize(self.node))
        if not isinstance(value, dict):
            raise self.error("is not a mapping, such as {reference: K4T9}.")
        return {str(key): its for key, its in value.items()}


def root(path: Path) -> YamlNode:
    """Return the content of a file. Raises ScenarioError if it is not YAML."""
    try:
        node = yaml.compose(path.read_text(), Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ScenarioError(f"{path}:{line}: is not YAML: {error.problem}.") from error
    if node is None:
        raise ScenarioError(f"{path}:1: is empty.")
    return YamlNode(path, "", node)
