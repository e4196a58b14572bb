"""Matches citations, the references with which a model names its sources. They are for reading, so none is spoken.

Sources: OpenAI, "File search" and "Web search" (`【4:0†menu.pdf】`, `:contentReference[oaicite:0]{index=0}`); Azure
OpenAI, "On your data" (`[doc1]`); Gemini (`[cite: 1, 2]`); Bing (`[^1^]`); Perplexity (`[1]`, `[web:1]`); Markdown's
footnotes.
"""

import re
from collections.abc import Iterable
from itertools import groupby

from functions.relay.text.prefixes import listed

_NUMBERS = r"\d{1,3}(?:[ \t]?[,;\u2013-][ \t]?\d{1,3}){0,9}"
_AND = "[ ](?:and|und|y|et|e|&)[ ]"
_SOURCE = (
    r"(?i:doc|document|dokument|documento|source|src|quelle|fuente|fonte|cite|citation|ref|reference|web|webpage|page"
    r"|file|attached_file|search|memory|oaicite|chunk|passage|snippet|excerpt|context|kb"
    r"|turn\d{1,2}\w{1,9})"
)
_TITLED = (
    rf"{_SOURCE}s?(?:[ ]?\d{{1,3}})?:[ \t@#][^\[\]\n]{{1,90}}|\d{{1,3}},[ ]pp?\.[ ]?\d{{1,4}}|[\u2020\u2021\u00a7*]"
)
_ONE_NAMED = (
    rf"{_SOURCE}(?:e?[sn])?(?:[ _-]?id)?(?:[ \t]?[:_#=-]?[ \t]?(?:{_NUMBERS}(?:{_AND}{_NUMBERS})?|start|end|needed))"
)
_NAMED = rf"{_ONE_NAMED}(?:[,;][ \t]?{_ONE_NAMED}){{0,9}}"
_LOCATED = rf"(?:\d{{1,3}}:)?{_NUMBERS}(?:\u2020[^\[\]\u3010\u3011\n]{{0,80}})?"
_FILE = r"[\w-]{1,60}\.(?:pdf|md|txt|docx?|html?|csv|xlsx?|pptx?|json)(?:[,:#][^\[\]\n]{0,40})?"
_ALONE = r"(?i:sources?|quellen?|fuentes?|fonti|citations?|refs?|references?)"
_OAI = r"oai_citation\w{0,15}:\d{1,3}[^\[\]\n]{0,90}"
_INNER = (
    rf"\^?(?:{_TITLED}|{_ALONE}|{_OAI}|{_NAMED}|{_LOCATED}|{_NUMBERS}|(?:{_SOURCE}s?:)?{_FILE}|[\u2460-\u2473])\^?"
)
_NOTE = r"\^[^\[\]\s]{1,20}"
_LINK = r"\([^\s()]{0,1000}(?:\s{1,3}\"[^\"\n]{0,200}\")?\)"


def _width(words: str) -> int:
    """Return the characters that a pattern without repeats matches."""
    return len(re.sub(r"\\.", "x", words))


def _behind(words: Iterable[str]) -> list[str]:
    """Return these words as alternatives of one width each, as `re` wants them in front of a place."""
    return ["|".join(group) for _, group in groupby(sorted(words, key=_width), _width)]


_KEYS = ("ress ", "ial ", "ption ", "key ", "ücken Sie ", "hlen Sie ", "Taste ", "ulse ", "arque ", "apez ", "rema ")
_PRESS = (*_KEYS, "igiti ", "igite ")
_BETWEEN = ("-", "/", ", ", " or ", " and ", " oder ", " und ", " o ", " y ", " ou ", " et ", " e ")
_NO_KEY = "".join(f"(?<!{words})" for words in _behind(_PRESS))
"""Ends of words after which `[1]` is a key of the phone, and not a citation."""

KEYS_WITHIN_CHARACTERS = 240
"""Characters in front of a key of the phone that are read for the first key of its sentence."""

_MORE_KEYS = re.compile(rf"(?<!add)(?<!Add)(?<!exp)(?:{'|'.join(_PRESS)})\[\d\][^.!?\n]*(?:{'|'.join(_BETWEEN)})\Z")


def is_after_keys(text: str) -> bool:
    """Return whether the next number is a key of the phone too: `Press [1], [2] or `, `Press [1] for a table, `."""
    return _MORE_KEYS.search(text) is not None


_TURN = r"turn\d{1,2}[a-z]{2,10}\d{1,3}(?:L\d{1,5}(?:-L?\d{1,5})?)?"
_GIVEN_TO_TURN = ("filecite", "cite", "navlist")
_BARE = rf"(?<![^\W_])(?<!['\u2019])(?:{'|'.join(_GIVEN_TO_TURN)})?(?:{_TURN}){{1,20}}"
"""What is left of ChatGPT's citations where a server took their delimiters away: `fileciteturn0file1L1-L5`."""

RAISED = "\u2070-\u2079\u00b9\u00b2\u00b3"
"""The raised digits, for a class of a regular expression. In a word, each may be a citation."""

_COUNTS = tuple(
    f"{word} "
    for word in listed(
        "have, has, need, for, in, In, only, about, are, room, Room, order, Order, table, Table, haben, f\u00fcr, "
        "nur, Zimmer, Tisch, um, tenemos, para, habitaci\u00f3n, avons, pour, chambre, abbiamo, per, camera, "
        "tavolo"
    )
)
"""Words after which `[5]` is a number if a word in small letters follows, as at the beginning of a line."""

_BEFORE_COUNT = "|".join(("(?<=\n)", *(f"(?<=\\W(?:{words}))" for words in _behind(_COUNTS))))
_IN_CITE = rf"(?i:<cite>)\[?{_NUMBERS}\]?(?i:</cite>)"
_COUNTED = rf"(?=[\[<])(?:{_BEFORE_COUNT})(?:\[\d{{1,3}}\]|{_IN_CITE})"
_NUMBER = rf"(?!{_COUNTED}[ ][^\W\d_A-Z])"

_PLACES = listed(
    "seat, seats, Seat, Seats, gate, gates, Gate, Gates, row, rows, Row, size, sizes, Size, rooms, Rooms, tables, "
    "Tables, orders, number, numbers, Number, section, level, floor, line, lines, code, platform, is, the, a, to, "
    "at, on, from, see, See, and, or, Sitz, Platz"
)
_NO_PLACE = (
    "".join(f"(?<!\\W(?:{words}))" for words in _behind((*_COUNTS, *(f"{place} " for place in _PLACES)))) + r"(?<!\n)"
)
"""Words after which `[S1]` or `[1b]` may be a seat, a gate or a room; and the beginning of a line."""

_SHORT = r"(?:[*#\u00a7SDRC]\d{1,3}|\d[a-z]|(?:pp?\.?|Pp?\.)[ ]?\d{1,4}(?:[ ]?[,;\u2013-][ ]?\d{1,4}){0,5})"
_SHORTS = rf"{_SHORT}(?:[,;][ ]?{_SHORT}){{0,9}}"
_JOINED = r"[-\u2013\u2014/&,;]"
"""Matches a sign between two citations. It goes with them."""

WHOLE = "|".join(
    (
        # %[1]%, ^[1]^, and either of them half closed; but after a number, `5%[1]`, the sign is a per cent
        rf"%\[{_NUMBERS}\]%",
        rf"\^\[{_NUMBERS}\]\^",
        rf"(?:(?<![\d\s])%|\^)\[{_NUMBERS}\][%^]?(?!\Z)",
        # [1], [[2]](https://...), [doc1], [^note], <cite>3</cite>, and [S1] or [1b] where no place is named
        rf"(?=[\[<]){_NO_KEY}(?:{_NUMBER}(?:\[{{1,2}}(?:{_INNER}|{_NOTE})\]{{1,2}}(?:{_LINK})?|{_IN_CITE})"
        rf"|{_NO_PLACE}\[(?:{_SHORTS}|{_NUMBERS}{_AND}{_NUMBERS})\])",
        # ([1](https://...))
        rf"\(\[{{1,2}}(?:{_INNER}|{_NOTE})\]{{1,2}}(?:{_LINK})?\)",
        # noon[a], noon†
        r"(?<=[^\W_])\[[a-z]\]",
        r"(?<=[\w.,;:!?])[\u2020\u2021]",
        # The sign between [1] and [2]
        rf"(?<=\])[ ]?{_JOINED}[ ]?(?=\[(?:{_NUMBERS}|{_SHORTS})\])",
        # Numbers in other brackets, also raised ones
        r"[\u3014\u3016\u27e6]\d{1,3}[\u3015\u3017\u27e7]",
        r"\u207d[\u2070-\u2079\u00b9\u00b2\u00b3]{1,3}\u207e",
        # (Source: menu.pdf)
        r"\((?i:sources?|quellen?|fuentes?|fonti?):[ ][^()\n]{1,120}\)",
        # 【4:0†menu.pdf】, 【menu.pdf】, 【doc1】, 【1】
        r"[\u3010\u3016][^\u3010\u3011\u3016\u3017\n]{0,80}"
        r"(?:\u2020[^\u3010\u3011\u3016\u3017\n]{0,80}|\.[a-z]{2,4})[\u3011\u3017]",
        rf"\u3010{_NAMED}\u3011",
        r"[\u3010\uff3b]\d[^\u3010\u3011\uff3b\uff3d\n]{0,80}[\u3011\uff3d]",
        # :contentReference[oaicite:0]{index=0}
        r":?contentReference\[[^\[\]\n]{0,40}\](?:\{[^{}\n]{0,40}\})?",
        # \cite{menu}
        r"\\cite[a-z]?\{[^{}\n]{0,80}\}",
        # (turn0search1), citeturn0search1
        rf"\({_BARE}(?:[,;]?[ ]?{_BARE}){{0,9}}\)",
        _BARE,
        # ^1^
        r"(?<![^\W_])\^\d{1,3}\^",
        # {{ref}}, {cite:1}
        r"\{\{[ ]?[#/>&!]?\w[\w.:| -]{0,60}\}\}",
        r"\{(?i:cite|ref|source)[:_ ]?\d{1,3}\}",
        # A raised number; after a number it may be a power
        rf"(?<![\d\u207a\u207b{RAISED}])\u00b9(?![\d{RAISED}])",
        rf"(?<=[.,;:!?\s])[{RAISED}]{{1,4}}",
        rf"(?:(?<=[^\W\d_]{{3}})|(?<=[.,;:!?]))<sup>\[?{_NUMBERS}\]?</sup>",
        r"<sup>\d{1,3}(?:(?:,[ ]|;[ ]?)\d{1,3}){1,9}</sup>",
    )
)
"""Matches a complete citation."""


def _prefixes(word: str) -> str:
    """Return a pattern of all beginnings of a word."""
    return "|".join(re.escape(word[:end]) for end in range(1, len(word) + 1))


_BARE_BEGUN = "|".join(map(_prefixes, (*_GIVEN_TO_TURN, "turn", *(f"{word}turn" for word in _GIVEN_TO_TURN))))
_OPENED = "|".join(
    (
        # The name of a source, with its numbers, a second name or a title
        r"oai_citation[^\[\]\n]{0,110}",
        r"[A-Za-z_]{0,13}",
        r"turn\d{0,2}\w{0,9}",
        rf"{_SOURCE}(?:e?[sn])?(?:[ _-](?:id?)?|id?)?[ \t]?[:_#=-]?[ \t]?(?:[\d,;\u2013 \t-]{{0,60}}|[a-z]{{0,6}})",
        rf"{_ONE_NAMED}[,;: ][^\[\]\n]{{0,90}}",
        rf"{_SOURCE}s?:[ \t]?[^\[\]\n]{{0,90}}",
        # A sign, a short mark, a page
        r"[\u2020\u2021\u00a7*]",
        r"[*#\u00a7]\d[^\[\]\n]{0,60}",
        r"(?:[SDRC]\d{1,3}|\d[a-z])[,;][^\[\]\n]{0,60}",
        r"[Pp]{1,2}\.?[ ]?[\d,; \u2013-]{0,60}",
        r"#",
        # The name of a file
        r"[\w.-]{1,66}(?:[,:#][^\[\]\n]{0,40})?",
        # A number, a footnote
        r"[\u2460-\u2473]",
        r"\d[^\[\]\n]{0,90}\^?",
        r"\^[^\[\]\s]{0,20}",
        rf"\^{_SOURCE}[^\[\]\n]{{0,60}}",
    )
)
"""Matches what may stand behind the opening bracket of a citation that is not closed yet."""

BEGUN = "|".join(
    (
        # A number that may be a count, until the next word tells
        rf"{_COUNTED}[ ]?",
        # (source: ...
        r"\((?i:(?:[a-z]{0,7}|(?:sources?|quellen?|fuentes?|fonti?):[^()\n]{0,121}))",
        # What follows a citation: a sign, and the next citation
        r"(?<=\])[ ]?(?:[-\u2013\u2014/&,;][ ]?(?:\[[^\[\]\n]{0,90}\]?)?)?",
        # Other brackets
        r"[\u3014\u27e6]\d{0,3}",
        r"\u207d[\u2070-\u2079\u00b9\u00b2\u00b3]{0,3}",
        r"[\u3010\u3016][^\u3010\u3011\u3016\u3017\n]{0,165}",
        # [1, or [1](https://...
        rf"\(?\[{{1,2}}(?:{_OPENED})(?:\]{{1,2}}(?:\([^\s()]{{0,1000}}(?:\s{{1,3}}(?:\"[^\"\n]{{0,200}}\"?)?)?\)?)?)?",
        r"[\u3010\uff3b](?:\d[^\u3010\u3011\uff3b\uff3d\n]{0,80})?",
        # :contentReference[...
        rf":?(?:{_prefixes('contentReference')})?"
        rf"(?:(?<=contentReference)\[[^\[\]\n]{{0,40}}\]?(?:(?<=\])\{{[^{{}}\n]{{0,40}})?)?",
        # \cite{...
        r"\\(?:c|ci|cit|cite[a-z]?(?:\{[^{}\n]{0,80})?)",
        # citeturn0...
        rf"\(?(?<![^\W_])(?<!['\u2019])(?:{_BARE_BEGUN}|(?:{'|'.join(_GIVEN_TO_TURN)})?turn\d[a-zL\d-]{{0,200}})",
        rf"\((?:{'|'.join(_GIVEN_TO_TURN)})?turn\d[\w,; -]{{0,200}}",
        # %[1, ^[1, ^1
        r"[%^](?:\[[\d,;\u2013 \t-]{0,60}(?:\][%^]?)?)?",
        r"(?<![^\W_])\^\d{1,3}",
        # {{..., {cite...
        r"\{(?:\{[ ]?[#/>&!]?[\w.:| -]{0,61}\}?|[a-zA-Z]{0,6}[:_ ]?\d{0,3})?",
        # A raised number, <cite>, <sup>
        rf"[{RAISED}]{{1,4}}",
        rf"<(?i:{_prefixes('cite')}|cite>\[?\d?[\d,;\u2013 \t-]{{0,60}}\]?(?:<(?:/(?:{_prefixes('cite')})?)?)?)",
        rf"<(?:{_prefixes('sup')}|sup>(?:[-+\u2212]|\[?\d?[\d,;\u2013 \t-]{{0,60}}\]?)(?:<(?:/s?u?p?)?)?)",
    )
)
"""Matches the beginning of a possible citation."""
