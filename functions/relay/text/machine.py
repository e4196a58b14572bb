"""Leaves out what a model writes for itself or for a program: reasoning, tool calls, code blocks, comments, JSON.

Models are trained on many formats, and sometimes one of them comes as text. Each kind of section has a mark that
opens it and a mark that closes it. The text between them is never passed on. A section without an end lasts until the
end of the text. The result does not depend on where the stream was cut.

Sources: the chat templates of the models named below; CommonMark, "Fenced code blocks" and "HTML blocks".
"""

import re
from collections.abc import Sequence

from functions.relay.text.labels import LABELLED, SIGNS, is_cut_off
from functions.relay.text.pattern import Pattern
from functions.relay.text.plain_sections import STEPS, calls_of, first_of
from functions.relay.text.section import Section

REMOVED = "\ue000"
"""Replaces a section in the middle of a line, so that the text before and after it stays apart."""

_TAIL = 120
"""Characters that are kept of a section: those of the longest mark in it, of which only a part may have come."""

_THOUGHT = ("thinking", "thought", "reasoning", "scratchpad", "scratch_pad", "monologue", "reflection", "analysis")
_CALLED = (
    *("tool_call", "tool_code", "tool_use", "tool_result", "tool_response"),
    *("function_call", "function_result", "invoke"),
)
_WHOLE = (
    *("think", "reason", "plan", "planning", "cot", "chain_of_thought", "rationale", "internal", "deliberation"),
    *("tools", "tool", "function", "functions", "toolcall", "toolcalls", "parameter", "parameters", "arguments"),
    *("script", "style", "svg", "pre", "artifact", "antartifact", "code_block", "json", "system", "system-reminder"),
    *("execute", "observation", "ref", "footnote", "citation", "citations", "source", "sources", "references"),
    *("action", "actions", "query", "search", "context", "memory", "thinks"),
)
_SPOKEN = "answer|final|response|reply|output|message|speech|speak|spoken|say|said|text"
_TOOL = rf"(?!\w{{0,60}}(?:{_SPOKEN}))[a-z]\w{{0,30}}_\w{{1,30}}"
"""Matches a tool's name that is used as a tag, and not a tag whose content is for the caller."""

_BRACKETED = (
    *("THINK", "THINKING", "REASONING", "TOOL_CALL", "TOOL_CALLS", "TOOL_REQUEST", "TOOL_RESULT", "TOOL_RESULTS"),
    *("AVAILABLE_TOOLS", "INST", "SYSTEM_PROMPT"),
)
"""Marks of Mistral and LM Studio: `[TOOL_CALLS]`, `[THINK]` … `[/THINK]`, `[TOOL_REQUEST]` … `[END_TOOL_REQUEST]`."""

_ANY_CASE = rf"(?i:{'|'.join((*_THOUGHT, *_CALLED, 'think'))})"
_BRACKETS = "|".join((*sorted(_BRACKETED, key=len, reverse=True), _ANY_CASE))

_BAR, _NO_BAR = "[|\uff5c]", "[^<>|\uff5c\n]"
_SPACE = r"(?:[\w.-]{1,20}:|[|\uff5c]\w{1,20}[|\uff5c])?"
_NAME = (
    rf"(?:[\w.-]{{0,30}}(?:{'|'.join((*_THOUGHT, *_CALLED))})[\w.-]{{0,30}}|(?:ant)?(?:{'|'.join(_WHOLE)}))"
    r"(?:=[\w.-]{1,60})?"
)
_ATTRIBUTES = r"""(?:\s(?:[^<>"']|"[^"]{0,300}"|'[^']{0,300}'){0,300})?"""
_UNFINISHED = r"""(?:\s(?:[^<>"']|"[^"]{0,300}"|'[^']{0,300}'){0,300}(?:"[^"]{0,300}|'[^']{0,300})?)?"""
_ENDS_MARK = (
    rf"<{_BAR}(?:/{_NO_BAR}{{1,60}}|{_NO_BAR}{{0,60}}(?i:end|stop){_NO_BAR}{{0,60}}|e\w{{1,9}}_id|call|return"
    rf"|START_RESPONSE|START_TEXT){_BAR}>"
)
_ABOUT_TOOLS = r"(?i:tool|function|think|reason|thought|python_tag|action|analysis|plan)"


def _section(begun: str, opens: str, closes: str) -> Section:
    pattern = Pattern(f"(?P<close>{closes})")
    return Section(begun, Pattern(opens), lambda _: pattern)


def _tag_marks(tag: re.Match[str]) -> Pattern | None:
    if tag["single"]:
        return None
    name = re.escape(tag["name"].partition("=")[0])
    return Pattern(
        rf"(?P<close>[<◁]\s{{0,3}}/\s{{0,3}}{_SPACE}{name}\s{{0,3}}[>▷])"
        rf"|(?P<open>[<◁]{_SPACE}{name}(?:[\s=](?:[^<>]{{0,60}}[^<>/])?)?[>▷])",
        re.IGNORECASE,
    )


def _fence_marks(fence: re.Match[str]) -> Pattern:
    sign = fence[0][0]
    return Pattern(rf"(?P<close>{sign}{{{len(fence[0])},}}(?!{sign}|\Z))")


def _bracket_marks(mark: re.Match[str]) -> Pattern | None:
    return None if mark["single"] else Pattern(rf"(?P<close>\[(?:/|END_){mark['name']}\])", re.IGNORECASE)


_BRACES = r"(?P<open>\{)|(?P<close>\})"
_JSON = Pattern(rf'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|{_BRACES}', re.DOTALL)
_DICT = Pattern(rf"""'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|{_BRACES}""", re.DOTALL)

SECTIONS = (
    # A tag with a space in front, such as `< think>`, and its end where nothing has begun
    Section(
        r"(?i:<[ ]{1,2}(?:/[ ]?)?(?:[\w.-]{0,60})[ ]{0,2})",
        Pattern(rf"<[ ]{{1,2}}(?:(?P<single>/[ ]?)|)(?P<name>{_NAME})[ ]{{0,2}}>", re.IGNORECASE),
        _tag_marks,
    ),
    # Claude's, Nova's, DeepSeek's, Qwen's and Hermes' tags; Llama's `<function=name>`; Kimi's `◁think▷`
    Section(
        rf"(?i:[<◁]{_SPACE}(?:[\w.:=-]{{0,90}}|{_NAME}{_UNFINISHED}/?))",
        Pattern(
            rf"[<◁]{_SPACE}(?P<name>{_NAME})(?:{_ATTRIBUTES}(?<!/)(?P<single>/)?[>▷]|{_UNFINISHED}\Z)", re.IGNORECASE
        ),
        _tag_marks,
    ),
    # A tool's name as a tag, such as `<find_table><day>`; but `<first_name>` in a sentence stands for a name
    Section(
        rf"(?i:<{_TOOL}{_UNFINISHED}(?:>\s{{0,5}})?)",
        Pattern(rf"<(?P<name>{_TOOL}){_ATTRIBUTES}(?P<single>(?!))?>(?=\s{{0,5}}[<{{\[])", re.IGNORECASE),
        _tag_marks,
    ),
    # OpenAI's harmony: every channel but `final` is the model's own
    _section(
        r"<\|[a-z|]{0,10}(?:>\s{0,5}[a-z]{0,10})?",
        r"<\|channel\|>\s{0,5}(?:analysis|commentary)",
        r"<\|(?:end|call|return)\|>|(?=<\|(?:start|channel)\|>)",
    ),
    _section(r"<\|[a-z|]{0,10}", r"<\|(?:start|channel)\|>", r"<\|message\|>|(?=<\|channel\|>)"),
    # Headers of ChatML and of Llama: who speaks
    _section(r"<\|[a-z_|]{0,20}", r"<\|im_start\|>", r"assistant\n"),
    _section(r"<\|[a-z_|]{0,20}", r"<\|start_header_id\|>", r"assistant<\|end_header_id\|>"),
    # Marks around tool calls and thoughts: Llama's, Kimi's, Granite's, Phi's, Cohere's, DeepSeek's
    _section(
        rf"<(?:{_BAR}{_NO_BAR}{{0,120}}{_BAR}?)?",
        rf"<{_BAR}(?!/|{_NO_BAR}{{0,60}}(?i:end|stop)){_NO_BAR}{{0,60}}{_ABOUT_TOOLS}{_NO_BAR}{{0,60}}(?:{_BAR}>|\Z)",
        _ENDS_MARK,
    ),
    Section(
        rf"<{_BAR}{_NO_BAR}{{0,120}}{_BAR}?",
        Pattern(rf"<{_BAR}(?:{_NO_BAR}{{1,120}}{_BAR}>|{_NO_BAR}{{0,120}}{_BAR}?\Z)"),
        lambda _: None,
    ),
    Section(
        r"\[/?[A-Za-z_]{0,20}\]?",
        Pattern(rf"\[(?P<single>/)?(?P<name>{_BRACKETS})\]"),
        _bracket_marks,
    ),
    # Code blocks, comments, JSON; and the citations that ChatGPT wraps into characters for private use
    Section(r"`{1,2}", Pattern(r"`{3,}"), _fence_marks),
    Section(r"~{1,2}", Pattern(r"~{3,}"), _fence_marks),
    _section(r"<(?:!-?)?", r"<!--", r"-->"),
    _section(r"<(?:!(?:\[[A-Z]{0,5})?)?", r"<!\[CDATA\[", r"\]\]>"),
    _section(r"<\??", r"<\?(?=[a-z])", r"\?>"),
    Section(
        r'\{\s{0,20}(?:"[\w.-]{0,40}(?:"\s{0,20})?)?',
        Pattern(r'\{(?=\s{0,20}"[\w.-]{1,40}"\s{0,20}:)'),
        lambda _: _JSON,
    ),
    Section(
        r"\{\s{0,20}(?:'[\w.-]{0,40}(?:'\s{0,20})?)?",
        Pattern(r"\{(?=\s{0,20}'[\w.-]{1,40}'\s{0,20}:)"),
        lambda _: _DICT,
    ),
    _section("\ue200", "\ue200", "\ue201"),
    *LABELLED,
)

_BEGUN = "|".join(one.begun for one in SECTIONS) + r"|`{3,}|~{3,}"
_BEGUN_STEP = "|".join(one.begun for one in STEPS)
_CUT_OFF = tuple(f"<{name}" for name in (*_THOUGHT, *_CALLED, *_WHOLE)) + tuple(f"[{name}]" for name in _BRACKETED)


class MachineFilter:
    """Filters one text: `feed` returns the parts for people, `rest` what was held back of them."""

    def __init__(self, tools: frozenset[str] = frozenset()) -> None:
        """`tools` are the names of the agent's tools, whose calls may come as text."""
        self._calls, letters = calls_of(tools), first_of(tools)
        calls = [one.begun for one in self._calls]
        self._first = re.compile(f"[{SIGNS}◁`~\ue200]|(?<![^\\W_])[TAOFRSNICtr{letters}]")
        self._begun = re.compile(rf"(?:{'|'.join((_BEGUN, *calls))})\Z")
        self._begun_line = re.compile(rf"(?:{'|'.join((_BEGUN, *calls, _BEGUN_STEP))})\Z")
        self._in_word = False
        self._text = ""
        self._marks: Pattern | None = None
        self._depth = 0
        self._at = 0
        self._passed: list[str] = []
        self._line_is_empty = True

    def feed(self, text: str) -> str:
        """Add a piece of the text, and return what is certainly for people."""
        self._text += text
        return self._run(ended=False)

    def rest(self) -> str:
        """Return what was held back: the text has ended. What is fed after this is a new text."""
        passed = self._run(ended=True)
        self._text, self._at, self._marks, self._depth, self._line_is_empty = "", 0, None, 0, True
        self._in_word = False
        return passed

    def _run(self, ended: bool) -> str:
        while self._at < len(self._text) and (self._inside(ended) if self._marks else self._outside(ended)):
            pass
        self._text, self._at = self._text[self._at :], 0
        passed, self._passed = "".join(self._passed), []
        return passed

    def _outside(self, ended: bool) -> bool:
        """Pass on text up to a possible opening mark, and decide about that; return False if more text is needed."""
        first = self._first.search(self._text, self._at)
        self._pass_on(self._text[self._at : first.start() if first else None])
        self._at = first.start() if first else len(self._text)
        if not first:
            return False
        begun = self._begun_line if self._line_is_empty else self._begun
        if not ended and not self._goes_on(first[0]) and begun.match(self._text, self._at):
            return False
        if ended and _is_cut_off(self._text[self._at :]):
            self._at = len(self._text)
            return False
        self._open(first[0])
        return True

    def _goes_on(self, character: str) -> bool:
        """Return whether a character continues a word: no section begins there."""
        return self._in_word and (character.isalnum() or character == "_")

    def _sections(self, character: str) -> Sequence[Section]:
        """Return the sections that may begin here."""
        if self._goes_on(character):
            return ()
        return (*SECTIONS, *self._calls, *(STEPS if self._line_is_empty else ()))

    def _open(self, character: str) -> None:
        """Open the section that begins here. If none does, pass the character on."""
        for section in self._sections(character):
            if opened := section.opens.compiled.match(self._text, self._at):
                self._marks, self._depth = section.marks(opened), 1
                self._at = opened.end()
                self._passed += [] if self._line_is_empty else [REMOVED]
                self._in_word = False
                return
        self._pass_on(self._text[self._at])
        self._at += 1

    def _inside(self, ended: bool) -> bool:
        """Skip text up to the next mark of the section; return False if more text is needed."""
        assert self._marks
        mark = self._marks.compiled.search(self._text, self._at)
        if mark is None:
            self._at = len(self._text) if ended else max(self._at, len(self._text) - _TAIL)
            return False
        if mark.end() == len(self._text) and not mark.lastgroup and not ended:
            self._at = mark.start()
            return False
        self._at = mark.end()
        groups = mark.groupdict()
        self._depth += (groups.get("open") is not None) - (groups.get("close") is not None)
        if not self._depth:
            self._marks = None
        return True

    def _pass_on(self, text: str) -> None:
        self._passed.append(text)
        self._in_word = text[-1:].isalnum() if text else self._in_word
        _, newline, line = text.rpartition("\n")
        self._line_is_empty = (bool(newline) or self._line_is_empty) and not line.strip(" \t>*_#")


def _is_cut_off(text: str) -> bool:
    """Return whether a text ends in the middle of an opening mark."""
    known = len(text) > 2 and any(mark.lower().startswith(text.lower()) for mark in _CUT_OFF)
    return known or is_cut_off(text) or re.fullmatch(r"<[a-z]\w{0,30}_\w{0,30}", text) is not None
