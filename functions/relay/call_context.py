"""Says which call the running code is about, so that every log line can name it. It holds no word and no number."""

import re
from collections.abc import Mapping
from contextvars import ContextVar

_SID = re.compile(r"CA[0-9a-f]{32}")

_known: ContextVar[Mapping[str, str]] = ContextVar("call_context", default={})  # noqa: B039 - it is never changed


def begin(**fields: str) -> None:
    """Forget the call before this one; set `call` (its SID), `session` (the connection) or `agent`, if known.

    A `call` that is not a SID is left out: a stranger may have sent it, and it could be private.
    """
    _known.set({name: value for name, value in fields.items() if value and (name != "call" or _SID.fullmatch(value))})


def about(**fields: str) -> None:
    """Add what has become known of the call. Threads that start from now on know it too."""
    begin(**{**_known.get(), **fields})


def known() -> Mapping[str, str]:
    """Return what is known of the call."""
    return _known.get()
