"""Holds the rules for markup, links, tags, emoji, tables and white space. The rules for words are the last ones."""

import re
from html import unescape

from functions.relay.text import citations, source_lists, stage_directions
from functions.relay.text.latex import LATEX
from functions.relay.text.machine_text import REMOVED
from functions.relay.text.rules import NEVER, drop, rule
from functions.relay.text.spoken_text import SpokenText


def _number(out: SpokenText, number: str) -> None:
    """Say an item's number: it may be the whole answer, and the caller may choose an item by it."""
    out.begin()
    out.say(f"{number}.", as_it_is=True)
    out.list_from(int(number))


def _spell(out: SpokenText, text: str) -> None:
    """Say the character of an entity, if it is no emoji."""
    if re.fullmatch(_EMOJI, text):
        out.leave_out()
    else:
        out.spell(text)


def _cite(out: SpokenText, one: re.Match[str]) -> None:
    """Leave a citation out. Behind a key of the phone, `[2]` is one more key; the sign between two keys is said."""
    before = one.string[max(one.start() - citations.KEYS_WITHIN_CHARACTERS, 0) : one.start()]
    if (key := re.fullmatch(r"\[(\d)\]", one[0])) and citations.is_after_keys(before):
        out.say(key[1])
    elif one[0][0] in " ,-/" and citations.is_after_keys(before + one[0]):
        out.say(one[0].strip())
        if one[0].endswith(" "):
            out.space()
    else:
        out.leave_out()


def _decoded(escape: str) -> str:
    """Return the character of an escape of JSON, of which half a one is none."""
    return escape.encode().decode("unicode_escape").encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _ten(out: SpokenText) -> None:
    """Say the number of the only keycap that is one character."""
    out.part()
    out.say("10")
    out.part()


def _end_block(out: SpokenText) -> None:
    out.stop()
    out.space()


_EMOJI = (
    "[\u20e3\u2139\u231a\u231b\u2328\u23e9-\u23fa\u25a0-\u25a9\u25ac-\u25e5\u25e7-\u27bf\u2b00-\u2bff\u3030\u303d"
    "\ufe0e\ufe0f\U0001f000-\U0001faff\U000e0020-\U000e007f]"
)
_INVISIBLE = (
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\ufff9-\uffff"
    "\ud800-\udfff\ue001-\uf8ff]|(?<=[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff])\u200d"
)

_LINE = r"(?<=\n)[ \t]{0,20}(?:>[ \t]?){0,5}"
_BULLET = "[-*+•‣◦▪\u2013]"
_START, _STOP = r"(?<![^\W_])", r"(?![^\W_])"
_VARIABLE = r"(?<=[^\w.][a-zA-Z])"
"""Matches the place after a letter that stands alone: `x*2` is a product, but `B*12*` has an emphasis."""

_ADDRESS = r"(?:[.,;:!?]{0,9}[^\s.,;:!?<>()\[\]{}\"'*`|\\])"
_HOST = r"(?P<host>[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*)"
_LABEL = r"(?:\^[^\[\]\s]{0,20}|\d{0,3})"
_TARGET = r"[^\s()]{0,1000}"
_TAG = r"[a-zA-Z][\w:-]{0,30}(?:\s[^<>]{0,300})?/?"
_BLOCK = r"(?:p|li|ul|ol|div|tr|t[dh]|d[td]|section|option|blockquote|h[1-6])"
_IN_WORDS = (
    r"(?i:[abiuqs]|em|strong|span|su[bp]|code|mark|small|big|del|ins|font|tt|kbd|var|abbr|samp|dfn|bd[io]|strike"
    r"|w|emphasis|lang|phoneme|prosody|say-as|wbr)"
)
"""Matches tags that may be inside a word: those of HTML for letters, and those of SSML."""

_EDGE = r"[|→•][|→• \t]{0,40}"
_NUMBER_STAR = r"(?<=\s)\*(?=[.,#]?\d)"
"""Matches an asterisk that begins an emphasis, `*8*`, or that is a key of the phone, `*67`."""

_EMPHASISED = r"(?:[^*\n]|\*\*[^*\s][^*\n]{0,80}\*\*|(?<=\s)\*(?=\s)){1,80}"
_NO_CLOSER = r"(?:(?<=\s)|(?<=[\"'“(\[`])(?=\*[\"'”)\]`]))"

LINES = (
    rule(source_lists.BEGUN, source_lists.WHOLE, drop, at_words=True),
    rule(
        rf"{_LINE}[-*_=|:][-*_=|: \t]{{0,200}}", rf"{_LINE}[-*_=|:][-*_=|: \t]{{2,200}}(?=\n|\Z)", drop, at_words=True
    ),
    rule(rf"{_LINE}#{{1,6}}", rf"{_LINE}#{{1,6}}(?=[ \t\n]|\Z)", lambda out, _: out.begin(), at_words=True),
    rule(rf"{_LINE}{_BULLET}", rf"{_LINE}{_BULLET}(?=[ \t])", lambda out, _: out.begin(), at_words=True),
    rule(
        rf"{_LINE}\d{{1,3}}[.)]?",
        rf"{_LINE}(\d{{1,3}})[.)](?=[ \t])",
        lambda out, one: _number(out, one[1]),
        at_words=True,
    ),
    rule(_LINE, r"(?<=\n)[ \t]{0,20}(?:>[ \t]?){1,5}(?![\d>=])", drop, at_words=True),
    rule(
        rf"{_LINE}\[{_LABEL}(?:\](?::(?:[ \t][^\n]{{0,1000}})?)?)?",
        rf"{_LINE}\[{_LABEL}\]:[ \t][^\n]{{0,1000}}",
        drop,
        at_words=True,
    ),
    rule(
        rf"{_LINE}\[[\w-]{{0,20}}(?:\](?::(?:[ \t]<?\S{{0,1000}})?)?)?",
        rf"{_LINE}\[[\w-]{{1,20}}\]:[ \t]<?https?://\S{{1,1000}}",
        drop,
        at_words=True,
    ),
    rule(r"(?<=[-*+] )\[(?:[ xX]\]?)?", r"(?<=[-*+] )\[[ xX]\](?=\s)", drop),
)
"""Rules for the beginning of a line. They come before all others."""

INLINE = (
    rule(stage_directions.BEGUN, stage_directions.WHOLE, lambda out, _: out.leave_out()),
    rule(citations.BEGUN, citations.WHOLE, _cite, at_words=True),
    rule(
        r"(?<=[^\s(] )\d{1,2}(?:\) ?)?",
        r"(?<=[^\s(] )(\d{1,2})\)(?= [^\W\d_])",
        lambda out, one: out.item(int(one[1]), one[0]),
        at_words=True,
    ),
    # Emphasis and code: dropped, but not where they are part of a word or a number
    rule(r"\*{1,10}", r"(?<=[\d)])\*{1,2}(?=[\d(])", lambda out, one: out.times(one[0])),
    rule(
        rf"{_VARIABLE}\*{{1,2}}[\d(][^*\n]{{0,40}}\*{{0,3}}",
        rf"{_VARIABLE}(?P<stars>\*{{1,2}})(?=[\d(])(?![^*\n]{{1,40}}(?<!\s)(?P=stars)(?![\w(*]))",
        lambda out, one: out.times(one[0]),
    ),
    rule(r"\*\ufe0f", r"\*(?=\ufe0f?\u20e3)", lambda out, one: out.say(one[0])),
    rule(r"(?<=`)[*#]", r"(?<=`)[*#](?=[\d*#`])", lambda out, one: out.say(one[0])),
    rule(r"(?<=[\"'“(\[])[*#]", r"(?<=[\"'“(\[])[*#](?=[\"'”)\]])", lambda out, one: out.say(one[0])),
    rule(
        rf"{_NUMBER_STAR}{_EMPHASISED}(?:\*(?:\*[^*\n]{{0,81}}\*?)?)?",
        rf"{_NUMBER_STAR}(?={_EMPHASISED}(?!{_NO_CLOSER})\*(?![\d*#]))",
        lambda out, one: out.emphasise(one[0], begins=True),
    ),
    rule(r"(?<=\s)\*[#.,]?", r"(?<=\s)\*(?=[\s\d.,;:!?)]|#\d|\Z)", lambda out, _: out.say("*")),
    rule(NEVER, r"\*{1,10}(?=[^\s])", lambda out, one: out.emphasise(one[0], begins=True)),
    rule(NEVER, r"\*{1,10}", lambda out, one: out.emphasise(one[0], begins=False)),
    rule(r"_{1,10}", r"(?<=[^\W_])_(?=[^\W_])", lambda out, _: out.say("_")),
    rule(NEVER, r"_{1,10}", drop),
    rule(r"~{1,10}", r"~{2,10}", drop),
    rule(r"#{1,10}", r"(?<=[^\W_])#{1,10}", lambda out, one: out.say(one[0])),
    rule(NEVER, r"#{3,10}|##(?!\d)", drop),
    rule(NEVER, "`", drop),
    # Links and addresses: their text, or the host
    rule(r"(?<=\s)!", r"(?<=\s)!(?=\[)", drop),
    rule(
        rf"\](?:\({_TARGET}(?:\({_TARGET}(?:\){_TARGET})?)?(?:\s{{1,3}}(?:\"[^\"\n]{{0,200}}\"?)?)?)?",
        rf"\]\({_TARGET}(?:\({_TARGET}\){_TARGET})?(?:\s{{1,3}}\"[^\"\n]{{0,200}}\")?(?:\)|\Z)",
        drop,
    ),
    rule(r"\]\[[^\[\]\n]{0,40}", r"\]\[[^\[\]\n]{0,40}\]", drop),
    rule(NEVER, r"(?<=[^\W_])\[", lambda out, _: out.space()),
    rule(NEVER, r"[\[\]]", drop),
    rule(
        rf"{_START}(?:h|ht|htt|https?:?|https?:/|w|ww|www|(?:https?://|www\.){_ADDRESS}{{0,2000}}[.,;:!?]{{0,9}})",
        rf"{_START}(?:https?://(?:www\.)?|www\.){_HOST}{_ADDRESS}{{0,2000}}",
        lambda out, one: out.say(one["host"], as_it_is=True),
        at_words=True,
    ),
    rule(NEVER, rf"{_START}https?://", drop, at_words=True),
    # Tags, and signs that XML gives a meaning
    rule(rf"</?(?:{_TAG})?", rf"</{_BLOCK}\s{{0,3}}>", lambda out, _: _end_block(out)),
    rule(NEVER, rf"<(?:br|{_BLOCK})(?:\s[^<>]{{0,300}})?/?>", lambda out, _: out.space()),
    rule(NEVER, r"(?<=[^\W_])<sup>(?=[-+\u2212]?\d)", lambda out, _: out.say("^")),
    rule(
        r"<[A-Z]{1,4}>?",
        r"(?<![^\W_])<([A-Z]|X{1,3}[SL])>(?![^\W_])",
        lambda out, one: out.say(one[1]),
    ),
    rule(r"<\d{0,12}>?", r"(?<![^\W_])<(\d{1,12})>(?![^\W_])", lambda out, one: out.say(one[1])),
    rule(NEVER, rf"</?(?!{_IN_WORDS}[\s/>]){_TAG}>", lambda out, _: out.part()),
    rule(NEVER, rf"</?{_TAG}>", drop),
    rule(r"[-=]{1,2}", r"-{1,2}>|=>", lambda out, _: out.column()),
    rule(r"[<>][ \t]?[$€£¥₹+-]?", r"[<>]=", lambda out, one: out.sign(one[0])),
    rule(NEVER, r"[<>](?=[ \t]?[$€£¥₹+-]?\d)|(?<=[^\W_])[<>](?=[^\W_])", lambda out, one: out.sign(one[0])),
    rule(NEVER, "[<>]", drop),
    rule(
        r"&(?:amp;){0,2}(?:#?\w{0,10})?",
        r"&(?:amp;){0,2}(?:#\d{1,6}|#x[\da-fA-F]{1,6}|[a-zA-Z]{2,8}\d{0,2});",
        lambda out, one: _spell(out, unescape(unescape(unescape(one[0])))),
    ),
    rule(NEVER, "&", lambda out, one: out.sign(one[0])),
    *LATEX,
    rule(
        r"\\u[\da-fA-F]{0,4}(?:(?<=\\u[dD][89abAB][\da-fA-F]{2})\\?u?[\da-fA-F]{0,4})?",
        r"\\u[dD][89abAB][\da-fA-F]{2}\\u[dD][c-fC-F][\da-fA-F]{2}|\\u[\da-fA-F]{4}",
        lambda out, one: _spell(out, _decoded(one[0])),
    ),
    rule(r"\\", r"\\([!-/:-@\[-`{-~])", lambda out, one: out.spell(one[1])),
    rule(NEVER, r"\\", drop),
    # Tables, emoji and white space; and words
    rule(_EDGE, rf"{_EDGE}(?=\n|\Z)", lambda out, _: out.make_sentence()),
    rule(NEVER, _EDGE, lambda out, _: out.column()),
    rule(
        r"(?<![\w:]):[a-z\d_+-]{0,30}:?",
        r"(?<![\w:]):(?:[a-z][a-z\d_+-]{1,30}|\+1|-1):(?!\w)",
        lambda out, _: out.leave_out(),
    ),
    rule(NEVER, _INVISIBLE, lambda _, __: None),
    rule(NEVER, "\U0001f51f", lambda out, _: _ten(out), at_words=True),
    rule(NEVER, rf"{_EMOJI}|{REMOVED}", lambda out, _: out.leave_out(), at_words=True),
    rule(NEVER, r"\n", lambda out, _: out.end_line()),
    rule(NEVER, r"[ \t\r\f\v]", lambda out, _: out.space()),
    rule(NEVER, rf"(?s:[^\W_{citations.RAISED}]+|.)", lambda out, one: out.say(one[0])),
)

PLAIN = 2
"""How many of them, at the end, are for plain words: white space, and all that no other rule is for."""
