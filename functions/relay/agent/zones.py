"""Finds time zones by their names. `zoneinfo` is loaded only for an agent that names one: it slows a cold start."""

from datetime import UTC, tzinfo

from functions.relay.agent.tools import AgentError


def zone_of(name: str) -> tzinfo:
    """Return the time zone of a name such as `Europe/Berlin`. Raises AgentError."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise AgentError(f"Agent.zone is {name!r}; write a name such as Europe/Berlin.") from error
