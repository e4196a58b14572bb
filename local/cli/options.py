"""The options that several commands share. They are checked before anything starts."""

import argparse
import os

from local.arguments import yes_no
from local.dialer import Wish, parameters


def add_wish(parser: argparse.ArgumentParser) -> None:
    """Add the options of a call, with defaults from AGENT, CALLER, CALL_LANGUAGE, OUTBOUND and PARAMETERS."""
    read = os.environ.get
    parser.add_argument("--agent", default=read("AGENT", ""), help="the agent's name in functions/agents")
    parser.add_argument("--caller", default=read("CALLER", ""), help="the number of the person on the phone")
    parser.add_argument("--language", default=read("CALL_LANGUAGE", ""), help="that person's language, such as es")
    parser.add_argument(
        "--outbound", type=yes_no, nargs="?", const="yes", default=read("OUTBOUND", ""), help="the agent calls"
    )
    parser.add_argument(
        "--parameters",
        type=parameters,
        default=read("PARAMETERS", ""),
        help="the parameters of a call that the agent places, such as: name=Ana",
    )


def wish(given: argparse.Namespace) -> Wish:
    """Return the call that the options ask for."""
    return Wish(given.agent, given.caller, given.language, given.outbound, given.parameters)
