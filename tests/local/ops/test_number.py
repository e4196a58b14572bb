"""`make number`, with a double of Twilio."""

from collections.abc import Callable

import pytest

from local.ops.number import main
from tests.endpoint import HangUp
from tests.local.ops.conftest import Stacks
from tests.servers.intelligence import refusal
from tests.servers.twilio import TwilioServer, number

OURS, OTHER = "+12125550100", "+12125550101"

Run = Callable[..., tuple[int, list[str]]]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("secrets")]


@pytest.fixture
def run(stage: str, twilio: TwilioServer, capsys: pytest.CaptureFixture[str]) -> Run:
    twilio.numbers = [number(OTHER), number(OURS, voice_method="GET")]

    def pointed(*arguments: str) -> tuple[int, list[str]]:
        code = main([OURS, "--stage", stage, *arguments])
        return code, capsys.readouterr().out.splitlines()

    return pointed


def test_it_shows_what_was_and_what_will_be_and_does_it(run: Run, stage: str, twilio: TwilioServer) -> None:
    code, lines = run("--yes")
    assert code == 0
    assert lines[0].startswith(f"Reading Hotline ({stage}) in AWS account 123456789012, Region eu-central-1, as arn:")
    assert lines[1:-1] == [
        f'Pointing {OURS} of Twilio account "Rosa\'s", AC{"0" * 31}1 at it:',
        "  voice_url: https://demo.twilio.com/welcome/voice/ -> https://api.example.com/voice",
        "  voice_method: GET -> POST",
        "  voice_fallback_url: (nothing) -> https://api.example.com/fallback",
        "  status_callback: (nothing) -> https://api.example.com/call-status",
    ]
    assert b"TrunkSid" not in twilio.seen[-1].body
    other, ours = twilio.numbers
    assert ours["voice_url"] == "https://api.example.com/voice"
    assert ours["voice_fallback_url"] == "https://api.example.com/fallback"
    assert ours["status_callback"] == "https://api.example.com/call-status"
    assert other["voice_url"] == "https://demo.twilio.com/welcome/voice/"


def test_a_second_time_there_is_nothing_to_do(run: Run, twilio: TwilioServer) -> None:
    run("--yes")
    asked = len(twilio.seen)
    code, lines = run("--yes")
    assert (code, lines[-1]) == (0, "  It has these settings already; nothing to do.")
    assert {seen.method for seen in twilio.seen[asked:]} == {"GET"}


def test_without_a_yes_nothing_is_changed(run: Run, twilio: TwilioServer) -> None:
    code, lines = run()
    assert (code, lines[-1][-24:]) == (1, "ask: add YES=1 to go on.")
    assert {seen.method for seen in twilio.seen} == {"GET"}


def test_an_application_or_a_trunk_is_removed_from_the_number(run: Run, twilio: TwilioServer) -> None:
    twilio.numbers = [number(OURS, voice_application_sid="AP1", trunk_sid="TK1")]
    _, lines = run("--yes")
    assert "  voice_application_sid: AP1 -> (nothing)" in lines
    assert "  trunk_sid: TK1 -> (nothing)" in lines
    assert (twilio.numbers[0]["voice_application_sid"], twilio.numbers[0]["trunk_sid"]) == ("", "")


def test_a_number_of_another_account_is_not_found(run: Run, twilio: TwilioServer) -> None:
    twilio.numbers = [number(OTHER)]
    code, lines = run("--yes")
    assert (code, lines[-1]) == (2, f"{OURS} is not a number of this account. It has {OTHER}.")


def test_a_number_that_takes_no_calls_is_refused(run: Run, twilio: TwilioServer) -> None:
    twilio.numbers = [number(OURS) | {"capabilities": {"voice": False, "sms": True}}]
    assert run("--yes")[0] == 2


def test_a_wrong_token_is_told_with_its_cure(run: Run, twilio: TwilioServer) -> None:
    twilio.instead = refusal(401, 20003, "Authenticate")
    code, lines = run("--yes")
    assert code == 2
    assert "make secrets" in lines[-1]


def test_a_suspended_account_is_named(run: Run, twilio: TwilioServer) -> None:
    twilio.standing |= {"status": "suspended"}
    code, lines = run("--yes")
    assert code == 2
    assert "is suspended" in lines[-1]


def test_twilio_that_hangs_up_is_no_crash(run: Run, twilio: TwilioServer) -> None:
    twilio.instead = HangUp()
    code, lines = run("--yes")
    assert code == 2
    assert lines[-1].startswith("Twilio did not answer")


def test_a_stack_of_an_older_version_is_to_be_deployed_again(run: Run, stacks: Stacks) -> None:
    del stacks.outputs["FallbackUrl"]
    code, lines = run("--yes")
    assert code == 2
    assert "has no output FallbackUrl. Deploy it again: make deploy STAGE=" in lines[-1]


@pytest.mark.parametrize("text", ["12125550100", "+1 212 555 0100", "tel:+12125550100"])
def test_a_number_is_written_as_twilio_does(text: str) -> None:
    with pytest.raises(SystemExit):
        main([text])
