"""`make client-app`, with a double of Twilio."""

from collections.abc import Callable

import boto3
import pytest

from local.ops.client_app import main
from local.ops.deployed import parameter
from tests.servers.twilio import TwilioServer

Run = Callable[..., tuple[int, str]]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("secrets")]


@pytest.fixture
def run(stage: str, twilio: TwilioServer, capsys: pytest.CaptureFixture[str]) -> Run:
    def made(*arguments: str) -> tuple[int, str]:
        return main(["--stage", stage, "--yes", *arguments]), capsys.readouterr().out

    return made


def stored(stage: str, name: str) -> str:
    ssm = boto3.client("ssm", region_name="eu-central-1")
    found = ssm.get_parameter(Name=parameter(stage, name), WithDecryption=True)["Parameter"]
    assert found["Type"] == "SecureString"
    return str(found["Value"])


def test_an_app_and_a_key_are_made_and_kept(run: Run, stage: str, twilio: TwilioServer) -> None:
    status, printed = run()
    [app], [key] = twilio.apps, twilio.keys
    assert status == 0
    assert (app["friendly_name"], app["voice_url"]) == (f"hotline-{stage}", "https://api.example.com/voice")
    assert app["voice_fallback_url"] == "https://api.example.com/fallback"
    assert stored(stage, "twilio-app-sid") == app["sid"]
    assert (stored(stage, "twilio-api-key-sid"), stored(stage, "twilio-api-key-secret")) == (
        key["sid"],
        key["secret"],
    )
    assert key["secret"] not in printed
    assert f"hotline-{stage}-tokens" in printed


def test_a_second_run_makes_nothing_twice(run: Run, twilio: TwilioServer) -> None:
    run()
    twilio.apps[0]["voice_url"] = "https://elsewhere.example.com/voice"
    assert run()[0] == 0
    [app], [_] = twilio.apps, twilio.keys
    assert app["voice_url"] == "https://api.example.com/voice"


def test_a_sip_domain_leads_to_the_deployment(run: Run, twilio: TwilioServer) -> None:
    run("--sip", "rosas-phone")
    run("--sip", "rosas-phone")
    [domain] = twilio.domains
    assert (domain["domain_name"], domain["voice_url"]) == (
        "rosas-phone.sip.twilio.com",
        "https://api.example.com/voice",
    )


def test_a_name_that_no_domain_has_is_refused(run: Run, twilio: TwilioServer) -> None:
    with pytest.raises(SystemExit):
        run("--sip", "Rosa's phone")
    assert not twilio.domains
