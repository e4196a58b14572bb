"""Whether and how a session opens, by the entries of the logs when its setup arrives."""

from dataclasses import replace

import pytest

from functions.relay import Agent, Voice
from functions.relay.admission import TICKET_VALID_MS, use_of
from functions.relay.after_session import Resume, after_hand_off
from functions.relay.log.events import (
    Announced,
    Entry,
    HandedOff,
    LanguageSwitched,
    SessionEnded,
    SessionJoined,
    SessionOpened,
    SessionRefused,
)
from functions.relay.log.keys import OPENING, Key
from functions.relay.opening import Open, Plan, Refuse, Repeated, SetupFacts, plan_opening, session_before
from functions.relay.wire.messages import Info, Language, Prompt, Setup, Text
from tests.relay.scenes import START, answer, at, opened, played, under

VOICES = {"en-US": Voice("Google", "en-US-Neural2-A"), "es-ES": Voice("Google", "es-ES-Neural2-A")}
ROSA = Agent("You are Rosa.", "Hi, this is Rosa.", VOICES)
BACK = ROSA.phrases_in("en-US").back
ANNOUNCED = Announced("rosa", "+15550101", "+15550100", ticket="t", at=START)
SETUP = Setup("VX2", "CA1", "+15550101", "+15550100", "inbound", (("ticket", "t"),))
JOINED = Entry(Key(START - 60_000, "t0"), SessionJoined("first"))
LOST = (opened(), at(1000, Prompt("When?")), *answer(1000, "On Friday, at ten."), played(1500, "On Friday,"))
WHOLE = (*LOST, played(2000, " at ten."))


def known(*entries: Entry, announced: Announced = ANNOUNCED) -> tuple[Entry, ...]:
    return (Entry(Key(announced.at, "announced"), announced), *entries)


def plan(call: tuple[Entry, ...], before: tuple[Entry, ...] | None = None, session: tuple[Entry, ...] = ()) -> Plan:
    return plan_opening(SetupFacts("second", Key(START + 3000, "s"), SETUP, session, call, before), lambda _: ROSA)


def opening(call: tuple[Entry, ...], before: tuple[Entry, ...] | None = None) -> Open:
    found = plan(call, before)
    assert isinstance(found, Open)
    return found


@pytest.mark.parametrize("event", [SessionOpened("rosa", "CA2", "", ""), SessionRefused()])
def test_a_second_setup_is_ignored(event: SessionOpened | SessionRefused) -> None:
    assert plan(known(), session=(Entry(OPENING, event),)) == Repeated()


@pytest.mark.parametrize(
    "call",
    [
        (),
        known(announced=replace(ANNOUNCED, ticket="another")),
        known(announced=replace(ANNOUNCED, at=START + 2999 - TICKET_VALID_MS)),
        known(at(2000, SessionEnded("VX1", "ended", call_over=True))),
    ],
    ids=["a call that is unknown", "another ticket", "a ticket too old", "a call that is over"],
)
def test_a_session_without_a_valid_ticket_is_refused(call: tuple[Entry, ...]) -> None:
    assert plan(call) == Refuse()


def test_the_first_session_begins_with_the_greeting() -> None:
    found = opening(known())
    assert (found.how, found.messages, found.ticket) == ("opened", (), use_of(ANNOUNCED, "second"))
    assert (found.opened.greeting, found.opened.began) == ("Hi, this is Rosa.", START + 3000)


def test_a_session_says_which_version_of_its_agent_answers() -> None:
    opened = opening(known(announced=replace(ANNOUNCED, version="4f2a"))).opened
    assert opened.version == "4f2a"


def test_a_session_after_one_that_never_opened_has_no_greeting() -> None:
    assert opening(known(at(1000, SessionEnded("VX1", "failed")))).opened.greeting == ""


@pytest.mark.parametrize(
    ("before", "sentence"),
    [(LOST, BACK), (WHOLE, ""), ((), "")],
    ids=["lost in an answer", "lost after an answer", "lost before its opening"],
)
def test_a_lost_session_is_resumed(before: tuple[Entry, ...], sentence: str) -> None:
    found = opening(known(JOINED), before)
    assert (found.how, found.opened.greeting) == ("resumed", sentence)
    assert found.messages == ((Text(sentence, last=True),) if sentence else ())
    assert found.opened.began == JOINED.key.at


@pytest.mark.parametrize("reports", [True, False])
def test_a_resumed_session_knows_whether_its_line_reports(reports: bool) -> None:
    heard = (at(500, Info("tokensPlayed", "Good evening!")),) if reports else ()
    assert opening(known(JOINED), (opened("Good evening!"), *heard)).opened.reports == reports


def test_a_resumed_session_goes_on_in_the_callers_language() -> None:
    spanish = (Entry(OPENING, SessionOpened("rosa", "CA1", "", "", language="es-ES")), *LOST[1:])
    back = ROSA.phrases_in("es-ES").back
    assert opening(known(JOINED), spanish).messages == (
        Language("es-ES"),
        Text(back, last=True, language="es-ES"),
    )


def test_a_call_that_began_in_another_language_goes_on_in_the_first() -> None:
    """Twilio begins the new session in the announced language, which the caller has left."""
    spanish, back = replace(ANNOUNCED, language="es-ES"), ROSA.phrases_in("en-US").back
    left = (
        Entry(OPENING, SessionOpened("rosa", "CA1", "", "", language="es-ES")),
        at(500, LanguageSwitched("en-US")),
    )
    assert opening(known(JOINED, announced=spanish), (*left, *LOST[1:])).messages == (
        Language("en-US"),
        Text(back, last=True),
    )
    kept = (left[0], *LOST[1:])
    back = ROSA.phrases_in("es-ES").back
    assert opening(known(JOINED, announced=spanish), kept).messages == (Text(back, last=True, language="es-ES"),)


def test_an_untaken_hand_off_is_reported_first() -> None:
    hand_off = under(2000, 88, HandedOff("h1", "wants a person", "+15550102", nobody="No one is there."))
    missed = after_hand_off(hand_off, Resume(), {"DialCallStatus": "busy"})
    assert missed
    assert opening(known(JOINED, hand_off, missed), LOST).opened.greeting == "No one is there."


def test_another_agent_remembers_and_greets() -> None:
    other = (Entry(OPENING, SessionOpened("otto", "CA1", "", "")), *LOST[1:])
    found = opening(known(JOINED), other)
    assert (found.how, found.opened.greeting, found.messages) == ("passed on", "Hi, this is Rosa.", ())
    assert found.opened.remembered


def test_the_session_before_is_the_newest_of_another_connection() -> None:
    joined = [at(moment, SessionJoined(name)) for moment, name in ((1, "a"), (2, "b"), (3, "mine"))]
    assert session_before(tuple(joined), "mine") == "b"
    assert session_before((), "mine") is None


def test_a_session_knows_what_its_setup_says_of_the_call() -> None:
    told = replace(SETUP, forwarded_from="+15550177", caller_name="Alma", parent_call="CA9")
    plan = plan_opening(SetupFacts("second", Key(START + 3000, "s"), told, (), known()), lambda _: ROSA)
    assert isinstance(plan, Open)
    opened = plan.opened
    assert (opened.forwarded_from, opened.caller_name, opened.parent_call) == ("+15550177", "Alma", "CA9")
