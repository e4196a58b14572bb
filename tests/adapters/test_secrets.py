"""Secrets with moto's SSM. Calls to it are counted on the way."""

from uuid import uuid4

import boto3
import pytest

from functions.adapters.secrets import ParameterSecrets
from functions.relay.ports import SecretError
from tests.conftest import Aws
from tests.endpoint import Endpoint, Forward, Reply, Step, at, error

pytestmark = pytest.mark.slow

VALUE = "s3cret-öäü=="


@pytest.fixture
def path(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> str:
    """Where this test keeps its secrets; one of them is set."""
    at(monkeypatch, "SSM", aws.url)
    place = f"/hotline/{uuid4().hex}"
    put(place, "token", VALUE)
    return place


def put(path: str, name: str, value: str) -> None:
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name=f"{path}/{name}", Value=value, Type="SecureString", Overwrite=True)
    ssm.close()


def test_a_secret_is_read_and_decrypted(path: str) -> None:
    assert ParameterSecrets(path).get("token") == VALUE


def test_a_secret_is_fetched_once_for_many_calls(aws: Aws, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(Forward(aws.url)) as ssm:
        at(monkeypatch, "SSM", ssm.url)
        secrets = ParameterSecrets(path)
        assert [secrets.get("token") for _ in range(3)] == [VALUE] * 3
        assert len(ssm.seen) == 1


def test_a_new_environment_sees_a_secret_that_was_changed(path: str) -> None:
    assert ParameterSecrets(path).get("token") == VALUE
    put(path, "token", "changed")
    assert ParameterSecrets(path).get("token") == "changed"


def test_a_missing_secret_is_named_with_the_command_that_sets_it(path: str) -> None:
    with pytest.raises(SecretError) as caught:
        ParameterSecrets(path).get("anthropic-api-key")
    assert f"{path}/anthropic-api-key could not be read. Set it with: make secrets" in str(caught.value)
    assert VALUE not in str(caught.value)


def test_a_secret_that_was_missing_is_found_once_it_is_set(path: str) -> None:
    secrets = ParameterSecrets(path)
    with pytest.raises(SecretError):
        secrets.get("later")
    put(path, "later", "here")
    assert secrets.get("later") == "here"


@pytest.mark.parametrize("answer", [error(400, "AccessDeniedException", VALUE), Reply(400, VALUE.encode())])
def test_a_service_that_refuses_is_a_lookup_error_without_its_words(
    path: str, monkeypatch: pytest.MonkeyPatch, answer: Step
) -> None:
    with Endpoint(answer) as ssm:
        at(monkeypatch, "SSM", ssm.url)
        with pytest.raises(SecretError) as caught:
            ParameterSecrets(path).get("token")
    assert VALUE not in str(caught.value)
