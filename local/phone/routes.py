"""Which address to open for a public URL, so that the signed and the opened address may differ."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

Resolve = Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Routes:
    """Maps public URLs to the addresses behind them.

    Args:
        voice_url: the real address of the voice webhook.
        public_url: scheme and host under which Twilio knows it, without a path; empty if they are the same.
        resolve: gets a URL of the TwiML and returns the address to open instead, or None for the URL itself.
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
        """Whether Twilio would open a socket to this url: only wss; any other scheme must be resolved on purpose."""
        return url.startswith("wss://") or self.resolve(url) is not None


def mapping(connect: Mapping[str, str]) -> Resolve:
    """Return a resolver that replaces the longest listed prefix, with any query or path after it."""

    def resolve(url: str) -> str | None:
        found = max((known for known in connect if _under(url, known)), key=len, default=None)
        return None if found is None else connect[found] + url[len(found) :]

    return resolve


def _under(url: str, prefix: str) -> bool:
    return url.startswith(prefix) and (prefix.endswith("/") or url[len(prefix) :][:1] in {"", "/", "?", "#"})


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
