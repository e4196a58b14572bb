"""Names the special tokens of chat templates: `<|channel|>`, `<start_of_turn>`, `[TOOL_CALLS]` and their like.

A server should take them away. Some pass them on as text, with the reasoning or the tool call between them.
"""

import re

from functions.relay.text.pattern import Pattern
from functions.relay.text.prefixes import listed
from functions.relay.text.section import Section, section
from functions.relay.text.tags import CALLS, THOUGHT

BRACKETED = listed(
    "THINK, THINKING, REASONING, TOOL_CALL, TOOL_CALLS, TOOL_REQUEST, TOOL_RESULT, TOOL_RESULTS, AVAILABLE_TOOLS, "
    "INST, SYSTEM_PROMPT, REF"
)
"""Those of Mistral and LM Studio: `[TOOL_CALLS]`, `[THINK]` … `[/THINK]`, `[TOOL_REQUEST]` … `[END_TOOL_REQUEST]`."""

_ANY_CASE = rf"(?i:{'|'.join((*THOUGHT, 'think'))}|{CALLS})"
_BRACKETS = "|".join((*sorted(BRACKETED, key=len, reverse=True), _ANY_CASE))

_BAR, _NO_BAR = "[|\uff5c]", "[^<>|\uff5c\n]"
_ENDS_DELIMITER = (
    rf"<{_BAR}(?:/{_NO_BAR}{{1,60}}|{_NO_BAR}{{0,60}}(?i:end|stop|suffix){_NO_BAR}{{0,60}}|e\w{{1,9}}_id|call|return"
    rf"|START_RESPONSE|START_TEXT){_BAR}>"
)
_ABOUT_TOOLS = r"(?i:tool|function|think|reason|thought|python_tag|action|analysis|plan|inner|cot)"


def _bracket_delimiters(delimiter: re.Match[str]) -> Pattern | None:
    return None if delimiter["single"] else Pattern(rf"(?P<close>\[(?:/|END_){delimiter['name']}\])", re.IGNORECASE)


SPECIAL_TOKENS = (
    # OpenAI's harmony: every channel but `final` is the model's own
    section(
        r"<\|[a-z|]{0,10}(?:>\s{0,5}[a-z]{0,10})?",
        r"<\|channel\|>\s{0,5}(?:analysis|commentary)",
        r"<\|(?:end|call|return)\|>|(?=<\|(?:start|channel)\|>)",
    ),
    section(r"<\|[a-z|]{0,10}", r"<\|(?:start|channel)\|>", r"<\|message\|>|(?=<\|channel\|>)"),
    # Headers of ChatML and of Llama: who speaks
    section(r"<\|[a-z_|]{0,20}", r"<\|im_start\|>", r"assistant\n"),
    section(r"<\|[a-z_|]{0,20}", r"<\|start_header_id\|>", r"assistant<\|end_header_id\|>"),
    section(r"<\|[a-z_|]{0,20}", r"<\|start_of_role\|>", r"assistant<\|end_of_role\|>"),
    section(r"<[a-z_]{0,15}", r"<start_of_turn>", r"model\n"),
    section(r"<\|?[a-z]{0,5}", r"<\|turn>", r"model\n"),
    # Gemma's and Gemini's delimiters, which differ at their ends: `<|channel>thought … <channel|>`
    Section(
        r"<(?:\|?[a-z_]{0,30}\|?|\|\"(?:\|)?)",
        Pattern(r"<(?:\|(?P<name>channel|tool|tool_call|tool_response)|(?P<single>[a-z_]{1,30}\|))>"),
        lambda delimiter: None if delimiter["single"] else Pattern(rf"(?P<close><{delimiter['name']}\|>)"),
    ),
    Section(
        r"<[a-z_]{0,40}",
        Pattern(r"<start_(?P<name>function_[a-z]{1,20})>"),
        lambda delimiter: Pattern(rf"(?P<close><end_{delimiter['name']}>)"),
    ),
    section(
        r"<(?:[a-z]{1,6}\d{0,4}|(?:ctrl|unused)\d{1,4}>\s{0,3}[a-z]{0,7})",
        r"<(?:ctrl|unused)\d{1,4}>(?=\s{0,3}thought)",
        r"<(?:ctrl|unused)\d{1,4}>",
    ),
    # MiniMax's headers: who speaks, and the end of a message
    section(
        r"\](?:~!?(?:b(?:[\[\]][a-z]{0,9})?)?)?",
        r"\]~b\](?!ai\n)[a-z]{1,9}\n",
        r"\[e~\[",
    ),
    Section(
        r"\](?:<(?:\](?:m[a-z]{0,6}(?:\[>?)?)?)?)?|\[(?:e~?)?",
        Pattern(r"\]~!b\[|\]~b\]ai\n|\[e~\[|\]<\]minimax\[>\["),
        lambda _: None,
    ),
    # `<ifm|thought>` … `<ifm|end>`
    section(
        r"<[a-z]{1,6}\|?[a-z_]{0,20}",
        r"<[a-z]{2,6}\|(?:think|thought|tool|reason)[a-z_]{0,20}>",
        r"<[a-z]{2,6}\|end[a-z_]{0,20}>",
    ),
    Section(r"<[a-z]{1,6}\|?[a-z_]{0,20}", Pattern(r"<[a-z]{2,6}\|[a-z_]{1,20}>"), lambda _: None),
    section(
        r"<\|[a-z]{0,8}(?:\|(?:>[\d\s,;-]{0,20})?)?",
        r"<\|cit(?:e|ation)\|>(?=[\d\s,;-]{1,20}<)",
        r"<\|/cit(?:e|ation)\|>",
    ),
    # Qwen-Agent's words between flowers
    section("\u273f[A-Z]{0,8}", "\u273f(?:FUNCTION|ARGS|RESULT)\u273f", "\u273fRETURN\u273f(?!\\Z):?"),
    # Delimiters around tool calls and thoughts: Llama's, Kimi's, Granite's, Phi's, Cohere's, DeepSeek's
    section(
        rf"<(?:{_BAR}{_NO_BAR}{{0,120}}{_BAR}?)?",
        rf"<{_BAR}(?!/|{_NO_BAR}{{0,60}}(?i:end|stop|suffix)){_NO_BAR}{{0,60}}{_ABOUT_TOOLS}{_NO_BAR}{{0,60}}(?:{_BAR}>|\Z)",
        _ENDS_DELIMITER,
    ),
    Section(
        rf"<{_BAR}{_NO_BAR}{{0,120}}{_BAR}?",
        Pattern(rf"<{_BAR}(?:{_NO_BAR}{{1,120}}{_BAR}>|{_NO_BAR}{{0,120}}{_BAR}?\Z)"),
        lambda _: None,
    ),
    Section(
        r"\[/?[A-Za-z_]{0,20}\]?",
        Pattern(rf"\[(?P<single>/)?(?P<name>{_BRACKETS})\]"),
        _bracket_delimiters,
    ),
)
"""Sections between two special tokens, and tokens that stand alone."""
