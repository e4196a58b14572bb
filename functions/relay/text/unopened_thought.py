"""Leaves out reasoning whose opening tag is missing. Only the closing tag shows that it was reasoning.

Chat templates write the opening `<think>` into the prompt, so an answer begins with the reasoning itself, and a
server without a parser for it passes all of that on. Models begin their reasoning in few ways: with a sound, or with
words such as `the user`, which no answer says to a caller. Text that begins so waits for the end of the reasoning. If
none comes, it is an answer. The result does not depend on where the stream was cut.

Sources: public issues vllm-project/vllm#17144 and #31045, QwenLM/Qwen3-VL#1504.
"""

import re

from functions.relay.text.pattern import Pattern
from functions.relay.text.prefixes import any_of, begun

_SOUNDS = ("hm", "hmm", "hmmm", "um", "uhm", "okay", "ok", "alright", "right", "so", "well", "now", "first")
_WHO = ("user", "caller", "customer")
_DOES = (
    "is|was|has|had|wants|wanted|asks|asked|says|said|seems|just|might|needs|mentioned|also|wrote|gave|provided|"
    "probably|still|only|now|would|greets|greeted|confirms|confirmed|did|does|didn|responded"
)
_PHRASES = (
    "thinking process:",
    "we need to respond",
    "we need to answer",
    "we need to reply",
    "we need to produce",
    "we need to output",
    "i need to respond to the",
    "i should respond to the",
    "user wants",
    "user asks",
    "user says",
    "\u7528\u6237",  # Chinese: user
    "\u597d\u7684\uff0c\u7528\u6237",  # okay, user
    "\u55ef\uff0c\u7528\u6237",  # hm, user
    "der nutzer",
    "der anrufer",
    "el usuario",
    "l'utilisateur",
)

_PAUSE = "[,.\u2026!]{0,3}"
_LEAD = rf"\s*(?:(?:{any_of(_SOUNDS)}){_PAUSE}\s{{1,2}}){{0,2}}"
_END = r"<\s{0,2}/\s{0,2}(?:think|thinking|thought|reasoning|analysis)\s{0,2}>"

_BEGUN = Pattern(
    rf"{_LEAD}(?:{begun(_SOUNDS)}|(?:{any_of(_SOUNDS)}){_PAUSE}\s{{0,2}}(?:<[\s/a-z]{{0,18}})?"
    rf"|{begun(('the ', 'this ', *_PHRASES))}"
    rf"|(?:the|this) (?:{begun(_WHO)})|(?:the|this) (?:{any_of(_WHO)})(?:['\u2019]s?| [a-z]{{0,10}}))?\Z",
    re.IGNORECASE,
)
_OPENS = Pattern(
    rf"{_LEAD}(?:(?:the|this) (?:{any_of(_WHO)})(?:['\u2019]s| (?:{_DOES}))(?=\W)|{any_of(_PHRASES)})"
    rf"|{_LEAD}(?:{any_of(_SOUNDS)}){_PAUSE}\s{{0,2}}(?={_END})",
    re.IGNORECASE,
)
_ENDS = Pattern(_END, re.IGNORECASE)


class UnopenedThought:
    """Filters one text: `feed` returns what is known not to be reasoning, `rest` what is still held at the end."""

    def __init__(self) -> None:
        self._held = ""
        self._decided = False

    def feed(self, text: str) -> str:
        """Add a piece of the text, and return what is known not to be reasoning."""
        if self._decided:
            return text
        self._held += text
        if not self._held or _BEGUN.compiled.match(self._held):
            return ""
        if _OPENS.compiled.match(self._held):
            end = _ENDS.compiled.search(self._held)
            return self._decide(self._held[end.end() :]) if end else ""
        return self._decide(self._held)

    def _decide(self, passed: str) -> str:
        self._decided, self._held = True, ""
        return passed

    def rest(self) -> str:
        """Return what was held back: the text has ended. What is fed after this is a new text."""
        passed, self._held, self._decided = self._held, "", False
        return passed
