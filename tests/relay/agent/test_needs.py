"""The needs of tools are checked where they are written: each error names the line, the cause and the cure."""

from collections.abc import Callable

import pytest

from functions.relay import AgentError, Allow, Needs

TABLE = "arn:{partition}:dynamodb:{region}:{account}:table/orders"


def test_needs_are_what_was_written() -> None:
    allow = Allow(["dynamodb:PutItem"], [TABLE])
    needs = Needs(["dynamodb"], [allow], ["sms-token"], {"SHOP": "rosa"})
    assert (needs.services, needs.statements, needs.secrets) == (["dynamodb"], [allow], ["sms-token"])


@pytest.mark.parametrize("given", [(["s3:GetObject"], ["arn:aws:s3:::menus/*"]), (["s3:Get*"], ["*"])])
def test_a_wildcard_takes_a_reason(given: tuple[list[str], list[str]]) -> None:
    with pytest.raises(AgentError, match="name one, or give a reason"):
        Allow(*given)
    assert Allow(*given, reason="All menus are public.").reason


FAULTS: dict[str, tuple[Callable[[], object], str]] = {
    "an action alone": (lambda: Allow("s3:GetObject", [TABLE]), "Allow.actions is 's3:GetObject'; write a list"),
    "no action": (lambda: Allow([], [TABLE]), "Allow.actions is empty"),
    "no form of an action": (lambda: Allow(["PutItem"], [TABLE]), 'write an action such as "dynamodb:PutItem"'),
    "a table's name": (lambda: Allow(["dynamodb:PutItem"], ["orders"]), "has 'orders'; write an ARN such as"),
    "an unknown place": (
        lambda: Allow(["s3:GetObject"], ["arn:aws:s3:::{bucket}/x"]),
        "has {bucket}; it may have {part",
    ),
    "a service alone": (lambda: Needs(services="s3"), "Needs.services is 's3'; write a list, such as ['s3']."),
    "a model without its provider": (lambda: Needs(models=["gpt-6"]), "write a provider and the id of its model"),
    "a pair": (lambda: Needs(statements=[(["s3:GetObject"], [TABLE])]), "write Allow([actions], [ARNs])"),  # type: ignore[list-item]
    "a spaced secret": (lambda: Needs(secrets=["SMS token"]), "Needs.secrets has 'SMS token'; write a name of lower"),
    "a number": (lambda: Needs(environment={"LIMIT": 3}), "Needs.environment['LIMIT'] is 3; write a text: '3'."),  # type: ignore[dict-item]
    "a variable of AWS": (lambda: Needs(environment={"AWS_REGION": "x"}), "which AWS or Hotline sets"),
    "a secret in the open": (
        lambda: Needs(environment={"SMS_TOKEN": "x"}),
        "looks like a secret; list it in Needs.s",
    ),
    "no dictionary": (lambda: Needs(environment=["A"]), 'write {"NAME": "value"}'),  # type: ignore[arg-type]
}


@pytest.mark.parametrize(("make", "words"), FAULTS.values(), ids=FAULTS)
def test_needs_that_cannot_be_met_are_told(make: Callable[[], object], words: str) -> None:
    with pytest.raises(AgentError) as raised:
        make()
    assert words in str(raised.value)
    assert "tests/relay/agent/test_needs.py:" in str(raised.value)
