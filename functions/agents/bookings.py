"""Rosa's bookings. Yours would ask a table or a service."""

from dataclasses import dataclass

from functions.relay import ToolError


@dataclass(frozen=True, slots=True)
class Booking:
    """A reserved table."""

    name: str
    when: str
    guests: int


_BOOKINGS = {
    "K4T9": Booking("Alma", "Friday at eight", 4),
    "B2M7": Booking("Iris", "Sunday at half past seven", 2),
}


def find(reference: str, name: str = "") -> str:
    """Return the booking under a reference, in words; with its name only to a caller who says the right name.

    A caller's number is no proof: others can call with it.

    Raises ToolError for an unknown reference.
    """
    booking = _BOOKINGS.get(reference.upper().replace(" ", "").replace("-", ""))
    if booking is None:
        raise ToolError(f"There is no booking {reference}. Ask the caller to spell it once more.")
    theirs = f", in the name of {booking.name}" if name.strip().casefold() == booking.name.casefold() else ""
    return f"A table for {booking.guests}, {booking.when}{theirs}."
