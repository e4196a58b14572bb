"""Phone numbers, and the time zones in which whoever has one may be.

A number says where it was issued, not where its phone is. Source: phonenumbers, "PhoneNumberToTimeZonesMapper".
"""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import NumberParseException, PhoneNumberFormat, format_number, is_possible_number, parse
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number


def e164(text: str) -> str:
    """Return a number that was written with its country's code, as `+12125550142`; empty if it cannot be one."""
    try:
        number = parse(text)
    except NumberParseException:
        return ""
    return format_number(number, PhoneNumberFormat.E164) if is_possible_number(number) else ""


def zones(number: str) -> tuple[ZoneInfo, ...]:
    """Return every time zone in which a number may be; none if that is not known, or not of all of them."""
    found = time_zones_for_number(parse(number))
    try:
        return tuple(ZoneInfo(name) for name in found if name != UNKNOWN_TIMEZONE)
    except ZoneInfoNotFoundError:
        return ()
