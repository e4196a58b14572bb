"""Holds the rules for LaTeX: `\\boxed{42}` is said as `42`, `\\frac{1}{2}` as `1/2`, and `$x$` as `x`.

Models that are trained on mathematics write so, also in a phone call. A command without a rule is said by its name.
"""

from collections.abc import Mapping

from functions.relay.text.rules import NEVER, rule
from functions.relay.text.spoken_text import SpokenText

_SIGNS: Mapping[str, str] = {
    **{"times": "\u00d7", "cdot": "\u00d7", "div": "\u00f7", "pm": "\u00b1", "approx": "\u2248", "neq": "\u2260"},
    **{"circ": "\u00b0", "degree": "\u00b0", "ldots": "\u2026", "dots": "\u2026", "pi": "\u03c0", "euro": "\u20ac"},
    **{"leq": "<=", "le": "<=", "geq": ">=", "ge": ">=", "lt": "<", "gt": ">", "pounds": "\u00a3", "infty": "\u221e"},
}
_WRAPPERS = (
    "boxed|text(?:bf|it|rm|tt|sf|sc|normal)?|math(?:rm|bf|it|sf|tt|cal|bb)|emph|underline|operatorname|mbox|fbox|bm"
    "|[dt]?frac|sqrt|overline|hat|bar|vec"
)
_GONE = "left|right|displaystyle|big|Big|limits|nolimits"
_SPACES = "quad|qquad|hfill|newline|par"


def _sign(out: SpokenText, sign: str) -> None:
    out.sign(sign) if sign in ("<", ">", "<=", ">=") else out.say(sign)


LATEX = (
    rule(
        r"\\[a-zA-Z]{0,20}(?:\s?\{[^{}\n]{0,40})?",
        r"\\(?:begin|end|label|tag|ref)\{[^{}\n]{0,40}\}(?:\{[lcr|]{1,9}\})?",
        lambda out, _: out.leave_out(),
    ),
    rule(NEVER, rf"\\(?:{_WRAPPERS})\s?\{{", lambda out, _: out.open_brace()),
    rule(NEVER, rf"\\(?:{_GONE})(?![a-zA-Z])", lambda out, _: out.remove()),
    rule(NEVER, rf"\\(?:{_SPACES})(?![a-zA-Z])", lambda out, _: out.space()),
    rule(r"\^\{?(?:\\[a-z]{0,6})?", r"\^\{?\\circ\}?", lambda out, _: out.say("\u00b0")),
    rule(NEVER, rf"\\(?P<name>{'|'.join(_SIGNS)})(?![a-zA-Z])", lambda out, one: _sign(out, _SIGNS[one["name"]])),
    rule(NEVER, r"\\[()\[\]]", lambda out, _: out.remove()),
    rule(NEVER, r"\\n(?![a-z])", lambda out, _: out.end_line()),
    rule(r"\}\{?", r"\}\{", lambda out, one: out.say("/" if out.in_braces else one[0])),
    rule(NEVER, r"\}", lambda out, _: out.close_brace()),
    rule(r"\$\\?|\$\$", r"\$\$", lambda out, _: out.remove()),
    rule(NEVER, r"\$(?=\\[a-zA-Z(])", lambda out, _: out.open_formula()),
    rule(r"\$(?:[a-zA-Z] ?)?", r"\$(?=[a-zA-Z] ?[=+^_<>\\-])", lambda out, _: out.open_formula()),
    rule(NEVER, r"\$(?!\d)", lambda out, one: out.close_formula(one[0])),
)
"""Rules for commands, braces and formulas. They come before those for backslashes."""
