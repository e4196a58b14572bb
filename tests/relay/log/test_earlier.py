"""What an agent remembers of an earlier call."""

from functions.relay.log.earlier import EarlierCall


def test_the_fields_of_an_earlier_call_are_read_from_json() -> None:
    assert EarlierCall(1, found='{"guests":4,"name":"Zoë"}').fields == {"guests": 4, "name": "Zoë"}
    assert EarlierCall(1).fields == {}
