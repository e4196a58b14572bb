"""`make intelligence`, with Twilio's SDK against a double of its API."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace

import boto3
import pytest

from functions.relay import Agent, Intelligence, Operator, Voice
from functions.relay.agent.intelligence import SERVICES
from local.ops.deployed import parameter
from local.ops.intelligence import main
from local.ops.twilio_intelligence import Service, TwilioIntelligence
from tests.endpoint import HangUp, Step
from tests.fixtures.agents import DESK
from tests.local.ops.conftest import ACCOUNT, TOKEN
from tests.servers.intelligence import refusal
from tests.servers.twilio import TwilioServer

Run = Callable[..., tuple[int, str]]

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("secrets")]

SCORE = Operator("lead-score", "Rate from 0 to 10 how likely this caller is to buy.", int)
AGENT = replace(DESK, intelligence=Intelligence([SCORE, Operator("Sentiment Analysis")]))


@pytest.fixture
def run(stage: str, capsys: pytest.CaptureFixture[str]) -> Run:
    def made(agents: Mapping[str, Agent] | None = None, *arguments: str) -> tuple[int, str]:
        status = main(["--stage", stage, "--yes", *arguments], agents or {"rosa": AGENT, "desk": DESK})
        return status, capsys.readouterr().out

    return made


def stored(stage: str) -> dict[str, str]:
    ssm = boto3.client("ssm", region_name="eu-central-1")
    value = ssm.get_parameter(Name=parameter(stage, SERVICES), WithDecryption=True)["Parameter"]["Value"]
    found: dict[str, str] = json.loads(value)
    return found


def test_an_agent_gets_a_service_that_redacts(run: Run, stage: str, twilio: TwilioServer) -> None:
    assert run()[0] == 0
    [service] = twilio.intelligence.services
    assert {name: service[name] for name in service if name not in ("sid", "account_sid", "friendly_name")} == {
        "unique_name": f"hotline-{stage}-rosa-{AGENT.language}",
        "language_code": AGENT.language,
        "auto_transcribe": False,
        "auto_redaction": True,
        "media_redaction": True,
        "data_logging": False,
        "webhook_url": "https://api.example.com/analysed",
        "webhook_http_method": "POST",
        "version": 1,
    }
    assert stored(stage) == {"rosa": service["sid"]}


def test_its_operators_are_made_and_attached(run: Run, twilio: TwilioServer) -> None:
    _, printed = run()
    [service], [own] = twilio.intelligence.services, twilio.intelligence.custom
    shipped = {one["friendly_name"]: one["sid"] for one in twilio.intelligence.prebuilt}
    assert twilio.intelligence.attached == {service["sid"]: [own["sid"], shipped["Sentiment Analysis"]]}
    assert (own["friendly_name"], own["operator_type"]) == ("lead-score", "GenerativeJSON")
    schema = {"type": "object", "properties": {"answer": {"type": "integer"}}}
    assert own["config"] == {"prompt": SCORE.prompt, "json_result_schema": schema}
    assert "lead-score: created\n  Sentiment Analysis: attached" in printed


def test_a_second_run_makes_nothing_twice(run: Run, twilio: TwilioServer) -> None:
    run()
    status, printed = run()
    assert (status, "created" in printed, "attached" in printed) == (0, False, False)
    assert (len(twilio.intelligence.services), len(twilio.intelligence.custom)) == (1, 1)


def test_a_changed_prompt_is_updated(run: Run, twilio: TwilioServer) -> None:
    run()
    better = replace(DESK, intelligence=Intelligence([Operator("lead-score", "Rate this lead.", float)]))
    assert "lead-score: updated" in run({"rosa": better})[1]
    [own] = twilio.intelligence.custom
    assert (own["config"]["prompt"], own["version"]) == ("Rate this lead.", 2)


def test_another_language_gets_another_service(run: Run, twilio: TwilioServer) -> None:
    run()
    german = replace(AGENT, voices={"de-DE": Voice("Google", "de-DE-Neural2-F")}, greeting="Hallo!", own_phrases={})
    assert run({"rosa": german})[0] == 0
    assert [one["language_code"] for one in twilio.intelligence.services] == [AGENT.language, "de-DE"]


def test_recordings_are_transcribed_for_one_agent_only(run: Run, twilio: TwilioServer) -> None:
    assert run({"rosa": AGENT}, "--recordings", "yes")[0] == 0
    assert twilio.intelligence.services[0]["auto_transcribe"] is True
    status, printed = run({"rosa": AGENT, "two": AGENT}, "--recordings", "yes")
    assert status == 2
    assert "charge each recording once for each of these agents: rosa, two" in printed


@pytest.mark.parametrize(
    ("agents", "words"),
    [
        ({"desk": DESK}, "No agent has intelligence."),
        (
            {"rosa": replace(DESK, intelligence=Intelligence([Operator("Mood")]))},
            "Twilio ships no operator 'Mood'. Give it a prompt, or take one of these: Do Not Contact Me, Recording",
        ),
    ],
)
def test_a_mistake_is_named_with_its_cure(run: Run, agents: Mapping[str, Agent], words: str) -> None:
    status, printed = run(agents)
    assert status == 2
    assert words in " ".join(printed.split())


def test_a_language_that_twilio_does_not_take_is_its_error(run: Run, twilio: TwilioServer) -> None:
    other = replace(AGENT, voices={"pl-PL": Voice("Google", "pl-PL-Standard-A")}, greeting="Halo!", own_phrases={})
    status, printed = run({"rosa": other})
    assert (status, twilio.intelligence.services) == (2, [])
    assert "400, error 20001" in printed


@pytest.mark.parametrize(
    "step", [refusal(412, 20412, "Another version"), refusal(503, 20503, "Busy"), HangUp()], ids=str
)
def test_what_twilio_declines_is_said(run: Run, twilio: TwilioServer, step: Step) -> None:
    twilio.instead = step
    status, printed = run()
    assert status == 2
    assert "Twilio" in printed


def test_a_change_by_another_program_is_not_overwritten(twilio: TwilioServer) -> None:
    account = TwilioIntelligence(ACCOUNT, TOKEN, twilio.url)
    service = Service("hotline-dev-rosa-en-US", "en-US", "https://api.example.com/analysed", recordings=False)
    account.put(service)
    account.put(service)
    assert [one.headers.get("If-Match") for one in twilio.seen if one.method == "POST"] == [None, "1"]
    account.close()
