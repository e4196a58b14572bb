"""`make doctor`, with the laptop line in place of a deployment: real signatures, real sockets, a real table."""

from collections.abc import Callable, Iterator

import boto3
import pytest

from functions.adapters.counters import DynamoCounters
from functions.relay.counts import Quota, Seat
from functions.relay.log.keys import counter
from local.dev_stack import DevStack, Public, dev_stack
from local.environment import ACCOUNT, SECRETS, TOKEN
from local.ops import doctor, real_call
from tests.endpoint import refusing_url
from tests.local.ops.conftest import Stacks
from tests.ports import free_port
from tests.servers.twilio import Created, TwilioServer, number

pytestmark = pytest.mark.slow

OURS = "+12125550100"
PATHS = {"VoiceUrl": "/voice", "FallbackUrl": "/fallback", "StatusUrl": "/call-status"}

Look = Callable[..., tuple[int, list[str]]]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevStack]:
    """A line that is reached from outside under the URLs for which its requests are signed."""
    port = free_port()
    public = Public(f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/laptop")
    log = tmp_path_factory.mktemp("log") / "functions.log"
    with dev_stack("offline", log=log, public=public, port=port) as running:
        expiry = {"Enabled": True, "AttributeName": "expires"}
        with pytest.MonkeyPatch.context() as environment:
            _lead(environment, running, "")
            dynamodb = boto3.client("dynamodb")
            found = dynamodb.describe_time_to_live(TableName=running.table)["TimeToLiveDescription"]
            if found["TimeToLiveStatus"] != "ENABLED":
                dynamodb.update_time_to_live(TableName=running.table, TimeToLiveSpecification=expiry)  # type: ignore[arg-type]
        yield running


def _lead(environment: pytest.MonkeyPatch, line: DevStack, stacks: str) -> None:
    """Lead the commands to the line's own AWS, and nowhere else."""
    services = dict.fromkeys(("STS", "SSM", "DYNAMODB"), line.aws) | {"CLOUDFORMATION": stacks}
    for name, url in services.items():
        environment.setenv(f"AWS_ENDPOINT_URL_{name}", url)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        environment.setenv(name, "laptop")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        environment.setenv(name, "eu-central-1")
    environment.setenv("AWS_ENDPOINT_URL", refusing_url())


@pytest.fixture
def twilio() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as server:
        yield server


@pytest.fixture
def look(
    line: DevStack,
    stacks: Stacks,
    twilio: TwilioServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Look:
    """Check the line as a deployment that answers a number; return the status and the findings."""
    urls = {name: f"{line.public.url}{path}" for name, path in PATHS.items()}
    stacks.outputs |= {**urls, "RelayUrl": line.public.relay_url, "TableName": line.table}
    wired = {"voice_url": "VoiceUrl", "voice_fallback_url": "FallbackUrl", "status_callback": "StatusUrl"}
    twilio.numbers = [number(OURS, **{field: urls[name] for field, name in wired.items()})]
    _lead(monkeypatch, line, stacks.url)
    monkeypatch.setenv("HOTLINE_TWILIO_URL", twilio.url)

    def examined(*arguments: str) -> tuple[int, list[str]]:
        status = doctor.main(["--stage", "laptop", *arguments])
        return status, capsys.readouterr().out.splitlines()

    return examined


def faults(lines: list[str]) -> list[str]:
    """Return each fault with its cure."""
    return [
        line + (lines[place + 1] if lines[place + 1].startswith("     ") else "")
        for place, line in enumerate(lines)
        if line.startswith("  FAULT")
    ]


def test_a_sound_deployment_has_no_fault(look: Look, line: DevStack) -> None:
    status, lines = look()
    assert faults(lines) == []
    assert (status, lines[-1]) == (0, "All is well.")
    assert lines[0].startswith("Checking Hotline (laptop) in AWS account 123456789012, Region eu-central-1, as arn:")
    beginnings = [
        "the stacks are deployed",
        "/hotline/laptop/twilio-account-sid is set, on 2",
        "/hotline/laptop/twilio-auth-token is set, on 2",
        f"the table {line.table} is there, and its items expire",
        "0 of 1000 incoming calls today, 0 of 50 at once",
        "0 of 200 outgoing calls today, 0 of 10 at once",
        "0 of 10000 cents are spent today, or reserved for calls in progress",
        "the limits of one caller are 20 calls a day and 2 at once",
        "the limit of one call is 2000000 tokens",
        f'Twilio account "Rosa\'s", {ACCOUNT}',
        f"{OURS} is answered by this deployment, with its fallback",
        "Twilio's log of the last day has no error",
        "a webhook with a forged signature is refused",
        "a WebSocket without a signature is refused",
        "a webhook and a WebSocket that are signed with the account's token are accepted",
        "an answer came; its first words arrived here ",
        "in the Region itself the first words were sent after ",
    ]
    passed = [line[8:] for line in lines if line.startswith("  ok    ")]
    assert len(passed) == len(beginnings)
    assert all(words.startswith(beginning) for words, beginning in zip(passed, beginnings, strict=True)), passed
    assert any("how many calls at once the account carries in all" in line for line in lines)


def test_what_twilio_tells_by_no_api_is_not_called_a_pass(look: Look) -> None:
    _, lines = look()
    assert any("ConversationRelay" in line for line in lines if line.startswith("  ?"))


AMISS = {
    "a limit that is nearly met": "8 of 200 outgoing calls today, 8 of 10 at once. Is that intended?",
    "a model without a price": "the price of openai:a-model-of-our-own is not known",
    "no API key": "  ?     whether agents should place calls: /hotline/laptop/twilio-api-key-sid is not set.",
    "errors in Twilio's log": "1 of 11200, 2 of 64102",
}
"""What may be amiss beside two faults, and how it is told."""

FAULTS = [
    "  FAULT /hotline/laptop/anthropic-api-key is not set, or not encrypted.        Set it: make secrets",
    f"  FAULT {OURS} has wrong settings: voice_fallback_url.        Point it again: make number",
]


@pytest.fixture
def much_is_amiss(look: Look, line: DevStack, stacks: Stacks, twilio: TwilioServer) -> Iterator[None]:
    """A deployment in which all of it is amiss at once: each run is a whole call."""
    stacks.outputs["Model"] = "offline,openai:a-model-of-our-own"
    stacks.outputs["Secrets"] += " anthropic-api-key"
    twilio.numbers[0]["voice_fallback_url"] = ""
    twilio.alerts = ["64102", "11200", "64102"]
    key = "/hotline/laptop/twilio-api-key-sid"
    boto3.client("ssm").delete_parameter(Name=key)
    counters = DynamoCounters(boto3.client("dynamodb"), line.table)
    for one in range(8):
        counters.admit(f"CA{one}", 3600, {"outbound": Seat(counter("outbound"), Quota(200, 10))})
    yield
    for one in range(8):
        counters.release(counter("outbound"), f"CA{one}")
    boto3.client("ssm").put_parameter(Name=key, Value="SK1", Type="SecureString")


@pytest.mark.usefixtures("much_is_amiss")
def test_all_that_is_amiss_is_told_in_one_run(look: Look) -> None:
    status, lines = look()
    assert (status, faults(lines)) == (1, FAULTS)
    assert [what for what, words in AMISS.items() if not any(words in line for line in lines)] == []


def test_a_token_that_is_not_the_one_that_twilio_signs_with_is_found(
    look: Look, line: DevStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(line.secrets, f"{SECRETS}/twilio-auth-token", TOKEN[:-1] + "1")
    status, lines = look()
    assert status == 1
    assert "make secrets" in faults(lines)[0]


def test_a_table_that_is_not_there_is_found(look: Look, stacks: Stacks) -> None:
    stacks.outputs["TableName"] = "no-such-table"
    assert "The table no-such-table could not be read: ResourceNotFoundException" in faults(look()[1])[0]


def test_a_number_that_leads_elsewhere_is_found(look: Look, twilio: TwilioServer) -> None:
    twilio.numbers = [number(OURS)]
    assert "make number NUMBER=+1…" in faults(look()[1])[0]


def test_webhooks_that_nobody_answers_are_found(look: Look, stacks: Stacks, twilio: TwilioServer) -> None:
    stacks.outputs["VoiceUrl"] = twilio.numbers[0]["voice_url"] = f"{refusing_url()}/voice"
    assert "cannot reach" in " ".join(faults(look()[1]))


def test_a_relay_that_is_another_stage_s_is_found(look: Look, stacks: Stacks) -> None:
    stacks.outputs["RelayUrl"] = "wss://another.example/laptop"
    status, lines = look()
    assert status == 1
    assert "make deploy" in " ".join(faults(lines))


# One real call


def calls_itself(line: DevStack, twilio: TwilioServer, status: str = "completed") -> Callable[[Created], None]:
    """Do what Twilio does with a call to a number that this deployment answers, and record both of its legs."""

    def carry(created: Created) -> None:
        if status == "completed":
            with line.phone(speed=20.0, number=OURS, caller=OURS) as phone:
                call = phone.dial()
                call.say("Hello. Can you hear me?")
                call.hang_up()
            twilio.calls.append({"sid": call.sid, "direction": "inbound", "status": status})
        twilio.calls.append({"sid": created.sid, "direction": "outbound-api", "status": status})

    return carry


def test_a_real_call_is_measured(look: Look, line: DevStack, twilio: TwilioServer) -> None:
    twilio.placed = calls_itself(line, twilio)
    status, lines = look("--call")
    assert status == 0
    [created] = twilio.created
    assert (created.field("To"), created.field("From")) == (OURS, OURS)
    assert "<Say>Hello. Can you hear me?</Say>" in created.field("Twiml")
    assert lines[-2].startswith("  ok    a real call was answered; its caller waited ")


def test_a_call_that_twilio_does_not_complete_is_a_fault(look: Look, line: DevStack, twilio: TwilioServer) -> None:
    twilio.placed = calls_itself(line, twilio, "busy")
    status, lines = look("--call")
    assert status == 1
    assert "the call was busy." in faults(lines)[0]


def test_a_call_without_a_session_names_the_addendum(look: Look, line: DevStack, twilio: TwilioServer) -> None:
    def carry(created: Created) -> None:
        twilio.calls += [
            {"sid": "CA1", "direction": "inbound", "status": "completed"},
            {"sid": created.sid, "direction": "outbound-api", "status": "completed"},
        ]

    twilio.placed = carry
    assert "AI addendum" in faults(look("--call")[1])[0]


def test_without_a_number_there_is_nothing_to_call(look: Look, twilio: TwilioServer) -> None:
    twilio.numbers = []
    look("--call")
    assert not twilio.created


def test_the_caller_lets_the_greeting_pass_and_asks_something() -> None:
    assert real_call.caller().index("<Pause") < real_call.caller().index("<Say>")
