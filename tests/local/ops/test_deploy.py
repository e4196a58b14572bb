"""`make deploy`, `make bootstrap` and `make destroy`, with a double of the CDK's command line."""

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import boto3
import pytest

from functions.adapters.dynamodb import DynamoLog
from functions.providers import chosen
from functions.relay.log.events import Entry, OptedOut
from functions.relay.log.keys import Key, callee_log
from functions.relay.wire.party import mark_of
from infra import shipped
from infra.function import Function
from local.models.bedrock import BedrockServer
from local.models.steps import Finish, Refuse
from local.ops import deploy, destroy
from local.ops.findings import Failed, Finding, Passed, Unseen
from local.ops.preflight import BOOTSTRAP, loads, preflight, runs
from tests.conftest import DO_NOT_CALL_TABLE, TABLE
from tests.endpoint import Endpoint, Reply, refusing_url
from tests.local.ops.conftest import Stacks
from tests.numbers import new_number

pytestmark = pytest.mark.slow

MODEL = "eu.anthropic.claude-haiku-5-5"
WHERE = "AWS account 123456789012, Region eu-central-1, as arn:"

Run = Callable[..., tuple[int, list[str], list[list[str]]]]


@pytest.fixture(scope="module", autouse=True)
def _tried_once() -> Iterator[None]:
    """Find what ships once for each choice of models: each search starts processes, and finds the same."""
    look, found = shipped.faults, dict[str, list[str]]()

    def faults(rows: Iterable[Function]) -> list[str]:
        name = repr(rows)
        if name not in found:
            found[name] = look(rows)
        return found[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shipped, "faults", faults)
        yield


@pytest.fixture
def bedrock(stage: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[BedrockServer]:
    with BedrockServer() as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
        yield server


@pytest.fixture
def bootstrapped(stage: str) -> Iterator[Callable[[str], None]]:
    """Set a version of the CDK's bootstrap, for this test only."""
    ssm = boto3.client("ssm")
    yield lambda version: ssm.put_parameter(Name=BOOTSTRAP, Value=version, Type="String", Overwrite=True) and None
    ssm.delete_parameters(Names=[BOOTSTRAP])


@pytest.fixture
def known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The list of accounts that the user has agreed to, with the account of these tests."""
    file = tmp_path / "accounts"
    file.write_text("123456789012 eu-central-1\n")
    monkeypatch.setattr(deploy, "KNOWN", file)
    return file


@pytest.fixture
def run(stage: str, known: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one of the commands; return its exit status, its output, and the arguments for the CDK."""
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, os.environ[name])  # restored at the end: the commands set them for the CDK

    def ran(command: Callable[..., int], *arguments: str) -> tuple[int, list[str], list[list[str]]]:
        asked: list[list[str]] = []
        status = command(list(arguments), lambda what: asked.append(what) or 0)  # type: ignore[func-returns-value]
        return status, capsys.readouterr().out.splitlines(), asked

    return ran


def faults(findings: Iterator[Finding]) -> list[str]:
    return [f"{one.words} {one.cure}" for one in findings if isinstance(one, Failed)]


def test_all_that_is_needed_is_looked_at_first(
    run: Run, bootstrapped: Callable[[str], None], bedrock: BedrockServer
) -> None:
    bootstrapped("28")
    status, lines, asked = run(deploy.main, "-c", "stage=trial", "-c", f"model_id={MODEL}")
    assert status == 0
    assert lines[0].startswith(f"Note: model_id is '{MODEL}' for this deployment only")
    lines = [line for line in lines[1:] if "concurrency" not in line and "GetAccountSettings" not in line]
    assert [line[:12] for line in lines[1:7]] == [
        "  ok    the ",
        "  ok    thei",
        "  ok    Node",
        "  ok    AWS ",
        "  ok    the ",
        "  ok    eu.a",
    ]
    assert lines[7].startswith(f"Deploying Hotline-trial-State and Hotline-trial-Service to {WHERE}")
    assert lines[7].endswith(f"model bedrock:{MODEL}")
    assert asked == [["deploy", "--all", "-c", "stage=trial", "-c", f"model_id={MODEL}"]]
    assert lines[8].startswith("Next: make secrets STAGE=trial")


def test_without_bootstrap_nothing_is_deployed(run: Run) -> None:
    status, lines, asked = run(deploy.main, "-c", "model=offline")
    assert (status, asked, lines[-1]) == (2, [], "Nothing was deployed.")
    assert "        Run once for this account and Region: make bootstrap" in lines


def test_a_bootstrap_that_is_too_old_is_a_fault(run: Run, bootstrapped: Callable[[str], None]) -> None:
    bootstrapped("5")
    status, lines, _ = run(deploy.main, "-c", "model=offline")
    assert status == 2
    assert "  FAULT The CDK's bootstrap has version 5, but 6 is needed." in lines


@pytest.mark.parametrize("arguments", [("-c", "model=offline"), ("--bootstrap",)])
@pytest.mark.parametrize("before", ["", "123456789012 eu-north-1\n", "210987654321 eu-central-1\n"])
def test_an_account_that_is_new_here_is_asked_about(
    run: Run, bootstrapped: Callable[[str], None], known: Path, arguments: tuple[str, ...], before: str
) -> None:
    """So is a new Region: the profile or AWS_REGION may have changed since."""
    bootstrapped("28")
    known.write_text(before)
    status, lines, asked = run(deploy.main, *arguments)
    assert (status, asked) == (1, [])
    assert lines[-1].endswith("There is no terminal to ask: add YES=1 to go on.")
    assert "has not changed 123456789012 eu-central-1 before" in lines[-1]
    assert known.read_text() == before


def test_an_account_that_was_agreed_to_is_known_from_then_on(
    run: Run, bootstrapped: Callable[[str], None], known: Path
) -> None:
    bootstrapped("28")
    known.write_text("123456789012 eu-north-1\n")
    assert run(deploy.main, "-c", "model=offline", "--yes")[0] == 0
    assert run(deploy.main, "-c", "model=offline")[0] == 0
    assert known.read_text().splitlines() == ["123456789012 eu-north-1", "123456789012 eu-central-1"]


def test_yes_lets_the_cdk_give_rights(run: Run, bootstrapped: Callable[[str], None]) -> None:
    bootstrapped("28")
    _, _, asked = run(deploy.main, "-c", "model=offline", "--yes")
    assert asked[0][-2:] == ["--require-approval", "never"]


def test_a_model_that_no_provider_has_is_refused(run: Run) -> None:
    assert run(deploy.main, "-c", "model=gpt")[0] == 2


def test_bootstrap_names_the_account_and_the_region(run: Run) -> None:
    status, lines, asked = run(deploy.main, "--bootstrap")
    assert (status, asked) == (0, [["bootstrap", "aws://123456789012/eu-central-1", "--app", ""]])
    assert WHERE in lines[0]


def test_the_cdk_means_the_region_of_the_other_commands(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    _, _, asked = run(deploy.main, "--bootstrap", "--yes")
    assert asked == [["bootstrap", "aws://123456789012/eu-north-1", "--app", ""]]
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-north-1"


@pytest.mark.parametrize(
    "source",
    [
        "import no_such_package",
        "from functions.relay import Agent\nAGENTS = {'one': Agent(prompt='', greeting='Hello.', voices={})}",
        "from functions.relay import Agent, Voice\nAGENTS = {'one': Agent(prompt='You are one.', greeting='Hello.',"
        " voices={'en-US': Voice('Google', 'en-US-Neural2-F')}, relay={'no_such': '1'})}",
    ],
    ids=["that cannot be imported", "without a prompt or a voice", "with an attribute that Twilio does not have"],
)
def test_an_agent_that_could_not_answer_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, source: str
) -> None:
    module = f"agents_{abs(hash(request.node.name))}"
    (tmp_path / f"{module}.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    found = loads(module)
    assert isinstance(found, Failed)
    assert found.words.startswith("The agents cannot be loaded: ")


def test_a_node_that_does_not_run_is_a_fault(tmp_path: Path) -> None:
    assert isinstance(runs(tmp_path), Failed)


@pytest.mark.parametrize(
    ("code", "cure"),
    [
        ("ExpiredToken", "aws sso login"),
        ("InvalidClientTokenId", "AWS_PROFILE"),
        ("Strange", "network"),
    ],
)
def test_credentials_that_do_not_work_end_the_checks_with_a_cure(
    stage: str, monkeypatch: pytest.MonkeyPatch, code: str, cure: str
) -> None:
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>No.</Message></Error></ErrorResponse>"
    with Endpoint(Reply(403, body.encode(), {"Content-Type": "text/xml"})) as sts:
        monkeypatch.setenv("AWS_ENDPOINT_URL_STS", sts.url)
        [fault] = faults(preflight(chosen("offline")))
    assert cure in fault


def test_without_credentials_it_says_how_to_get_some(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    [fault] = faults(preflight(chosen("offline")))
    assert "aws configure sso" in fault


def test_without_a_region_it_says_so(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    [fault] = faults(preflight(chosen("offline")))
    assert "export AWS_REGION=" in fault


def test_a_network_error_is_not_taken_for_wrong_credentials(stage: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_STS", refusing_url())
    [fault] = faults(preflight(chosen("offline")))
    assert "network" in fault


NO_RIGHT = "User: arn:aws:iam::1:user/a is not authorized to perform: bedrock:InvokeModelWithResponseStream"


@pytest.mark.parametrize(
    ("refusal", "kind", "words"),
    [
        (Refuse(403, "AccessDeniedException", "You don't have access to the model."), Failed, "Model access"),
        (Refuse(403, "AccessDeniedException", NO_RIGHT), Unseen, "their own right"),
        (Refuse(400, "ValidationException", "The provided model identifier is invalid."), Failed, "MODEL_ID"),
        (Refuse(429, "ServiceQuotaExceededException", "Too many tokens."), Failed, "Service Quotas"),
        (Refuse(500, "InternalServerException"), Failed, "InternalServerException"),
    ],
    ids=lambda value: value.code if isinstance(value, Refuse) else "",
)
def test_each_refusal_has_its_own_finding(
    bedrock: BedrockServer, bootstrapped: Callable[[str], None], refusal: Refuse, kind: type[Finding], words: str
) -> None:
    bootstrapped("28")
    bedrock.script(refusal)
    *_, last = preflight(chosen("bedrock", MODEL))
    assert isinstance(last, kind)
    assert words in str(last)


def test_a_model_without_a_word_is_a_fault(bedrock: BedrockServer, bootstrapped: Callable[[str], None]) -> None:
    bootstrapped("28")
    bedrock.script(Finish())
    *_, last = preflight(chosen("bedrock", MODEL))
    assert isinstance(last, Failed)


def test_a_model_that_answers_is_told_with_its_time(
    bedrock: BedrockServer, bootstrapped: Callable[[str], None]
) -> None:
    bootstrapped("28")
    *_, last = preflight(chosen("bedrock", MODEL))
    assert isinstance(last, Passed)
    assert f"{MODEL} answers in eu-central-1: first word here after " in last.words
    assert bedrock.requests[0].body["inferenceConfig"]["maxTokens"] == 16


# make destroy


@pytest.fixture(autouse=True)
def number_key(stage: str, keep: Callable[[Mapping[str, str]], None]) -> None:
    """The key of the numbers' hashes, as `make secrets` makes it; wishes are copied under it."""
    keep({"number-key": stage})


def test_what_goes_and_what_stays_is_said_first(run: Run, stage: str, stacks: Stacks) -> None:
    stacks.resources = ["AWS::Lambda::Function"] * 2 + ["AWS::DynamoDB::Table", "AWS::IAM::Role"]
    status, lines, asked = run(destroy.main, "--stage", stage, "--yes")
    service, state = f"Hotline-{stage}-Service", f"Hotline-{stage}-State"
    assert status == 0
    assert lines[0].startswith(f"Removing from {WHERE}")
    contents = "4 resources, among them 2 functions, 1 table, with every call's log in it"
    assert lines[1:3] == [f"  {service}: {contents}", f"  {state}: {contents}"]
    assert lines[4].startswith(f"  Hotline-{stage}-DoNotCall: the numbers that must not be called")
    assert f"--names /hotline/{stage}/twilio-account-sid /hotline/{stage}/twilio-auth-token" in lines[5]
    assert asked == [["destroy", service, state, "--force", "-c", f"stage={stage}"]]


def test_the_table_of_production_stays(run: Run) -> None:
    _, lines, asked = run(destroy.main, "--stage", "prod", "--yes")
    assert asked == [["destroy", "Hotline-prod-Service", "--force", "-c", "stage=prod"]]
    assert "  Hotline-prod-State: the table, protected; its items expire by themselves" in lines


def test_without_a_yes_nothing_is_removed(run: Run, stage: str) -> None:
    status, _, asked = run(destroy.main, "--stage", stage)
    assert (status, asked) == (1, [])


def test_wishes_of_version_0_1_are_copied_before_their_table_goes(run: Run, stage: str) -> None:
    number, wish = new_number(), Entry(Key(1, "prompt"), OptedOut("CA1"))
    DynamoLog(boto3.client("dynamodb"), TABLE, days=1).append(callee_log(number), wish)
    status, lines, _ = run(destroy.main, "--stage", stage, "--yes")
    assert status == 0
    assert any(f"do-not-call entries to Hotline-{stage}-DoNotCall." in line for line in lines)
    left = DynamoLog(boto3.client("dynamodb"), DO_NOT_CALL_TABLE, days=1).read(callee_log(mark_of(number, stage)))
    assert left == (wish,)
