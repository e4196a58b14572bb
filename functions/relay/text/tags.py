"""Names the tags that models put around text for machines, such as `<thinking>` and `<invoke name="…">`.

A tag is for machines by its name. A tag of another name is markup, and its content is for the caller.
"""

import re
from collections.abc import Collection

from functions.relay.text.pattern import Pattern
from functions.relay.text.prefixes import any_of, begun
from functions.relay.text.section import Section

THOUGHT = ("thinking", "thought", "reasoning", "scratchpad", "scratch_pad", "monologue", "reflection", "analysis")
_OF_CALLS = ("call", "code", "use", "result", "response", "output", "input", "request")
CALLED = (
    *(f"{of}{sign}{one}" for of in ("tool", "function") for sign in ("", "_", "-") for one in _OF_CALLS),
    "invoke",
)
CALLS = rf"(?:tool|function)s?[_-]?(?:{'|'.join(_OF_CALLS)})|invoke"
"""Matches a name of `CALLED`, also after a plural: `functions_call`."""

WHOLE = (
    *("think", "reason", "plan", "planning", "cot", "chain_of_thought", "rationale", "internal", "deliberation"),
    *("tools", "tool", "function", "functions", "toolcall", "toolcalls", "parameter", "parameters", "arguments"),
    *("script", "style", "svg", "pre", "artifact", "antartifact", "code_block", "json", "system", "system-reminder"),
    *("execute", "observation", "ref", "footnote", "citation", "citations", "source", "sources", "references"),
    *("action", "actions", "query", "search", "context", "memory", "thinks"),
    *("param", "params", "argument", "arg", "args", "note", "notes", "step", "steps", "state"),
    *("draft", "brainstorm", "critique", "commentary", "metadata", "intent", "entities", "slots", "render"),
    *("brainstorming", "strategy", "assess", "assessment", "evaluation", "verification", "verify", "working"),
    *("workings", "self_check", "inner_voice", "inner_thoughts", "meta", "ponder", "rethink"),
)
_FAMILIES = (
    r"think_\w{1,60}|\w{1,20}_think|(?:tool|function)s?(?:[_-][\w-]{1,20}|(?:arg|param|name|error)\w{0,10})"
    r"|(?:execute|system|source|arg|user)_\w{1,20}|\w{1,20}_arg_\w{1,20}"
)
"""Matches names that begin or end alike, such as `tool_input`, `arg_key` and `longcat_think`."""

_SPOKEN = "answer|final|response|reply|output|message|speech|speak|spoken|say|said|text"
_TOOL = rf"(?!\w{{0,60}}(?:{_SPOKEN}))[a-z]\w{{0,30}}_\w{{1,30}}"
"""Matches a tool's name that is used as a tag, and not a tag whose content is for the caller."""

_SPACE = r"(?:[\w.-]{1,20}:|[|\uff5c]\w{1,20}[|\uff5c])?"
_NAME = (
    rf"(?:[\w.-]{{0,30}}(?:{'|'.join(THOUGHT)}|{CALLS})[\w.-]{{0,30}}|(?:ant)?(?:{'|'.join(WHOLE)}|{_FAMILIES}))"
    r"(?:=[\w.-]{1,60})?"
)
_ATTRIBUTES = r"""(?:\s(?:[^<>"']|"[^"]{0,300}"|'[^']{0,300}'){0,300})?"""
_UNFINISHED = r"""(?:\s(?:[^<>"']|"[^"]{0,300}"|'[^']{0,300}'){0,300}(?:"[^"]{0,300}|'[^']{0,300})?)?"""

_ESCAPED, _ESCAPED_ENDS = ("&lt;", r"\<", r"\u003c"), ("&gt;", r"\>", r"\u003e")
_LESS, _GREATER = (rf"(?:{one})" for one in (f"[<◁]|{any_of(_ESCAPED)}", f"[>▷]|{any_of(_ESCAPED_ENDS)}"))
"""Match the signs of a tag, also as a server or a model escapes them."""

_PLAIN_ATTRIBUTES = r"\s[^<>&\\\n]{0,100}"
_THOUGHTS = "|".join((*THOUGHT, "think"))


def _delimiters(tag: re.Match[str]) -> Pattern | None:
    if tag["single"]:
        return None
    name = re.escape(tag["name"].partition("=")[0])
    if re.search(_THOUGHTS, name, re.IGNORECASE):  # a model may close a thought by another of its names
        name = rf"(?:{name}|{_THOUGHTS})"
    return Pattern(
        rf"(?P<close>{_LESS}\s{{0,3}}/\s{{0,3}}{_SPACE}{name}\s{{0,3}}{_GREATER})"
        rf"|(?P<open>{_LESS}{_SPACE}{name}(?:[\s=](?:[^<>]{{0,60}}[^<>/])?)?{_GREATER})",
        re.IGNORECASE,
    )


TAGS = (
    # A tag with a space in front, such as `< think>`, and its end where nothing has begun
    Section(
        r"(?i:<[ ]{1,2}(?:/[ ]?)?(?:[\w.-]{0,60})[ ]{0,2})",
        Pattern(rf"<[ ]{{1,2}}(?:(?P<single>/[ ]?)|)(?P<name>{_NAME})[ ]{{0,2}}>", re.IGNORECASE),
        _delimiters,
    ),
    # Claude's, Nova's, DeepSeek's, Qwen's and Hermes' tags; Llama's `<function=name>`; Kimi's `◁think▷`
    Section(
        rf"(?i:[<◁]{_SPACE}(?:[\w.:=-]{{0,90}}|{_NAME}{_UNFINISHED}/?))",
        Pattern(
            rf"[<◁]{_SPACE}(?P<name>{_NAME})(?:{_ATTRIBUTES}(?<!/)(?P<single>/)?[>▷]|{_UNFINISHED}\Z)", re.IGNORECASE
        ),
        _delimiters,
    ),
    # The end of a section that has not begun: the server took its beginning away
    Section(
        r"(?i:[<◁]/(?:[|\uff5c]\w{0,20}[|\uff5c]?)?[\w.:=-]{0,90}\s{0,3})",
        Pattern(rf"[<◁]/{_SPACE}(?:{_NAME})\s{{0,3}}[>▷]", re.IGNORECASE),
        lambda _: None,
    ),
    # An escaped tag: `&lt;thinking&gt;`, `\<think\>`, `\u003cthink\u003e`
    Section(
        rf"(?i:{begun(_ESCAPED)}|(?:{any_of(_ESCAPED)})/?(?:[\w.=-]{{0,90}}|{_NAME}{_PLAIN_ATTRIBUTES})"
        rf"(?:{begun(_ESCAPED_ENDS)})?)",
        Pattern(
            rf"(?:{any_of(_ESCAPED)})(?P<single>/)?(?P<name>{_NAME})(?:{_PLAIN_ATTRIBUTES})?{_GREATER}", re.IGNORECASE
        ),
        _delimiters,
    ),
    # A tool's name as a tag, such as `<find_table><day>`; but `<first_name>` in a sentence stands for a name
    Section(
        rf"(?i:<{_TOOL}{_UNFINISHED}(?:>\s{{0,5}})?)",
        Pattern(rf"<(?P<name>{_TOOL}){_ATTRIBUTES}(?P<single>(?!))?>(?=\s{{0,5}}[<{{\[])", re.IGNORECASE),
        _delimiters,
    ),
)
"""Sections between two tags."""


def named(tools: Collection[str]) -> Section:
    """Return the section of a tag with the name of one of these tools, such as `<book>Friday</book>`."""
    names = "|".join(map(re.escape, sorted(tools, key=len, reverse=True)))
    return Section(
        rf"<(?:[\w-]{{0,64}}|(?:{names}){_UNFINISHED}/?)",
        Pattern(rf"<(?P<name>{names}){_ATTRIBUTES}(?<!/)(?P<single>/)?>"),
        _delimiters,
    )
