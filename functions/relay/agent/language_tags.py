"""Compares the tags of languages, such as `es-MX` with `es-ES`. Source: RFC 5646."""

from collections.abc import Iterable


def nearest(language: str, languages: Iterable[str]) -> str:
    """Return the same language of these, or the nearest one with the same primary tag; empty if there is none.

    `es` and `es-MX` both find `es-ES`, and `zh-Hant` finds `zh-TW`. Source: RFC 4647, "Lookup".
    """
    wanted = _tags(language)
    same = [code for code in languages if language and primary(code) == primary(language)]
    return max(same, key=lambda code: (_tags(code) == wanted, len(_tags(code) & wanted)), default="")


_WRITTEN_IN = {"hant": {"tw", "hk", "mo"}, "hans": {"cn", "sg"}}
"""The regions of a script, for Chinese: a speaker may be described by either."""


def _tags(language: str) -> set[str]:
    """Return the subtags of a language, with the regions of its script."""
    tags = set(language.replace("_", "-").lower().split("-"))
    return tags.union(*(regions for script, regions in _WRITTEN_IN.items() if script in tags))


def primary(language: str) -> str:
    """Return the language itself, without a region or a script, such as `zh` for `zh-Hant`."""
    return language.replace("_", "-").split("-", maxsplit=1)[0].lower()
