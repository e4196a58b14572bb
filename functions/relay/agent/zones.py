"""Finds time zones by their names. `zoneinfo` is loaded only for an agent that names one: it slows a cold start."""

from datetime import UTC, tzinfo

from functions.relay.agent.tools import AgentError


def zone_of(name: str, field: str = "Agent.zone") -> tzinfo:
    """Return the time zone of a name such as `Europe/Berlin`. Raises AgentError, which names the field."""
    if name == "UTC":
        return UTC
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # noqa: PLC0415

    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError) as error:
        raise AgentError(f"{field} is {name!r}; write a name such as Europe/Berlin.") from error
