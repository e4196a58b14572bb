"""Requests of this process reach moto without its port; uploads and all that is left come through it."""

import io
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

from local.aws.moto_direct import answered_directly
from local.aws.moto_server import moto_server
from tests.endpoint import refusing_url

pytestmark = pytest.mark.slow

Make = Callable[..., Any]


@pytest.fixture
def client() -> Iterator[Make]:
    """Make clients of a service at a URL."""
    session = boto3.Session("t", "t", region_name="eu-central-1")
    made: list[Any] = []

    def make(service: str, url: str) -> Any:
        made.append(session.client(service, endpoint_url=url))  # type: ignore[call-overload]
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def direct() -> Iterator[str]:
    """The URL of a moto that has no port at all."""
    url = refusing_url()
    with answered_directly(url.removeprefix("http://"), DomainDispatcherApplication(create_backend_app)):
        yield url


def test_no_socket_is_opened(client: Make, direct: str) -> None:
    ssm = client("ssm", direct)
    ssm.put_parameter(Name="/direct/one", Value="é", Type="String", Overwrite=True)
    assert ssm.get_parameter(Name="/direct/one")["Parameter"]["Value"] == "é"


def test_after_the_block_the_port_is_asked(client: Make) -> None:
    url = refusing_url()
    with answered_directly(url.removeprefix("http://"), DomainDispatcherApplication(create_backend_app)):
        ssm = client("ssm", url)
    with pytest.raises(EndpointConnectionError):
        ssm.get_parameter(Name="/direct/one")


def test_an_error_of_moto_is_the_error_of_the_sdk(client: Make, direct: str) -> None:
    with pytest.raises(ClientError, match="ParameterNotFound"):
        client("ssm", direct).get_parameter(Name="/direct/none")


def test_a_file_comes_through_the_port_and_is_read_directly(client: Make) -> None:
    with moto_server() as url:
        s3 = client("s3", url)
        s3.create_bucket(Bucket="direct", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        s3.put_object(Bucket="direct", Key="a file/ö?&.txt", Body=io.BytesIO(b"0123456789"))
        with closing(s3.get_object(Bucket="direct", Key="a file/ö?&.txt")["Body"]) as body:
            assert (body.read(4), body.read()) == (b"0123", b"456789")
        found = s3.list_objects_v2(Bucket="direct", Prefix="a file/ö?")["Contents"]
    assert [one["Key"] for one in found] == ["a file/ö?&.txt"]


def test_the_guard_also_looks_at_direct_requests(client: Make) -> None:
    with moto_server() as url:
        without_key = url.rpartition("/")[0]
        with pytest.raises(ClientError, match="403"):
            client("ssm", without_key).get_parameter(Name="/direct/one")


def told(answer: Mapping[str, Any]) -> Any:
    return answer["ResponseMetadata"]["HTTPHeaders"]


def test_the_answer_has_its_headers_and_is_not_packed(client: Make, direct: str) -> None:
    headers = told(client("dynamodb", direct).list_tables())
    assert "x-amz-crc32" in headers
    assert "content-encoding" not in headers
