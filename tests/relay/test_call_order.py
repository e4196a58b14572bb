"""An order to place a call, read from the payload of an invocation."""

from typing import Any

import pytest

from functions.relay.call_order import CallOrder, Dlt
from functions.relay.outbound import CallRefused


class TestAnOrder:
    def test_is_read_from_a_payload(self) -> None:
        given = {
            "to": "+12125550142",
            "agent": "reminder",
            "from": "+12125550100",
            "parameters": {"b": "2", "a": "1"},
        }
        assert CallOrder.read(given) == CallOrder(
            "+12125550142", "reminder", "+12125550100", (("a", "1"), ("b", "2"))
        )
        assert CallOrder.read({"to": "+1", "agent": "x"}) == CallOrder("+1", "x")

    def test_names_its_legal_basis_and_the_ids_of_india(self) -> None:
        given = {"to": "+1", "agent": "x", "consent": "asked for it", "dlt": {"header": "1", "template": "2"}}
        order = CallOrder.read(given)
        assert order == CallOrder("+1", "x", consent="asked for it", dlt=Dlt("1", "2"))
        assert order.lacks("IN", consent_needed=True) is None

    @pytest.mark.parametrize(
        ("order", "country", "needed", "reason"),
        [
            (CallOrder("+1", "x"), "US", True, "no consent"),
            (CallOrder("+1", "x", consent="  "), "US", True, "no consent"),
            (CallOrder("+1", "x"), "US", False, None),
            (CallOrder("+1", "x", consent="y"), "IN", True, "no DLT ids"),
            (CallOrder("+1", "x", consent="y", dlt=Dlt("1")), "IN", True, "no DLT ids"),
        ],
    )
    def test_lacks_what_the_law_wants(self, order: CallOrder, country: str, needed: bool, reason: str | None) -> None:
        lacking = order.lacks(country, needed)
        assert (lacking and lacking.why) == reason

    @pytest.mark.parametrize(
        "payload",
        [
            None,
            [],
            "call",
            {},
            {"to": "+1"},
            {"to": 1, "agent": "x"},
            {"to": "+1", "agent": None},
            {"to": "+1", "agent": "x", "when": "now"},
            {"to": "+1", "agent": "x", "from": 5},
            {"to": "+1", "agent": "x", "request": 5},
            {"to": "+1", "agent": "x", "at": "", "retries": 6},
            {"to": "+1", "agent": "x", "at": "", "retries": "2"},
            {"to": "+1", "agent": "x", "at": "", "retries": True},
            {"to": "+1", "agent": "x", "retries": 1},
            {"to": "+1", "agent": "x", "request": "short"},
            {"to": "+1", "agent": "x", "request": "with a space"},
            {"to": "+1", "agent": "x", "consent": True},
            {"to": "+1", "agent": "x", "consent": "x" * 501},
            {"to": "+1", "agent": "x", "dlt": "1"},
            {"to": "+1", "agent": "x", "dlt": {"id": "1"}},
            {"to": "+1", "agent": "x", "dlt": {"header": 1}},
            {"to": "+1", "agent": "x", "consent": "line\nbreak"},
            {"to": "+1", "agent": "x", "parameters": []},
            {"to": "+1", "agent": "x", "parameters": {"agent": "y"}},
            {"to": "+1", "agent": "x", "parameters": {"a": 1}},
            {"to": "+1", "agent": "x", "parameters": {"a": "b\x00"}},
            {"to": "+1", "agent": "x", "parameters": {"a": "b" * 201}},
            {"to": "+1", "agent": "x", "parameters": {str(number): "" for number in range(20)}},
        ],
        ids=lambda payload: str(payload)[:60],
    )
    def test_that_cannot_be_carried_out_is_refused(self, payload: Any) -> None:
        found = CallOrder.read(payload)
        assert isinstance(found, CallRefused)
        assert (found.why, bool(found.words)) == ("bad request", True)

    @pytest.mark.parametrize(("parameters", "language"), [((), ""), ((("language", "es-ES"),), "es-ES")])
    def test_may_name_the_language(self, parameters: tuple[tuple[str, str], ...], language: str) -> None:
        assert CallOrder("+1", "x", parameters=parameters).language == language
