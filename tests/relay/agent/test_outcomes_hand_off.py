"""A hand-off as a tool returns it, and as it is logged."""

import re
from dataclasses import replace
from typing import Any

import pytest

from functions.relay import Agent, AgentError, Voice
from functions.relay.agent.hand_off import HandOff, UnreachableError, hand_off_fault
from functions.relay.agent.outcomes import EndCall
from functions.relay.agent.phrases import phrases
from functions.relay.log.events import HandedOff
from functions.relay.ports import OperatorError


class TestAHandOff:
    @pytest.mark.parametrize(
        "to",
        [
            "+15550199",
            "+12125550142",
            "sip:desk@example.com",
            "sip:desk@example.com:5061;transport=tls;edge=dublin",
            "+442079460123",
            "client:agent_1",
            "client:rosa.m@example.com",
            "workflow:WW0123456789abcdef0123456789abcdef",
        ],
    )
    def test_leads_to_a_number_an_address_a_client_or_a_workflow(self, to: str) -> None:
        assert HandOff("asked", to).to == to

    @pytest.mark.parametrize(
        "to",
        [
            "",
            "15550199",
            "+0123456",
            "+1 555 0199",
            "+15550199\n",
            "+1555\u0660199",
            "desk@example.com",
            "sip:example.com",
            "sip:a b@example.com",
            "sip:a@example.com/><Say>",
            "client:",
            "client:a b",
            "client:rosa?tier=gold",
            "client:rosa</Client>",
            "sip:a@example.com?X-Inject=1",
            "sip:a@example.com;transport=udp?X-Inject=1&b=2",
            "sip:a?X-Inject=1@example.com",
            "sip:a@example.com,sip:b@example.com",
            "+19005551234",
            "+12129765555",
            "+870772001234",
            "+881612345678",
            "+882161234567",
            "+979123456789",
            "+80812345678",
            "tel:+15550199",
            "workflow:WW1",
            "workflow:",
            "</Number><Say>hi</Say>",
        ],
    )
    def test_a_hand_off_that_leads_nowhere_is_told_without_the_number(self, to: str) -> None:
        with pytest.raises(UnreachableError) as caught:
            HandOff("asked", to)
        assert isinstance(caught.value, OperatorError)
        assert str(caught.value) == (
            "The caller cannot be put through: HandOff.to must be a number such as +12125550142 that is neither "
            "premium rate nor satellite, sip:name@host without headers, client:name or workflow:WW… by its SID."
        )

    @pytest.mark.parametrize("rings", [0, 4, 601])
    def test_a_hand_off_that_rings_too_shortly_or_too_long_is_refused(self, rings: int) -> None:
        with pytest.raises(UnreachableError, match=f"HandOff.rings is {rings}; give a whole number, 5 to 600"):
            HandOff("asked", "+15550199", rings=rings)

    def test_a_hand_off_is_logged_with_the_words_if_nobody_answers(self) -> None:
        to, here = "+15550199", ("t1", "it-IT", phrases("it-IT"))
        plain = HandedOff("t1", "asked", to, nobody=phrases("it-IT").nobody, language="it-IT")
        assert HandOff("asked", to).as_event(*here) == plain
        back = HandOff("asked", to, brief="Upset.", rings=12, nobody="They are all out.")
        assert back.as_event(*here) == replace(plain, brief="Upset.", rings=12, nobody="They are all out.")
        own = HandOff("asked", to, nobody={"en-US": "All out.", "it-IT": "Sono tutti fuori."})
        assert own.as_event(*here).nobody == "Sono tutti fuori."

    @pytest.mark.parametrize(
        ("saying", "words"),
        [
            ("Call us.", "Call us."),
            ({"it-IT": "Ci chiami."}, "Ci chiami."),
            (None, phrases("it-IT").goodbye),
            ("", ""),
        ],
        ids=str,
    )
    def test_a_hand_off_is_logged_with_the_goodbye_if_nobody_answers(self, saying: Any, words: str) -> None:
        noted = HandOff("asked", "+15550199", nobody=EndCall(saying=saying)).as_event("t1", "it-IT", phrases("it-IT"))
        assert (noted.nobody, noted.ends) == (words, True)

    def test_a_hand_off_is_logged_as_xml_and_the_table_can_hold_it(self) -> None:
        hand_off = HandOff("a\x00b", "+15550199", brief="One.\nTwo.\ud800" + "x" * 1000, nobody="\x1b[0m")
        noted = hand_off.as_event("t1", "en-US", phrases("en-US"))
        assert (noted.reason, noted.nobody) == ("a b", "[0m")
        assert noted.brief.startswith("One. Two.?xxx")
        assert len(noted.brief) == 500


ANNA, BEN = "+15550111", "+15550112"
WORKFLOW, MUSIC = f"workflow:WW{'0' * 32}", "https://example.com/hold.mp3"


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"to": []}, "HandOff.to is []; write a number"),
        ({"to": [ANNA, "Ben"]}, "HandOff.to must be a number"),
        ({"to": [ANNA, ANNA]}, "HandOff.to names a person twice; write each one once."),
        ({"to": [f"+1555010{n:04d}" for n in range(11)]}, "HandOff.to has 11 people; Twilio calls 10 at most."),
        ({"to": [ANNA, f"workflow:WW{'0' * 32}"]}, "HandOff.to has a workflow among several people"),
        ({"to": ANNA, "order": "shuffled"}, 'HandOff.order is \'shuffled\'; write "in turn" or "at once".'),
        (
            {"to": ANNA, "hold": "Please wait."},
            "HandOff.hold needs a queue, and only a workflow has one",
        ),
        ({"to": [ANNA, BEN], "hold": MUSIC}, "HandOff.hold needs a queue"),
        ({"to": WORKFLOW, "hold": "http://example.com/a.mp3"}, "HandOff.hold is 'http://example.com/a.mp3'; write"),
        (
            {"to": WORKFLOW, "hold": "https://example.com/a b"},
            "HandOff.hold is 'https://example.com/a b'; write words",
        ),
        ({"to": WORKFLOW, "hold": f"{MUSIC}?{'x' * 500}"}, "a URL of up to 500 letters: https://…"),
        ({"to": ANNA, "confirm": "yes"}, "HandOff.confirm is 'yes'; write one of True, False, None."),
        ({"to": ANNA, "hours": "Mo-Fr 9-17"}, "HandOff.hours is 'Mo-Fr 9-17'; write Hours(\"Mo-Fr 9-17\"), or None."),
        ({"to": ANNA, "closed": "Call tomorrow."}, "HandOff.closed is 'Call tomorrow.'; write a HandOff, a PassTo"),
        ({"to": ANNA, "premium": None}, "HandOff.premium is None; write one of True, False."),
    ],
)
def test_people_that_cannot_be_called_are_refused(wrong: dict[str, Any], fault: str) -> None:
    with pytest.raises(UnreachableError, match=re.escape(fault)):
        HandOff("asked", **wrong)


@pytest.mark.parametrize("hold", ["Danke fürs Warten.", MUSIC, {"en-US": "Wait.", "de-DE": "Danke fürs Warten."}])
def test_a_hold_is_noted_in_the_call_s_language(hold: Any) -> None:
    noted = HandOff("asked", WORKFLOW, hold=hold).as_event("t1", "de-DE", phrases("de-DE"))
    assert noted.hold == (MUSIC if hold == MUSIC else "Danke fürs Warten.")


def test_several_people_are_asked_and_one_is_not() -> None:
    def event(to: str | list[str], **more: Any) -> HandedOff:
        return HandOff("asked", to, **more).as_event("t1", "en-US", phrases("en-US"))

    assert event([ANNA, BEN]).people == (ANNA, BEN)
    assert (event([ANNA, BEN]).confirm, event(ANNA).confirm, event(ANNA, confirm=True).confirm) == (True, False, True)
    assert not event([ANNA, BEN], confirm=False).confirm
    assert event([ANNA, BEN], order="at once").at_once


def test_a_long_brief_of_a_key_is_refused_and_one_of_a_model_is_cut() -> None:
    long = HandOff("pressed 0", to=ANNA, brief="x" * 501)
    assert len(long.as_event("t1", "en-US", phrases("en-US")).brief) == 500
    with pytest.raises(AgentError, match=r"HandOff\.brief has 501 characters; a person is told 500 at most"):
        Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, keys={"0": long})


@pytest.mark.parametrize(
    ("name", "given", "fault"),
    [
        ("nobody", "x" * 501, "HandOff.nobody has 501 characters; a person is told 500 at most."),
        ("nobody", EndCall(saying={"en-US": "", "de-DE": "x" * 501}), "HandOff.nobody has 501 characters; a person"),
        ("saying", "x" * 501, ""),
        ("hold", MUSIC, ""),
        ("hold", "http://example.com/a.mp3", "HandOff.hold is 'http://example.com/a.mp3'; write words"),
        ("meanwhile", None, ""),
    ],
)
def test_words_of_an_author_are_told_whole(name: str, given: Any, fault: str) -> None:
    found = hand_off_fault(name, given)
    assert found.startswith(fault) if fault else not found
