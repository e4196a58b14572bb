"""Where a call that is over is told: EventBridge, and a signed webhook."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from typing import Any

import pytest

from functions.adapters.events import LARGEST_BYTES, EventBridgeOutlet, EventError, client
from functions.adapters.otlp import TraceOutlet
from functions.adapters.webhook import WebhookError, WebhookOutlet
from functions.providers import price_of
from functions.relay.ports import SecretError
from functions.relay.record.fold import record_of
from tests.endpoint import Endless, Endpoint, HangUp, Reply, at, refusing_url
from tests.relay.record.calls import CALL, CALLER, PLAIN

pytestmark = pytest.mark.slow

RECORD = record_of(PLAIN, lambda _: "mark", price_of)
TAKEN = Reply(200, b'{"FailedEntryCount":0,"Entries":[{"EventId":"1"}]}')
SECRET = "a secret of twenty-four letters"
AT = 1_763_610_100.7


def put(service: Endpoint) -> dict[str, Any]:
    [entry] = json.loads(service.seen[-1].body)["Entries"]
    return {**entry, "Detail": json.loads(entry["Detail"])}


def outlet(monkeypatch: pytest.MonkeyPatch, url: str, words: bool = False) -> EventBridgeOutlet:
    at(monkeypatch, "EVENTBRIDGE", url)
    return EventBridgeOutlet(client(), words)


def test_one_event_tells_of_a_call_without_words_or_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(TAKEN) as service:
        outlet(monkeypatch, service.url).tell(RECORD)
        event = put(service)
    assert (event["Source"], event["DetailType"], event["Resources"]) == ("hotline", "CallEnded", [CALL])
    detail = event["Detail"]
    assert (detail["call"], detail["caller_mark"], detail["ending"]) == (CALL, "mark", "caller hung up")
    assert (detail["seconds"], detail["turns"], detail["first_words_p50_ms"]) == (12, 3, 400)
    assert "record" not in detail
    for private in (CALLER, "table", "Hello", '{"a":1}'):
        assert private not in json.dumps(detail)


def test_with_words_the_event_holds_the_record(monkeypatch: pytest.MonkeyPatch) -> None:
    with Endpoint(TAKEN) as service:
        outlet(monkeypatch, service.url, words=True).tell(RECORD)
        detail = put(service)["Detail"]
    assert (detail["record"]["caller"], detail["record"]["turns"][1]["caller"]) == (CALLER, "Is there a table?")


def test_an_event_that_would_be_too_large_goes_without_words(monkeypatch: pytest.MonkeyPatch) -> None:
    long = replace(RECORD, summary="é" * LARGEST_BYTES)
    with Endpoint(TAKEN) as service:
        outlet(monkeypatch, service.url, words=True).tell(long)
        assert "record" not in put(service)["Detail"]


NO = Reply(400, b'{"__type":"AccessDeniedException","message":"secret"}')
FAILED = Reply(200, b'{"FailedEntryCount":1,"Entries":[{"ErrorCode":"ThrottlingException","ErrorMessage":"secret"}]}')


@pytest.mark.parametrize(("reply", "code"), [(NO, "AccessDeniedException"), (FAILED, "ThrottlingException")])
def test_an_event_that_is_not_taken_is_raised(monkeypatch: pytest.MonkeyPatch, reply: Reply, code: str) -> None:
    with Endpoint(reply) as service, pytest.raises(EventError, match=f"^EventBridge: {code}$"):
        outlet(monkeypatch, service.url).tell(RECORD)


def test_a_webhook_is_signed_over_its_id_time_and_body() -> None:
    with Endpoint(Reply(204)) as service:
        WebhookOutlet(f"{service.url}/calls", lambda: SECRET, False, lambda: AT).tell(RECORD)
        [seen] = service.seen
    headers = {name.lower(): value for name, value in seen.headers.items()}
    assert (headers["webhook-id"], headers["webhook-timestamp"], seen.path) == (CALL, "1763610100", "/calls")
    content = b".".join([CALL.encode(), b"1763610100", seen.body])
    digest = base64.b64encode(hmac.new(SECRET.encode(), content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    told = json.loads(seen.body)
    assert (told["type"], told["data"]["call"], "record" in told["data"]) == ("call.ended", CALL, False)


def test_a_webhook_tells_words_where_the_deployment_says_so() -> None:
    with Endpoint(Reply(204)) as service:
        WebhookOutlet(service.url, lambda: SECRET, True).tell(RECORD)
        assert json.loads(service.seen[0].body)["data"]["record"]["caller"] == CALLER


@pytest.mark.parametrize("status", [302, 400, 410, 500])
def test_a_webhook_that_is_refused_is_raised(status: int) -> None:
    with Endpoint(Reply(status, headers={"Location": "/elsewhere"})) as service:
        with pytest.raises(WebhookError, match=f"^the call webhook answered {status}$"):
            WebhookOutlet(service.url, lambda: SECRET, False).tell(RECORD)
        assert len(service.seen) == 1


def test_an_answer_whose_body_never_ends_is_not_read() -> None:
    with Endpoint(Endless()) as service:
        WebhookOutlet(service.url, lambda: SECRET, False).tell(RECORD)
        TraceOutlet(service.url, lambda: "", {}).tell(RECORD)
    assert len(service.seen) == 2


def test_a_receiver_out_of_reach_is_raised() -> None:
    with pytest.raises(WebhookError, match="not reached"):
        WebhookOutlet(refusing_url(), lambda: SECRET, False).tell(RECORD)
    with Endpoint(HangUp()) as service, pytest.raises(WebhookError, match="not reached"):
        WebhookOutlet(service.url, lambda: SECRET, False).tell(RECORD)


def test_without_the_secret_nothing_is_sent() -> None:
    def missing() -> str:
        raise SecretError("The secret is not set.")

    with Endpoint(Reply(204)) as service:
        with pytest.raises(SecretError):
            WebhookOutlet(service.url, missing, False).tell(RECORD)
        assert service.seen == []
