"""Whose phones ring next, whether a person takes the call, and what the record says of it."""

import pytest

from functions.relay.log.events import Entry, HandedOff
from functions.relay.transfer import (
    Reply,
    Ring,
    first_ring,
    has_machine,
    is_asked,
    is_followed,
    missing_outcomes,
    outcomes,
    reply_of,
    ring_of,
    taker,
    tried,
    tries,
)

ANNA, BEN, CLEO = "+15550101", "+15550102", "+15550103"
IN_TURN = HandedOff("t1", "asked", ANNA, others=(BEN, CLEO), confirm=True)
AT_ONCE = HandedOff("t1", "asked", ANNA, others=(BEN, CLEO), confirm=True, at_once=True)


def known(hand_off: HandedOff, *entries: Entry) -> tuple[tuple[str, str], ...]:
    return outcomes(hand_off, tries(hand_off.id, entries))


def test_in_turn_each_person_is_a_ring() -> None:
    assert first_ring(IN_TURN) == Ring(IN_TURN, 0, (0,))
    assert ring_of(IN_TURN, 2, ()) == Ring(IN_TURN, 2, (2,))
    assert ring_of(IN_TURN, 3, ()) is None


def test_at_once_all_phones_ring() -> None:
    assert first_ring(AT_ONCE) == ring_of(AT_ONCE, 0, ()) == Ring(AT_ONCE, 0, (0, 1, 2))


def test_who_has_declined_does_not_ring_again() -> None:
    declined = tried(AT_ONCE, 0, 1, "declined", "CA2")
    assert ring_of(AT_ONCE, 1, [declined]) == Ring(AT_ONCE, 1, (0, 2))
    machine = tried(AT_ONCE, 1, 0, "machine", "CA3")
    assert ring_of(AT_ONCE, 2, [declined, machine]) == Ring(AT_ONCE, 2, (2,))


def test_phones_that_nobody_answers_ring_once() -> None:
    missed = [tried(AT_ONCE, 0, person, "no-answer", "") for person in range(3)]
    assert ring_of(AT_ONCE, 1, missed) is None
    assert ring_of(AT_ONCE, 1, ()) is None


def test_a_late_report_of_a_later_ring_changes_no_earlier_one() -> None:
    late = tried(AT_ONCE, 1, 0, "machine", "CA3")
    assert ring_of(AT_ONCE, 1, [tried(AT_ONCE, 0, 1, "declined", "CA2"), late]) == Ring(AT_ONCE, 1, (0, 2))


@pytest.mark.parametrize(
    ("digits", "speech", "language", "reply"),
    [
        ("1", "", "en-US", "take"),
        ("2", "", "en-US", "decline"),
        ("5", "", "en-US", "unclear"),
        ("", "Yes, please.", "en-US", "take"),
        ("", "No.", "en-US", "decline"),
        ("", "Yes, no, not now.", "en-US", "decline"),
        ("", "Ja, gern!", "de-DE", "take"),
        ("", "¿Sí?", "es-ES", "take"),
        ("", "Non merci.", "fr-FR", "decline"),
        ("", "Certo", "it-IT", "take"),
        ("", "Yes", "pt-BR", "take"),
        ("", "Hello?", "en-US", "unclear"),
        ("", "", "en-US", "unclear"),
        ("", "Yes, you have reached Anna, please leave a message.", "en-US", "unclear"),
    ],
)
def test_a_key_or_a_word_answers(digits: str, speech: str, language: str, reply: Reply) -> None:
    assert reply_of(digits, speech, language, machine=False) == reply


def test_a_machine_does_not_say_yes_but_a_key_counts() -> None:
    assert reply_of("", "Yes.", "en-US", machine=True) == "decline"
    assert reply_of("1", "", "en-US", machine=True) == "take"


def test_one_person_takes_a_ring() -> None:
    assert tried(AT_ONCE, 0, 0, "taken", "CA2").key == tried(AT_ONCE, 0, 1, "taken", "CA3").key
    assert tried(AT_ONCE, 0, 0, "taken", "CA2").key != tried(AT_ONCE, 1, 0, "taken", "CA4").key


def test_a_machine_is_known_by_its_call() -> None:
    heard = [tried(IN_TURN, 0, 0, "machine", "CA2")]
    assert (has_machine("CA2", heard), has_machine("CA3", heard)) == (True, False)


def test_who_answers_and_hangs_up_has_declined() -> None:
    answered = [tried(IN_TURN, 0, 0, "answered", "CA2")]
    ring = first_ring(IN_TURN)
    assert list(missing_outcomes(ring, "declined", answered)) == [(0, "declined")]
    assert list(missing_outcomes(ring, "", answered)) == []
    assert list(missing_outcomes(ring, "busy", ())) == [(0, "busy")]


def test_a_ring_that_a_person_took_says_so_if_it_is_known() -> None:
    assert list(missing_outcomes(first_ring(IN_TURN), "", ())) == [(0, "taken")]
    assert list(missing_outcomes(first_ring(AT_ONCE), "", ())) == []


def test_the_record_says_what_became_of_each_person() -> None:
    log = [
        tried(IN_TURN, 0, 0, "busy", "CA2"),
        tried(IN_TURN, 1, 1, "machine", "CA3"),
        tried(IN_TURN, 1, 1, "answered", "CA3"),
        tried(IN_TURN, 2, 2, "answered", "CA4"),
        tried(IN_TURN, 2, 2, "taken", "CA4"),
    ]
    assert known(IN_TURN, *log) == ((ANNA, "busy"), (BEN, "machine"), (CLEO, "taken"))
    assert taker(IN_TURN, tries("t1", log)) == CLEO


def test_without_a_question_who_answered_took_the_call() -> None:
    log = [tried(IN_TURN, 0, 0, "busy", "CA2"), tried(IN_TURN, 1, 1, "answered", "CA3")]
    assert taker(IN_TURN, tries("t1", log)) == BEN
    assert taker(AT_ONCE, ()) == ""
    assert taker(HandedOff("t1", "asked", ANNA), ()) == ANNA


def test_only_people_who_can_press_a_key_are_asked() -> None:
    mixed = HandedOff("t1", "asked", ANNA, others=("sip:ben@example.com", "client:cleo"), confirm=True)
    assert [is_asked(mixed, person) for person in range(3)] == [True, True, False]
    assert not is_asked(HandedOff("t1", "asked", ANNA), 0)


def test_calls_to_several_people_are_followed() -> None:
    assert is_followed(IN_TURN)
    assert is_followed(HandedOff("t1", "asked", ANNA, others=(BEN,)))
    assert not is_followed(HandedOff("t1", "asked", ANNA))


def test_what_another_ring_says_is_not_what_this_one_says() -> None:
    answered = tried(IN_TURN, 0, 0, "answered", "CA2")
    assert list(missing_outcomes(Ring(IN_TURN, 1, (1,)), "no-answer", [answered])) == [(1, "no-answer")]
    assert list(missing_outcomes(Ring(IN_TURN, 0, (0,)), "no-answer", [answered])) == [(0, "declined")]
