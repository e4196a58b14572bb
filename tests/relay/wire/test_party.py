"""The kinds of addresses in Twilio's webhooks, and every form of a withheld number."""

import pytest

from functions.relay import Caller
from functions.relay.wire.party import WITHHELD_WORDS, PartyKind, kind_of, mark_of, shown_number

KINDS: dict[str, PartyKind] = {
    "+12125550142": "number",
    "+442079460123": "number",
    "+4930901820": "number",
    "40404": "short code",
    "+40404": "short code",
    "611": "short code",
    "client:alice": "client",
    "client:+15550142": "client",
    "Client:Alice": "client",
    "sip:alice@example.sip.twilio.com": "sip",
    "sips:alice@example.com:5061;transport=tls": "sip",
    "sip:+12125550142@example.com": "sip",
    "sip:anonymous@anonymous.invalid": "withheld",
    "SIP:Restricted@example.com": "withheld",
    "whatsapp:+12125550142": "number",
    "WhatsApp:+442079460123": "number",
    "whatsapp:anonymous": "withheld",
    "whatsapp:": "withheld",
    "+266696687": "withheld",
    "266696687": "withheld",
    "+7378742883": "withheld",
    "+2562533": "withheld",
    "+8656696": "withheld",
    "+86282452253": "withheld",
    "+7748283": "withheld",
    "Anonymous": "withheld",
    "RESTRICTED": "withheld",
    " unknown ": "withheld",
    "": "withheld",
    "client:": "withheld",
    "client:Anonymous": "withheld",
    "sip:": "withheld",
    "+": "withheld",
    "alice": "withheld",
    "+0123456789": "withheld",
    "+\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668": "withheld",
}


@pytest.mark.parametrize(("address", "kind"), KINDS.items())
def test_an_address_is_of_one_kind(address: str, kind: PartyKind) -> None:
    assert kind_of(address) == kind


OURS = "+12125550100"


@pytest.mark.parametrize(
    ("called", "ours", "shown"),
    [
        ("+12125550199", OURS, "+12125550199"),
        ("sip:+12125550199@example.sip.twilio.com", "", "+12125550199"),
        ("sip:+12125550199;phone-context=x:secret@example.com:5061;transport=tls", "", "+12125550199"),
        ("sip:+12125550199@example.sip.twilio.com", OURS, OURS),
        ("sip:help@example.sip.twilio.com", OURS, OURS),
        ("", OURS, OURS),
        ("sip:help@example.sip.twilio.com", "", ""),
        ("sip:example.sip.twilio.com", "", ""),
        ("client:+12125550199", "", ""),
        ("", "help", ""),
    ],
)
@pytest.mark.parametrize("caller", ["sip:alice@example.sip.twilio.com", "client:alice", "anonymous"])
def test_a_number_of_ours_is_shown_for_a_caller_without(caller: str, called: str, ours: str, shown: str) -> None:
    assert shown_number(caller, called, ("client:anna", "+12125550111"), ours) == shown


def test_the_people_see_who_calls_if_they_can() -> None:
    assert shown_number("+12125550142", "", ("+12125550111",), OURS) == ""
    assert shown_number("client:alice", "", ("client:anna", "sip:anna@example.com"), OURS) == ""
    assert shown_number("client:alice", "+12125550199", ("client:anna",), OURS) == "+12125550199"


@pytest.mark.parametrize("word", WITHHELD_WORDS)
def test_words_are_withheld_when_spelt_on_the_keys(word: str) -> None:
    groups = ("abc", "def", "ghi", "jkl", "mno", "pqrs", "tuv", "wxyz")
    keys = {letter: str(digit) for digit, group in enumerate(groups, 2) for letter in group}
    assert kind_of("+" + "".join(keys[letter] for letter in word)) == "withheld"


@pytest.mark.parametrize(
    ("given", "number", "address"),
    [
        ("+12125550142", "+12125550142", ""),
        ("40404", "40404", ""),
        ("whatsapp:+12125550142", "+12125550142", ""),
        ("client:alice", "", "client:alice"),
        ("sip:alice@example.com", "", "sip:alice@example.com"),
        ("+266696687", "", ""),
        ("Anonymous", "", ""),
    ],
)
def test_a_caller_has_a_number_an_address_or_neither(given: str, number: str, address: str) -> None:
    caller = Caller(given)
    assert (caller.number, caller.address, caller.kind) == (number, address, kind_of(given))


def test_a_whatsapp_call_is_of_the_person_with_the_number() -> None:
    assert mark_of("whatsapp:+12125550142", "pepper") == mark_of("+12125550142", "pepper")


@pytest.mark.parametrize(
    "other",
    [
        "SIP:Alice@A.example",
        "sip:alice@a.example:5061",
        "sip:alice@a.example;transport=tcp",
        "sips:alice@a.example?X=1",
    ],
)
def test_a_sip_phone_is_one_caller_however_its_address_is_written(other: str) -> None:
    assert mark_of(other, "pepper") == mark_of("sip:alice@a.example", "pepper")
    assert mark_of(other, "pepper") != mark_of("sip:bob@a.example", "pepper")


def test_all_withheld_numbers_have_one_mark() -> None:
    marks = {mark_of(address, "pepper") for address, kind in KINDS.items() if kind == "withheld"}
    assert len(marks) == 1
    assert mark_of("+12125550142", "pepper") not in marks
    assert marks != {mark_of("", "another")}
