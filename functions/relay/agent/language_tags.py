"""Compares the tags of languages, such as `es-MX` with `es-ES`. Source: RFC 5646."""

from collections.abc import Iterable

SAME = {
    # One language of a group of them, which speech providers name by the group or by the language
    **{"cmn": "zh", "yue": "zh", "arb": "ar", "nb": "no", "nn": "no"},
    # Older tags, and tags of other standards, which some systems still send
    **{"fil": "tl", "iw": "he", "in": "id", "ji": "yi", "jw": "jv", "mo": "ro", "sh": "sr"},
}
"""Primary tags, and the tags that others use for the same language. Source: IANA, "Language Subtag Registry"."""

_WRITTEN_IN = {"hant": {"tw", "hk", "mo"}, "hans": {"cn", "sg"}}
"""The regions of a script, for Chinese: a speaker may be described by either."""


def nearest(language: str, languages: Iterable[str]) -> str:
    """Return the same language of these, or the nearest one with the same primary tag; empty if there is none.

    `es` and `es-MX` both find `es-ES`, `zh-HK` finds `zh-TW`, and `nb` finds `no-NO`. Source: RFC 4647, "Lookup".
    """
    wanted = _tags(language)
    same = [code for code in languages if language and primary(code) == primary(language)]
    return max(same, key=lambda code: (_plain(code) == _plain(language), len(_tags(code) & wanted)), default="")


def primary(language: str) -> str:
    """Return the language itself, without a region or a script, such as `zh` for `zh-Hant` and for `cmn`."""
    own = _plain(language).split("-", maxsplit=1)[0]
    return SAME.get(own, own)


def _plain(language: str) -> str:
    return language.strip().replace("_", "-").lower()


def _tags(language: str) -> set[str]:
    """Return the subtags of a language, with the script of its region, or the regions of its script."""
    own = set(_plain(language).split("-"))
    tags = own | {primary(language)} | {script for script, regions in _WRITTEN_IN.items() if own & regions}
    placed = any(own & regions for regions in _WRITTEN_IN.values())
    return tags if placed else tags.union(*(regions for script, regions in _WRITTEN_IN.items() if script in own))
