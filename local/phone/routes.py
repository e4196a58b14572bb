"""Which address to open for a public URL, so that what is signed and what is dialled may differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Routes:
    """Maps public URLs to the addresses behind them.

    Args:
        voice_url: where the voice webhook is really found.
        public_url: scheme and host under which Twilio knows it, with no path of its own; the same when empty.
        resolve: given a URL of the TwiML, the address to open instead, None for the URL itself.
    """

    voice_url: str
    public_url: str
    resolve: Resolve

    @property
    def public_voice_url(self) -> str:
        """The voice webhook as Twilio knows and signs it."""
        origin = _origin(self.voice_url)
        return (self.public_url.rstrip("/") or origin) + self.voice_url[len(origin) :]

    def address(self, url: str) -> str:
        """Return what to open for a public URL."""
        public = self.public_url.rstrip("/")
        if (mapped := self.resolve(url)) is not None:
            return mapped
        if public and url.startswith(public) and url[len(public) :][:1] in {"", "/", "?"}:
            return _origin(self.voice_url) + url[len(public) :]
        return url

    def dialable(self, url: str) -> bool:
        """Whether Twilio would open a socket to this url: wss only, anything else must be resolved on purpose."""
        return url.startswith("wss://") or self.resolve(url) is not None


def mapping(connect: Mapping[str, str]) -> Resolve:
    """Return a resolver that replaces the longest listed prefix, whatever query or path follows it."""

    def resolve(url: str) -> str | None:
        found = max((known for known in connect if _under(url, known)), key=len, default=None)
        return None if found is None else connect[found] + url[len(found) :]

    return resolve


def _under(url: str, prefix: str) -> bool:
    return url.startswith(prefix) and (prefix.endswith("/") or url[len(prefix) :][:1] in {"", "/", "?", "#"})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
