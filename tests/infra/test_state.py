"""The table, which outlives calls and deployments."""

import pytest

from tests.infra.conftest import Resource, Synthesize, Synthesized

pytestmark = pytest.mark.slow


def table(stacks: Synthesized, name: str = "Logs") -> Resource:
    tables = [*stacks.state["Resources"].items(), *stacks.do_not_call["Resources"].items()]
    (found,) = [
        one for logical_id, one in tables if one["Type"] == "AWS::DynamoDB::Table" and logical_id.startswith(name)
    ]
    return dict(found)


def test_a_log_is_a_partition_and_its_keys_are_in_order(dev: Synthesized) -> None:
    assert table(dev)["Properties"]["KeySchema"] == [
        {"AttributeName": "log", "KeyType": "HASH"},
        {"AttributeName": "key", "KeyType": "RANGE"},
    ]
    assert {one["AttributeType"] for one in table(dev)["Properties"]["AttributeDefinitions"]} == {"S"}


def test_it_costs_nothing_at_rest_and_forgets(dev: Synthesized) -> None:
    properties = table(dev)["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert "SSESpecification" not in properties, "a key of our own would cost a dollar a month"


def test_its_stream_tells_what_is_appended(dev: Synthesized) -> None:
    assert table(dev)["Properties"]["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_production_cannot_lose_it(prod: Synthesized) -> None:
    properties = table(prod)["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert properties["DeletionProtectionEnabled"]
    assert (table(prod)["DeletionPolicy"], table(prod)["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_any_other_stage_leaves_nothing_behind(dev: Synthesized) -> None:
    properties = table(dev)["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}
    assert not properties["DeletionProtectionEnabled"]
    assert (table(dev)["DeletionPolicy"], table(dev)["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_no_backup_holds_private_data(prod: Synthesized) -> None:
    private = table(prod, "Private")
    properties = private["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": False}
    assert properties["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert (private["DeletionPolicy"], private["UpdateReplacePolicy"]) == ("Delete", "Delete")


def test_no_stage_loses_the_wishes_not_to_be_called(dev: Synthesized) -> None:
    wishes = table(dev, "DoNotCall")
    assert wishes["Properties"]["DeletionProtectionEnabled"]
    assert (wishes["DeletionPolicy"], wishes["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert "StreamSpecification" not in wishes["Properties"]


def test_the_names_of_tables_are_told(dev: Synthesized) -> None:
    assert dev.state["Outputs"]["TableName"]["Value"] == "<Logs>"
    assert dev.do_not_call["Outputs"]["DoNotCallTableName"]["Value"] == "<DoNotCall>"


def test_a_key_of_your_own_encrypts_all_tables(synthesize: Synthesize) -> None:
    key = "arn:aws:kms:eu-central-1:123456789012:key/0123-ab"
    stacks = synthesize(kms_key=key)
    for name in ("Logs", "Private", "DoNotCall"):
        encryption = table(stacks, name)["Properties"]["SSESpecification"]
        assert encryption == {"KMSMasterKeyId": key, "SSEEnabled": True, "SSEType": "KMS"}
    policies = stacks.properties("AWS::IAM::Policy").values()
    allowed = [one for policy in policies for one in policy["PolicyDocument"]["Statement"] if one.get("Sid") == "Key"]
    assert len(allowed) == 8, "the route of notes, and all functions but `fallback`, `menu` and `tokens`"
    assert {one["Resource"] for one in allowed} == {key}
