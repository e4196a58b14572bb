"""What is fetched for Lambda."""

import pytest

from infra.packages import LOCK, REQUIREMENTS, PackagesError, pinned


def pins(text: str) -> set[str]:
    return {line.strip() for line in text.splitlines() if "==" in line and not line.startswith("#")}


def test_packages_are_fetched_as_requirements_pins_them() -> None:
    assert pinned(("boto3",)) == [
        line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("boto3==")
    ]


def test_a_package_with_all_it_requires_is_pinned_as_by_itself() -> None:
    assert pinned(("twilio[rest]",)) == pinned(("twilio",))


def test_a_package_that_is_not_pinned_is_not_fetched() -> None:
    with pytest.raises(PackagesError, match="does not pin leftpad"):
        pinned(("boto3", "leftpad"))


def test_what_packages_require_in_turn_is_pinned_too_and_agrees() -> None:
    assert pins(REQUIREMENTS.read_text()) < pins(LOCK.read_text())
