"""How long a caller waited, by Twilio's reports of both voices."""

from functions.relay.log.events import Entry, Event
from functions.relay.log.keys import Key
from functions.relay.wire.messages import Info, Interrupt
from local.ops.sessions import waits


def log(*events: tuple[int, Event]) -> list[Entry]:
    return [Entry(Key(at, f"m{place}"), event) for place, (at, event) in enumerate(events)]


def voice(who: str, on: bool) -> Info:
    return Info(f"{who}Speaking", "on" if on else "off")


def test_a_wait_is_from_the_callers_last_to_the_agents_first_word() -> None:
    found = log(
        (1000, voice("agent", True)),
        (3000, voice("agent", False)),
        (4000, voice("client", True)),
        (5000, voice("client", False)),
        (6200, voice("agent", True)),
        (7000, voice("agent", False)),
    )
    assert waits(found) == [1200]


def test_who_goes_on_speaking_has_not_begun_to_wait() -> None:
    found = log(
        (1000, voice("client", False)),
        (1500, voice("client", True)),
        (2500, voice("client", False)),
        (3000, voice("agent", True)),
    )
    assert waits(found) == [500]


def test_an_agent_that_pauses_has_not_answered_twice() -> None:
    found = log(
        (1000, voice("client", False)),
        (1700, voice("agent", True)),
        (1900, voice("agent", False)),
        (2500, voice("agent", True)),
    )
    assert waits(found) == [700]


def test_without_a_voice_there_is_no_wait() -> None:
    assert waits(log((1, Interrupt("")), (2, voice("agent", True)))) == []
