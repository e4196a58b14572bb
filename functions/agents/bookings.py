"""Rosa's bookings. Yours would ask a table or a service."""

from dataclasses import dataclass

from functions.relay import ToolError


@dataclass(frozen=True, slots=True)
class Booking:
    """A reserved table."""

    name: str
    phone: str
    when: str
    guests: int


_BOOKINGS = {
    "K4T9": Booking("Alma", "+15550142", "Friday at eight", 4),
    "B2M7": Booking("Iris", "+15550143", "Sunday at half past seven", 2),
}


def find(reference: str, phone: str) -> str:
    """Return what is booked under a reference, in words; the name only to the phone that booked.

    Raises ToolError for a reference that is not there.
    """
    booking = _BOOKINGS.get(reference.upper().replace(" ", "").replace("-", ""))
    if booking is None:
        raise ToolError(f"There is no booking {reference}. Ask the caller to spell it once more.")
    name = f", in the name of {booking.name}" if phone == booking.phone else ""
    return f"A table for {booking.guests}, {booking.when}{name}."
