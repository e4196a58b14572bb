"""A restaurant's desk with everything that a tool may need: a package, a data file, a secret and a variable."""

import csv
import os
from pathlib import Path

from functions.relay import Agent, Caller, EndCall, HandOff, ToolError, Voice, tool

BOOKINGS = Path(__file__).parent / "bookings.csv"


def find_booking(reference: str, caller: Caller) -> str:
    """Look up a booking by its reference: four letters and digits, such as K4T9."""
    from slugify import slugify  # noqa: PLC0415 - as agents import what is slow to load

    if not caller.secret("desk-key"):
        raise ToolError("The bookings cannot be read.")
    with BOOKINGS.open(encoding="utf-8", newline="") as rows:
        booked = {slugify(row["reference"]): row["booked"] for row in csv.DictReader(rows)}
    if slugify(reference) not in booked:
        raise ToolError(f"There is no booking {reference}.")
    return f"{booked[slugify(reference)]}, at {os.environ['DESK']}."


def transfer_to_human(reason: str) -> HandOff:
    """Pass the caller to a person when they ask for one or are upset."""
    return HandOff(reason, to="+15550100")


def say_goodbye() -> EndCall:
    """Hang up once the caller has said goodbye."""
    return EndCall(saying="Thank you for calling. Goodbye!")


agent = Agent(
    prompt="You answer the phone of a restaurant.",
    greeting="Rosa's, good evening! How can I help?",
    voices={"en-US": Voice("Google", "en-US-Journey-O")},
    tools=[tool(find_booking, saying="Let me look."), transfer_to_human, say_goodbye],
)
