"""Names the text for machines that begins with a plain word: the steps of ReAct, and calls of the agent's own tools.

Sources: Yao et al., "ReAct" (`Thought:`, `Action:`, `Observation:`, `Final Answer:`); LangChain, "ReAct agent"
(`Action Input:`); Meta, "Llama: tool calling" (`[find(day="Friday")]`); Google, "Gemini"
(`print(default_api.find())`).
"""

import re
from functools import lru_cache

from functions.relay.text.pattern import Pattern
from functions.relay.text.prefixes import any_of, begun, listed
from functions.relay.text.rules import NEVER
from functions.relay.text.section import Section
from functions.relay.text.tags import named

_STEPS = listed(
    "Thought, Thoughts, Action, Action Input, Observation, Tool Call, Tool call, Tool Input, Thinking, Thought "
    "process, Thought Process, Reasoning, Analysis, Reflection, Scratchpad, Inner monologue, Internal monologue, "
    "Internal note, Internal reasoning, Internal thoughts, thought, action, action_input, Action_Input, observation, "
    "thinking, reasoning, Note to self, Chain of thought, Chain of Thought, tool_call, tool_calls, tool_use, "
    "function_call, tool_code, tool_name, THOUGHT, THOUGHTS, THINKING, REASONING, ANALYSIS, ACTION, ACTION INPUT, "
    "OBSERVATION, Internal thought, Internal Thought, Internal Thoughts, Internal Reasoning, INTERNAL THOUGHT"
)
_LAST = listed(
    "Final Answer, Final answer, final answer, Answer, Response, Reply, Output, Spoken response, Assistant, "
    "assistant, AI, Bot"
)
"""Labels before words for the caller."""
_OTHERS = ("Human", "User", "HUMAN", "USER")
"""Labels of the caller's next words, which a model makes up: nothing after them is an answer to what was said."""
_GIVENS = listed(
    "arguments, args, parameters, action input, action_input, action call, action_call, tool input, tool_input, "
    "tool call, tool_call"
)
"""Labels of a call's arguments, in any case. JSON follows."""
_COLON = r"(?:[ ]\d{1,2})?[*_]{0,2}:[*_]{0,2}"

_STEP_ENDS = Pattern(r"(?P<close>\n|(?=Final Answer[*_]{0,2}:))")
_PARTS = Pattern(
    r"""'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|(?P<open>[(\[{])|(?P<close>[)\]}])""", re.DOTALL
)

_MODULE = r"(?:functions|default_api|tools?)\."
_GIVEN = r"\s{0,3}(?:\)|[\"'{]|\d|[A-Za-z_]\w{0,40}\s?=)"


_TO = rf"(?:t|to|to=[\w.]{{0,90}}\s{{0,3}}(?:{begun(('json', 'code'))})?\s{{0,3}}<?)?"

STEPS = (
    Section(
        rf"(?i:{begun(_GIVENS)})(?:[ ]\d{{0,2}})?[*_]{{0,2}}(?::[*_]{{0,2}}\s{{0,3}})?",
        Pattern(rf"(?i:{any_of(_GIVENS)}){_COLON}\s{{0,3}}\{{"),
        lambda _: _PARTS,
    ),
    Section(
        rf"(?:{begun(_STEPS)})(?:[ ]\d{{0,2}})?[*_]{{0,2}}",
        Pattern(rf"(?:{any_of(_STEPS)}){_COLON}"),
        lambda _: _STEP_ENDS,
    ),
    Section(
        rf"(?:{begun(_LAST)})[*_]{{0,2}}(?::[*_]{{0,2}})?",
        Pattern(rf"(?:{any_of(_LAST)}){_COLON}"),
        lambda _: None,
    ),
    Section(
        rf"(?:{begun(_OTHERS)})[*_]{{0,2}}(?::[*_]{{0,2}})?",
        Pattern(rf"(?:{any_of(_OTHERS)})[*_]{{0,2}}:[*_]{{0,2}}(?=\s)"),
        lambda _: Pattern("(?!)"),
    ),
    # A call of a tool that is not the agent's: `end_call()`
    Section(
        r"[a-z][a-z\d]{0,20}(?:_\w{0,40})?(?:\(\s{0,3}[A-Za-z_]{0,41}\w{0,40}\s?)?",
        Pattern(rf"[a-z][a-z\d]{{0,20}}_\w{{1,40}}\((?={_GIVEN})"),
        lambda _: _PARTS,
    ),
    # OpenAI's harmony without some of its delimiters: `assistant<|channel|>final<|message|>Yes.`
    Section(
        rf"(?:{begun(('assistant', 'final'))})<?\|?",
        Pattern(r"(?:assistant|final)(?=<\|)"),
        lambda _: None,
    ),
    Section(
        rf"(?:{begun(('analysis', 'commentary'))})(?:<[|a-z]{{0,10}})?",
        Pattern(r"(?:analysis|commentary)(?=<\|message\|>)"),
        lambda _: Pattern(r"(?P<close><\|(?:end|call|return)\|>|(?=<\|(?:start|channel)\|>))"),
    ),
    Section(begun(("assistantfinal",)), Pattern(r"assistantfinal"), lambda _: None),
    # OpenAI's harmony without its delimiters: `analysisThe user asks.assistantfinalYes.`
    Section(
        begun(("analysis", "assistantanalysis")),
        Pattern(r"(?:assistant)?analysis(?=[A-Z])"),
        lambda _: Pattern(r"(?P<close>assistantfinal)"),
    ),
    Section(
        rf"(?:{begun(('assistantcommentary', 'commentary', 'assistant '))}|(?:assistant ?)?(?:commentary)? ?{_TO})",
        Pattern(r"(?:assistant ?)?(?:commentary)? ?to=[\w.]{1,90}\s{0,3}(?:json|code)?\s{0,3}\{"),
        lambda _: _PARTS,
    ),
    Section(NEVER, Pattern(r"(?:assistant ?)?to=[\w.]{1,90}\s{0,3}(?:json|code)?\s{0,3}(?=<\|)"), lambda _: None),
    Section(
        rf"(?:{begun(('json',))})|json\s{{0,3}}(?:\{{\s{{0,20}})?",
        Pattern(r"json\s{0,3}\{(?=\s{0,20}[\"'])"),
        lambda _: _PARTS,
    ),
)
"""The steps of ReAct, each a line, but the last one's words are for the caller; and channels without delimiters."""


def _call_begun(tools: frozenset[str]) -> str:
    """Return a pattern of the beginnings of a call of these tools."""
    modules = begun(("functions.", "default_api.", "tools.", "tool."))
    given = r"\s{0,3}[A-Za-z_]{0,41}\w{0,40}\s?"
    called = rf"(?:{any_of(tools)})(?:\((?:{given})?|[ ]?:?[ ]?(?:\{{\s{{0,3}})?|:\d{{0,3}}(?:\{{\s{{0,3}})?)"
    return rf"(?:(?:{modules})|(?:{_MODULE})?(?:(?:{begun(tools)})|{called}))"


_VERBS = listed(
    "call, calls, calling, called, use, uses, using, invoke, invokes, invoking, run, runs, running, execute, "
    "executes, executing, tool, function"
)


def _announced(tools: frozenset[str]) -> Section:
    """Return the section for a note that a tool is called: `[Calling find]`, `*calls find_table*`, `(find_table)`."""
    names, never_words = any_of(tools), any_of([name for name in tools if "_" in name]) or "(?!)"
    verb, end = rf"(?i:{any_of(_VERBS)})", rf"(?:the )?[`'\"]?(?:{begun(tools)})?"
    return Section(
        rf"(?:\[|\(|\*\*?)"
        rf"(?:(?i:{begun(_VERBS)})|{verb}(?:[ ]|:[ ]?)(?:{begun(('the ',))}|{end})|{begun(tools)})?",
        Pattern(
            rf"(?P<sign>\[|\(|\*\*?)(?:{verb}(?:[ ]|:[ ]?)(?:the )?[`'\"]?(?:{names})|(?:{never_words}))(?=[^\w(])"
        ),
        lambda opened: Pattern(rf"(?P<close>{re.escape(_CLOSERS[opened['sign']])}|\n)"),
    )


_CLOSERS = {"[": "]", "(": ")", "*": "*", "**": "**"}


@lru_cache
def calls_of(tools: frozenset[str]) -> tuple[Section, ...]:
    """Return the sections for calls of these tools that a model writes as text, such as `find(day="Friday")`."""
    if not tools:
        return ()
    names, start = any_of(tools), _call_begun(tools)
    return (
        Section(
            start,
            Pattern(rf"(?:{_MODULE})?(?:{names})(?:\((?={_GIVEN})|(?::\d{{1,3}}|[ ]?:?[ ]?)\{{(?=\s{{0,3}}[\"'}}]))"),
            lambda _: _PARTS,
        ),
        Section(
            rf"(?:{begun(('print(', '['))}|(?:print\(|\[)\s{{0,3}}{start})",
            Pattern(rf"(?:print\(|\[)(?=\s{{0,3}}(?:{_MODULE})?(?:{names})\()"),
            lambda _: _PARTS,
        ),
        Section(begun(("functools[",)), Pattern(r"functools\["), lambda _: _PARTS),
        Section(
            rf"(?:{begun(('multi_tool_use.parallel',))})\s{{0,3}}",
            Pattern(r"multi_tool_use\.parallel\s{0,3}[({]"),
            lambda _: _PARTS,
        ),
        _announced(tools),
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
            rf"(?:{into}(?:={{1}}[ ]?)?)?(?:{begun(('await ',))}|{wait}?{_call_begun(tools)})?",
            Pattern(rf"(?:{into}=[ ]?{wait}?|{wait})(?:{_MODULE})?(?:{any_of(tools)})\((?={_GIVEN})"),
            lambda _: _PARTS,
        ),
    )


@lru_cache
def first_of(tools: frozenset[str]) -> str:
    """Return a pattern of the characters with which a call of these tools may begin, at the start of a word."""
    letters = {name[0] for name in tools} | set("fdtpm")
    return "".join(map(re.escape, sorted(letters))) if tools else ""
