"""The signature of a webhook, against one that `openssl dgst -sha256 -hmac` has made."""

from functions.relay.record.signing import signed

SECRET, BODY = "a secret of the receiver", b'{"type":"call.ended"}'
HEADERS = {
    "webhook-id": "CA1",
    "webhook-timestamp": "1764374400",
    "webhook-signature": "v1,/9L/qnCTmPHThOURsg1ZxUQHYL9efH7disHnJTs2fXk=",
}


def test_a_webhook_has_the_headers_of_standard_webhooks() -> None:
    assert signed(SECRET, "CA1", 1_764_374_400, BODY) == HEADERS


def test_the_signature_covers_id_time_and_body() -> None:
    others = (
        signed(SECRET, "CA2", 1_764_374_400, BODY),
        signed(SECRET, "CA1", 1_764_374_401, BODY),
        signed(SECRET, "CA1", 1_764_374_400, BODY + b" "),
        signed("another secret", "CA1", 1_764_374_400, BODY),
    )
    assert len({HEADERS["webhook-signature"], *(one["webhook-signature"] for one in others)}) == 5
