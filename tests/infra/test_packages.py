"""What a deployment fetches: packages for Lambda, and the CDK's CLI."""

import json
from pathlib import Path

import pytest

from infra import cdk
from infra.packages import LOCK, REQUIREMENTS, PackagesError, install, pinned

pytestmark = pytest.mark.slow


def pins(text: str) -> set[str]:
    return {
        line.removesuffix("\\").strip() for line in text.splitlines() if "==" in line and not line.startswith("#")
    }


def test_packages_are_fetched_as_requirements_pins_them() -> None:
    assert pinned(("boto3",)) == [
        line for line in REQUIREMENTS.read_text().splitlines() if line.startswith("boto3==")
    ]


def test_a_package_with_all_it_requires_is_pinned_as_by_itself() -> None:
    assert pinned(("twilio[rest]",)) == pinned(("twilio",))


def test_a_package_that_is_not_pinned_is_not_fetched() -> None:
    with pytest.raises(PackagesError, match="does not pin leftpad"):
        pinned(("boto3", "leftpad"))


def test_the_lock_pins_what_requirements_pin_and_more() -> None:
    assert pins(REQUIREMENTS.read_text()) < pins(LOCK.read_text())


def test_each_locked_package_has_checksums() -> None:
    blocks = LOCK.read_text().replace("\\\n", "").splitlines()
    locked = [line for line in blocks if not line.startswith("#")]
    assert len(locked) == len(pins(LOCK.read_text()))
    assert [line for line in locked if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("lock", [LOCK, cdk.LOCK], ids=lambda lock: lock.name)
def test_a_lock_holds_no_address(lock: Path) -> None:
    assert "://" not in lock.read_text()


def test_a_package_with_another_checksum_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "lock.txt"
    other.write_text(f"{pinned(('tzdata',))[0]} --hash=sha256:{'0' * 64}\n")
    with pytest.raises(PackagesError, match="Hash mismatch"):
        install(["tzdata"], tmp_path / "packages", lock=other)


def test_the_cdk_lock_pins_the_manifests_version() -> None:
    wanted = json.loads(cdk.MANIFEST.read_text())["dependencies"]["aws-cdk"]
    locked = json.loads(cdk.LOCK.read_text())["packages"]["node_modules/aws-cdk"]
    assert locked["version"] == wanted
    assert locked["integrity"].startswith("sha512-")
