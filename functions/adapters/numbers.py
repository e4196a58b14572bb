"""Finds the kind, the country and the possible time zones of a phone number.

A number shows where it was issued, not where its phone is. Source: phonenumbers, "PhoneNumberToTimeZonesMapper".
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from phonenumbers import (
    NumberParseException,
    PhoneNumberFormat,
    PhoneNumberType,
    ValidationResult,
    format_number,
    is_possible_number_with_reason,
    number_type,
    parse,
    region_code_for_country_code,
    region_code_for_number,
)
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from functions.relay.outbound import Callee, NumberKind, PhoneNumber
from functions.relay.planning import NumberFacts

_KINDS: dict[int, NumberKind] = {
    PhoneNumberType.FIXED_LINE: "ordinary",
    PhoneNumberType.MOBILE: "ordinary",
    PhoneNumberType.FIXED_LINE_OR_MOBILE: "ordinary",
    PhoneNumberType.TOLL_FREE: "ordinary",
    PhoneNumberType.VOIP: "ordinary",
    PhoneNumberType.UAN: "ordinary",
    PhoneNumberType.PREMIUM_RATE: "premium rate",
    PhoneNumberType.SHARED_COST: "shared cost",
    PhoneNumberType.PERSONAL_NUMBER: "personal",
    PhoneNumberType.PAGER: "pager",
}

NO_COUNTRY = "001"
"""The region of numbers without a country, such as a satellite phone's.

Source: phonenumbers, REGION_CODE_FOR_NON_GEO.
"""


def e164(text: str, region: str = "") -> str:
    """Return a number in the form `+12125550142`; empty if it cannot be a number.

    `text` has a country code, or is written with its area code as in the country `region` (ISO 3166).
    """
    try:
        number = parse(text, region or None)
    except NumberParseException:
        return ""
    length = is_possible_number_with_reason(number)
    local = length == ValidationResult.IS_POSSIBLE_LOCAL_ONLY and not region
    return format_number(number, PhoneNumberFormat.E164) if length == ValidationResult.IS_POSSIBLE or local else ""


def zones(number: str) -> tuple[ZoneInfo, ...]:
    """Return all time zones in which a number in E.164 may be; none if they are not all known.

    In North America a number may be ported, and may be a mobile phone: it may be in every zone of its area code. The
    area code 850 is in both zones of Florida.
    """
    found = set(time_zones_for_number(parse(number)))
    if (area := _AREA.match(number)) and UNKNOWN_TIMEZONE not in found:
        found.update(*(names for prefix, names in TIMEZONE_DATA.items() if prefix.startswith(area[1])))
    try:
        return tuple(ZoneInfo(name) for name in sorted(found) if name != UNKNOWN_TIMEZONE)
    except ZoneInfoNotFoundError:
        return ()


_AREA = re.compile(r"\+(1[2-9]\d\d)", re.ASCII)
"""The calling code and the area code of a number of North America."""


PAY_PER_CALL = re.compile(r"\+1\d{3}976\d{4}")
"""Numbers of North America whose caller pays, beside those of 900. phonenumbers calls them ordinary.

Source: ATIS, "Central Office Code (NXX) Assignment Guidelines", 976 for information delivery services.
"""


def kind(number: str) -> NumberKind:
    """Return the kind of a number in E.164, on which its price depends; "unknown" if no numbering plan has it."""
    parsed = parse(number)
    if PAY_PER_CALL.fullmatch(number):
        return "premium rate"
    free = number_type(parsed) == PhoneNumberType.TOLL_FREE
    nowhere = region_code_for_number(parsed) == NO_COUNTRY and not free
    return "satellite" if nowhere else _KINDS.get(number_type(parsed), "unknown")


def costs_extra(number: str) -> bool:
    """Return whether a call to a number in E.164 costs more than one to an ordinary number, as far as plans say."""
    try:
        return kind(number) not in ("ordinary", "unknown")
    except NumberParseException:
        return False


def country(number: str) -> str:
    """Return the country of a number in E.164 as an ISO 3166 code.

    If no numbering plan has the number, return the main country of its calling code.
    """
    parsed = parse(number)
    return region_code_for_number(parsed) or region_code_for_country_code(parsed.country_code or 0)


def facts(number: str) -> NumberFacts:
    """Return what is known of a number in E.164."""
    line = PhoneNumber(number, kind(number), country(number))
    return NumberFacts(line, Callee(zones(number), line.country))
