"""Leaves out what a model writes for itself or for a program: reasoning, tool calls, code blocks, comments, JSON.

Models are trained on many formats, and sometimes one of them comes as text. Each kind of section has a delimiter that
opens it and one that closes it. The text between them is never passed on. A section without an end lasts until the
end of the text. The result does not depend on where the stream was cut.

Sources: the chat templates of the models named below; CommonMark, "Fenced code blocks" and "HTML blocks".
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from functions.relay.text.labels import LABELLED, SIGNS, is_cut_off
from functions.relay.text.pattern import Pattern
from functions.relay.text.plain_sections import STEPS, calls_of, first_of, lines_of
from functions.relay.text.prefixes import any_of
from functions.relay.text.section import Section, section
from functions.relay.text.special_tokens import BRACKETED, SPECIAL_TOKENS
from functions.relay.text.tags import CALLED, TAGS, THOUGHT, WHOLE

REMOVED = "\ue000"
"""Replaces a section in the middle of a line, so that the text before and after it stays apart."""

_TAIL_CHARACTERS = 120
"""Characters that are kept of a section: those of the longest delimiter in it, of which only a part may have come."""


def _fence_delimiters(fence: re.Match[str]) -> Pattern:
    sign = fence[0][0]
    return Pattern(rf"(?P<close>{sign}{{{len(fence[0])},}}(?!{sign}|\Z))")


_BRACES = r"(?P<open>\{)|(?P<close>\})"
_CURLS = "[\u201c-\u201f]"
_JSON = Pattern(rf'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|{_BRACES}', re.DOTALL)
_DICT = Pattern(rf"""'(?:[^'\\]|\\.)*(?:'|\\?\Z)|"(?:[^"\\]|\\.)*(?:"|\\?\Z)|{_BRACES}""", re.DOTALL)
_CURLED = Pattern(rf'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|{_CURLS}[^\u201c-\u201f]*(?:{_CURLS}|\Z)|{_BRACES}', re.DOTALL)

_MORE_BRACE = r"\s{0,20}(?:\{\s{0,20})?"
"""Matches what may follow the first brace: a second one, as a template writes it (`{{"day": 5}}`)."""

_KEY = r"[\w.@$ -]"
"""A character of the first key of a JSON object."""

_BRACE = rf"\{{{_MORE_BRACE}"

SECTIONS = (
    *SPECIAL_TOKENS,
    *TAGS,
    # Code blocks, comments, JSON; and the citations that ChatGPT wraps into characters for private use
    Section(r"`{1,2}", Pattern(r"`{3,}"), _fence_delimiters),
    Section(r"~{1,2}", Pattern(r"~{3,}"), _fence_delimiters),
    section(r"<(?:!-?)?", r"<!--", r"-->"),
    section(r"<(?:!(?:\[[A-Z]{0,5})?)?", r"<!\[CDATA\[", r"\]\]>"),
    section(r"<\??", r"<\?(?=[a-z])", r"\?>"),
    Section(
        rf'{_BRACE}(?:"{_KEY}{{0,40}}(?:"\s{{0,20}})?)?',
        Pattern(rf'\{{(?={_MORE_BRACE}"{_KEY}{{1,40}}"\s{{0,20}}:)'),
        lambda _: _JSON,
    ),
    Section(
        rf"{_BRACE}(?:{_CURLS}{_KEY}{{0,40}}(?:{_CURLS}\s{{0,20}})?)?",
        Pattern(rf"\{{(?={_MORE_BRACE}{_CURLS}{_KEY}{{1,40}}{_CURLS}\s{{0,20}}:)"),
        lambda _: _CURLED,
    ),
    Section(
        rf"{_BRACE}(?:'{_KEY}{{0,40}}(?:'\s{{0,20}})?)?",
        Pattern(rf"\{{(?={_MORE_BRACE}'{_KEY}{{1,40}}'\s{{0,20}}:)"),
        lambda _: _DICT,
    ),
    Section(
        rf"{_BRACE}(?:[a-z_]\w{{0,40}}(?:\s{{0,3}}(?::\s{{0,3}})?)?)?",
        Pattern(rf"\{{(?={_MORE_BRACE}[a-z_]\w{{0,40}}\s{{0,3}}:\s{{0,3}}[\"'\d\[{{])"),
        lambda _: _DICT,
    ),
    section("\ue200", "\ue200", "\ue201"),
    # Llama's call with a broken delimiter: `<function=find{"day": 5}</function>`, `(function=find>{"day": 5}`
    Section(
        r"[<(](?:f|fu|fun|func|funct|functi|functio|function(?:[=(][\w.-]{0,64}[,)]?>?\s{0,3})?)",
        Pattern(r"[<(]function[=(][\w.-]{1,64}[,)]?>?\s{0,3}\{"),
        lambda _: _DICT,
    ),
    section(r"<<?(?:S(?:YS?)?>?)?", r"<<SYS>>", r"<</SYS>>"),
    *LABELLED,
)

_BEGUN = "|".join(one.begun for one in SECTIONS) + r"|`{3,}|~{3,}"
_CUT_OFF = tuple(f"<{name}" for name in (*THOUGHT, *CALLED, *WHOLE)) + tuple(f"[{name}]" for name in BRACKETED)


_FOR_TOOLS = Pattern("tool|function|invoke|call|action|python|commentary", re.IGNORECASE)
_FOR_ITSELF = Pattern("think|thought|reason|analy|reflect|scratch|monologue|note to", re.IGNORECASE)


def _is_call(opening: str, section: str, tools: frozenset[str]) -> bool:
    """Return whether a section that begins with `opening` calls one of these tools. A thought about one does not."""
    name, call = _calls_in(tools)
    if name.search(opening):
        return True
    if _FOR_ITSELF.compiled.search(opening):
        return False
    return bool((name if _FOR_TOOLS.compiled.search(opening) else call).search(section))


@lru_cache
def _calls_in(tools: frozenset[str]) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return patterns of the name of a tool, and of a call of it: `"name": "find"`, `"find": {` or `find(`."""
    name = rf"(?<![^\W_])(?:{any_of(tools)})(?![^\W_])"
    named = rf"(?:name|tool|function|action|call)[\"']?\s{{0,9}}:\s{{0,9}}[\"'](?:\w{{1,20}}\.)?{name}[\"']"
    return re.compile(name), re.compile(rf"{named}|[\"']{name}[\"']\s{{0,9}}:\s{{0,9}}\{{|{name}[({{]")


class MachineTextFilter:
    """Filters one text: `feed` returns the parts for people, `rest` what was held back of them."""

    def __init__(self, tools: frozenset[str] = frozenset()) -> None:
        """`tools` are the names of the agent's tools, whose calls may come as text."""
        calls, letters = calls_of(tools), first_of(tools)
        of_line = (*calls, *STEPS, *lines_of(tools))
        self._at_words, self._at_signs = (calls, of_line), ((*SECTIONS, *calls), (*SECTIONS, *of_line))
        signs = f"[{SIGNS}&\\\\\\]◁\u273f`~\ue200\n]"
        self._first = re.compile(f"{signs}|(?<![^\\W_])[{letters}]" if letters else signs)
        self._first_of_line = re.compile(f"{signs}|(?<![^\\W_])[A-Za-z_]")
        self._begun, self._begun_line = (
            re.compile(rf"(?:{'|'.join((_BEGUN, *(one.begun for one in sections)))})\Z")
            for sections in self._at_words
        )
        self._in_word = False
        self._text = ""
        self._delimiters: Pattern | None = None
        self._depth = 0
        self._at = 0
        self._passed: list[str] = []
        self._line_is_empty = True
        self._tools, self._opening, self._left_out = tools, "", ""
        self.called = False
        """Whether a call of one of the tools was left out. It has not run: the model has only written about it."""

    def feed(self, text: str) -> str:
        """Add a piece of the text, and return what is certainly for people."""
        self._text += text
        return self._run(ended=False)

    def rest(self) -> str:
        """Return what was held back: the text has ended. What is fed after this is a new text."""
        passed = self._run(ended=True)
        self._judge()
        self._text, self._at, self._delimiters, self._depth, self._line_is_empty = "", 0, None, 0, True
        self._in_word = False
        return passed

    def _run(self, ended: bool) -> str:
        while self._at < len(self._text) and (self._inside(ended) if self._delimiters else self._outside(ended)):
            pass
        self._text, self._at = self._text[self._at :], 0
        passed, self._passed = "".join(self._passed), []
        return passed

    def _outside(self, ended: bool) -> bool:
        """Pass on text up to a possible opening delimiter, and decide about that; return False to get more text."""
        first = (self._first_of_line if self._line_is_empty else self._first).search(self._text, self._at)
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
        if character.isalpha():
            return self._at_words[self._line_is_empty]
        return self._at_signs[self._line_is_empty]

    def _open(self, character: str) -> None:
        """Open the section that begins here. If none does, pass the character on."""
        for one in self._sections(character):
            if opened := one.opens.compiled.match(self._text, self._at):
                self._delimiters, self._depth = one.delimiters(opened), 1
                self._judge()
                self._at, self._opening = opened.end(), opened[0]
                self._passed += [] if self._line_is_empty else [REMOVED]
                self._in_word = False
                return
        self._pass_on(self._text[self._at])
        self._at += 1

    def _judge(self) -> None:
        """Remember whether the section that has ended was a call."""
        if self._opening and self._tools:
            self.called = self.called or _is_call(self._opening, self._opening + self._left_out, self._tools)
        self._opening = self._left_out = ""

    def _inside(self, ended: bool) -> bool:
        """Skip text up to the next delimiter, and keep it until the section ends; return False to get more text."""
        before = self._at
        goes_on = self._skip(ended)
        self._left_out += self._text[before : self._at]
        return goes_on

    def _skip(self, ended: bool) -> bool:
        """Skip text up to the next delimiter of the section; return False if more text is needed."""
        assert self._delimiters
        delimiter = self._delimiters.compiled.search(self._text, self._at)
        if delimiter is None:
            self._at = len(self._text) if ended else max(self._at, len(self._text) - _TAIL_CHARACTERS)
            return False
        if delimiter.end() == len(self._text) and not delimiter.lastgroup and not ended:
            self._at = delimiter.start()
            return False
        self._at = delimiter.end()
        groups = delimiter.groupdict()
        self._depth += (groups.get("open") is not None) - (groups.get("close") is not None)
        if not self._depth:
            self._delimiters = None
        return True

    def _pass_on(self, text: str) -> None:
        self._passed.append(text)
        self._in_word = text[-1:].isalnum() if text else self._in_word
        _, newline, line = text.rpartition("\n")
        self._line_is_empty = (bool(newline) or self._line_is_empty) and not line.strip(" \t>*_#")


def _is_cut_off(text: str) -> bool:
    """Return whether a text ends in the middle of an opening delimiter."""
    known = len(text) > 2 and any(delimiter.lower().startswith(text.lower()) for delimiter in _CUT_OFF)
    return known or is_cut_off(text) or re.fullmatch(r"<[a-z]\w{0,30}_\w{0,30}", text) is not None
