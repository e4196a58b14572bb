"""Names the text for machines that begins with a plain word: the steps of ReAct, and calls of the agent's own tools.

Sources: Yao et al., "ReAct" (`Thought:`, `Action:`, `Observation:`, `Final Answer:`); LangChain, "ReAct agent"
(`Action Input:`); Meta, "Llama: tool calling" (`[find(day="Friday")]`); Google, "Gemini"
(`print(default_api.find())`).
"""

import re
from collections.abc import Collection
from functools import lru_cache

from functions.relay.text.pattern import Pattern
from functions.relay.text.rules import NEVER
from functions.relay.text.section import Section
from functions.relay.text.tags import named

_STEPS = (
    *("Thought", "Thoughts", "Action", "Action Input", "Observation", "Tool Call", "Tool Input"),
    *("Thinking", "Thought process", "Thought Process", "Reasoning", "Analysis", "Reflection", "Scratchpad"),
    *("Inner monologue", "Internal monologue", "Internal note", "Internal reasoning", "Internal thoughts"),
    *("thought", "action", "action_input", "Action_Input", "observation"),
    *("thinking", "reasoning", "Note to self", "Chain of thought", "Chain of Thought"),
)
_LAST = ("Final Answer",)
_GIVENS = ("Arguments", "Args", "Parameters")
_COLON = r"(?:[ ]\d{1,2})?[*_]{0,2}:[*_]{0,2}"

_STEP_ENDS = Pattern(r"(?P<close>\n|(?=Final Answer[*_]{0,2}:))")
_PARTS = Pattern(
    r"""'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|(?P<open>[(\[{])|(?P<close>[)\]}])""", re.DOTALL
)

_MODULE = r"(?:functions|default_api|tools?)\."
_GIVEN = r"\s{0,3}(?:\)|[\"'{]|\d|[A-Za-z_]\w{0,40}\s?=)"


def _begun(words: Collection[str]) -> str:
    """Return a pattern of all beginnings of these words, the longest first."""
    begun = {word[:end] for word in words for end in range(1, len(word) + 1)}
    return "|".join(map(re.escape, sorted(begun, key=len, reverse=True)))


def _any(words: Collection[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_TO = rf"(?:t|to|to=[\w.]{{0,90}}\s{{0,3}}(?:{_begun(('json', 'code'))})?\s{{0,3}}<?)?"

STEPS = (
    Section(
        rf"(?:{_begun((*_STEPS, *_GIVENS))})(?:[ ]\d{{0,2}})?[*_]{{0,2}}(?::[*_]{{0,2}}\s{{0,3}})?",
        Pattern(rf"(?i:(?:action|tool)[ _](?:input|call)|{_any(_GIVENS)}){_COLON}\s{{0,3}}\{{"),
        lambda _: _PARTS,
    ),
    Section(
        rf"(?:{_begun(_STEPS)})(?:[ ]\d{{0,2}})?[*_]{{0,2}}",
        Pattern(rf"(?:{_any(_STEPS)}){_COLON}"),
        lambda _: _STEP_ENDS,
    ),
    Section(
        rf"(?:{_begun(_LAST)})[*_]{{0,2}}(?::[*_]{{0,2}})?",
        Pattern(rf"(?:{_any(_LAST)}){_COLON}"),
        lambda _: None,
    ),
    # OpenAI's harmony without its delimiters: `analysisThe user asks.assistantfinalYes.`
    Section(
        _begun(("analysis",)),
        Pattern(r"analysis(?=[A-Z])"),
        lambda _: Pattern(r"(?P<close>assistantfinal)"),
    ),
    Section(
        rf"(?:{_begun(('assistantcommentary', 'commentary', 'assistant '))}|(?:assistant ?)?(?:commentary)? ?{_TO})",
        Pattern(r"(?:assistant ?)?(?:commentary)? ?to=[\w.]{1,90}\s{0,3}(?:json|code)?\s{0,3}\{"),
        lambda _: _PARTS,
    ),
    Section(NEVER, Pattern(r"(?:assistant ?)?to=functions\.[\w.]{1,90}\s{0,3}(?=<\|)"), lambda _: None),
    Section(
        rf"(?:{_begun(('json',))})|json\s{{0,3}}(?:\{{\s{{0,20}})?",
        Pattern(r"json\s{0,3}\{(?=\s{0,20}[\"'])"),
        lambda _: _PARTS,
    ),
)
"""The steps of ReAct, each a line, but the last one's words are for the caller; and channels without delimiters."""


def _call_begun(tools: frozenset[str]) -> str:
    """Return a pattern of the beginnings of a call of these tools."""
    modules = _begun(("functions.", "default_api.", "tools.", "tool."))
    given = r"\s{0,3}[A-Za-z_]{0,41}\w{0,40}\s?"
    called = rf"(?:{_any(tools)})(?:\((?:{given})?|[ :]{{0,2}}(?:\{{\s{{0,3}})?|:\d{{0,3}}(?:\{{\s{{0,3}})?)"
    return rf"(?:(?:{modules})|(?:{_MODULE})?(?:(?:{_begun(tools)})|{called}))"


@lru_cache
def calls_of(tools: frozenset[str]) -> tuple[Section, ...]:
    """Return the sections for calls of these tools that a model writes as text, such as `find(day="Friday")`."""
    if not tools:
        return ()
    names, start = _any(tools), _call_begun(tools)
    return (
        Section(
            start,
            Pattern(rf"(?:{_MODULE})?(?:{names})(?:\((?={_GIVEN})|(?::\d{{1,3}}|[ ]?:?[ ]?)\{{(?=\s{{0,3}}[\"'}}]))"),
            lambda _: _PARTS,
        ),
        Section(
            rf"(?:{_begun(('print(', '['))}|(?:print\(|\[)\s{{0,3}}{start})",
            Pattern(rf"(?:print\(|\[)(?=\s{{0,3}}(?:{_MODULE})?(?:{names})\()"),
            lambda _: _PARTS,
        ),
        Section(_begun(("functools[",)), Pattern(r"functools\["), lambda _: _PARTS),
        named(tools),
    )


@lru_cache
def lines_of(tools: frozenset[str]) -> tuple[Section, ...]:
    """Return the sections for calls of these tools that fill a line: `result = await find(day="Friday")`."""
    if not tools:
        return ()
    into, wait = r"[a-z_]\w{0,40}[ ]?", r"(?:await[ ])"
    return (
        Section(
            rf"(?:{into}(?:={{1}}[ ]?)?)?(?:{_begun(('await ',))}|{wait}?{_call_begun(tools)})?",
            Pattern(rf"(?:{into}=[ ]?{wait}?|{wait})(?:{_MODULE})?(?:{_any(tools)})\((?={_GIVEN})"),
            lambda _: _PARTS,
        ),
    )


@lru_cache
def first_of(tools: frozenset[str]) -> str:
    """Return a pattern of the characters with which a call of these tools may begin, at the start of a word."""
    letters = {name[0] for name in tools} | set("fdtp")
    return "".join(map(re.escape, sorted(letters))) if tools else ""
