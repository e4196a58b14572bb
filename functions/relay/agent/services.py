"""Checks on a laptop whether AWS has the services that tools need, before a function would miss one."""

import re
from collections.abc import Collection
from difflib import get_close_matches

from functions.relay.agent.needs import Needs
from functions.relay.agent.tools import AgentError
from functions.relay.error_location import source_line


def check_services(needs: Needs, known: Collection[str], file: str, source: str) -> None:
    """Raise AgentError for a service in `NEEDS` that boto3 does not know.

    `known` are the services of boto3. `source` is the text of the file that assigns `NEEDS`.
    """
    for service in needs.services:
        if service not in known:
            near = get_close_matches(service, sorted(known), n=2)
            cure = (
                f"write {' or '.join(map(repr, near))}"
                if near
                else "boto3.Session().get_available_services() has all"
            )
            fault = f"Needs.services has {service!r}, which boto3 does not know; {cure}."
            raise AgentError(fault, source_line(file, _line(source, service)))


def _line(source: str, service: str) -> int:
    """Return the number of the line that names a service; 1 if none does."""
    named = re.compile(rf"""["']{re.escape(service)}["']""")
    return next((number for number, line in enumerate(source.splitlines(), 1) if named.search(line)), 1)
