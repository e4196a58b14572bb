"""A service that boto3 does not know is refused, with its line in needs.py and a similar name."""

import pytest

from functions.relay import AgentError, Needs
from functions.relay.agent.services import check_services

KNOWN = ("dynamodb", "s3", "ses", "sesv2")
SOURCE = """from functions.relay import Needs

NEEDS = Needs(
    services=["s3", 'sesv3'],
)
"""


def refused(needs: Needs) -> str:
    with pytest.raises(AgentError) as raised:
        check_services(needs, KNOWN, "needs.py", SOURCE)
    return str(raised.value)


def test_known_services_are_fine() -> None:
    check_services(Needs(services=["s3", "sesv2"]), KNOWN, "needs.py", SOURCE)
    check_services(Needs(), KNOWN, "needs.py", "")


def test_a_name_that_is_near_is_offered() -> None:
    told = refused(Needs(services=["s3", "sesv3"]))
    assert told == "needs.py:4: Needs.services has 'sesv3', which boto3 does not know; write 'sesv2' or 'ses'."


def test_an_unknown_name_gets_the_list_of_names() -> None:
    told = refused(Needs(services=["mailbox"]))
    assert told.startswith("needs.py:1: Needs.services has 'mailbox'")
    assert "boto3.Session().get_available_services() has all" in told
