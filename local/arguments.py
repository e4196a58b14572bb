"""Checks the arguments of the commands. Each error says what is wrong and what would be right."""

import argparse
import os
import re


def yes_no(text: str) -> bool:
    """Return the value of a variable such as YES or CALL. Raises ArgumentTypeError unless it is 1, yes, 0 or no."""
    match text.strip().lower():
        case "1" | "yes":
            return True
        case "" | "0" | "no":
            return False
        case _:
            raise argparse.ArgumentTypeError(f"{text!r} is neither 1 nor yes, 0 nor no")


def add_yes(parser: argparse.ArgumentParser, what: str) -> None:
    """Add --yes, which agrees to `what` in advance. The variable YES does the same."""
    parser.add_argument(
        "--yes", type=yes_no, nargs="?", const="yes", default=os.environ.get("YES", ""), metavar="1", help=what
    )


def e164(text: str) -> str:
    """Return a phone number such as +12125550142. Raises ArgumentTypeError for any other text."""
    if not re.fullmatch(r"\+[1-9]\d{6,14}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a phone number in Twilio's form, such as +12125550142")
    return text


def call_sid(text: str) -> str:
    """Return the SID of a call. Raises ArgumentTypeError for any other text."""
    if not re.fullmatch(r"CA[0-9a-zA-Z]{1,32}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not the SID of a call: CA and 32 digits and letters")
    return text


def agent_name(text: str) -> str:
    """Return a text that can be the name of an agent. Raises ArgumentTypeError for any other text."""
    if not text.isidentifier():
        raise argparse.ArgumentTypeError(f"{text!r} is not an agent: give a name in functions/agents, AGENT=reminder")
    return text


def stage_name(text: str) -> str:
    """Return the name of a deployment. Raises ArgumentTypeError for a name that no stack can have."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{0,19}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a stage: give up to 20 lower-case letters, digits and hyphens"
        )
    return text


def whole(text: str, most: int, example: str) -> int:
    """Return a whole number from 1 to `most`. Raises ArgumentTypeError for any other text."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 0 < int(text) <= most):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {most}, such as {example}")
    return int(text)


def port_number(text: str) -> int:
    """Return a port of this machine. Raises ArgumentTypeError for any other text."""
    if not (text.isascii() and text.isdecimal() and 0 < int(text[:6]) < 65_536):
        raise argparse.ArgumentTypeError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def pair(text: str) -> tuple[str, str]:
    """Return the two sides of an argument NAME=VALUE. Raises ArgumentTypeError for any other text."""
    name, found, value = text.partition("=")
    if not (name and found):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def country(text: str) -> str:
    """Return a country's two letters in ISO 3166, or nothing. Raises ArgumentTypeError for any other text."""
    if text and not re.fullmatch(r"[A-Z]{2}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a country: give two capital letters, COUNTRY=US")
    return text


def list_name(text: str) -> str:
    """Return the name of a list. Raises ArgumentTypeError for a name that no key in the table can have."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text):
        raise argparse.ArgumentTypeError(
            f"{text!r} cannot be the name of a list: give up to 40 letters and digits, LIST=DNC"
        )
    return text
