"""What is read from the results of operators, in the forms of Twilio's API."""

from typing import Any

import pytest

from functions.relay.record.analysis import Finding, finding_of, findings_by_name


@pytest.mark.parametrize(
    ("kind", "result", "value", "private"),
    [
        ("conversation-classify", {"predicted_label": "negative"}, "negative", False),
        ("utterance-classify", {"utterance_match": True}, True, False),
        ("extract", {"extract_match": False, "extract_results": {}}, False, False),
        ("pii-extract", {"extract_results": {"PHONE": [], "NAME": []}}, "NAME, PHONE", True),
        ("extract-normalize", {"normalized_result": "Friday"}, "Friday", True),
        ("text-generation", {"text_generation_results": {"result": "8"}}, 8, False),
        ("text-generation", {"text_generation_results": {"result": "NaN"}}, "NaN", True),
        ("text-generation", {"text_generation_results": {"result": "A sad call."}}, "A sad call.", True),
        ("json", {"json_results": {"answer": True}}, True, False),
        ("json", {"json_results": {"a": 1, "b": 2}}, '{"a": 1, "b": 2}', True),
    ],
)
def test_each_kind_of_result_has_its_answer(kind: str, result: dict[str, Any], value: object, private: bool) -> None:
    found = finding_of({"name": "mood", "operator_type": kind, **result})
    assert found == Finding("mood", kind, value)  # type: ignore[arg-type]
    assert found.private is private


@pytest.mark.parametrize("result", [{}, {"operator_type": "text-generation"}, {"operator_type": "of tomorrow"}])
def test_a_result_without_an_answer_is_no_finding(result: dict[str, Any]) -> None:
    assert finding_of({"name": "mood", **result}) is None


def test_the_later_of_two_findings_of_an_operator_counts() -> None:
    found = (Finding("lead", "json", 3), Finding("mood", "json", "sad"), Finding("lead", "json", 8))
    assert findings_by_name(found) == {"lead": 8, "mood": "sad"}
