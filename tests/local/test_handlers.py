"""The laptop's handlers work after their import too, when their environment is gone: as on `make run`."""

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.dev_stack import dev_stack
from tests.endpoint import WAIT_S
from tests.fixtures.agents import DEFAULT

pytestmark = pytest.mark.slow

ORDER = {"to": "+12125550142", "agent": DEFAULT, "consent": "asked for it", "from": "+12125550100"}


def noon_of_a_weekday() -> datetime:
    """Return about noon in New York on a weekday, two to four days ahead: calls are allowed then."""
    at = (datetime.now(UTC) + timedelta(days=2)).replace(hour=16, minute=0, second=0, microsecond=0)
    return at + timedelta(days=max(0, 7 - at.weekday()) if at.weekday() > 4 else 0)


def test_an_order_with_a_time_gets_a_schedule(tmp_path: Path) -> None:
    with dev_stack("offline", log=tmp_path / "functions.log") as line:
        at = noon_of_a_weekday()
        order = {**ORDER, "at": at.isoformat(), "request": "spring-2026"}
        answer = sys.modules["functions.calls"].handler(order, SimpleNamespace(aws_request_id="r" * 12))
        assert answer["status"] == "planned", answer
        until = time.monotonic() + WAIT_S
        while not (found := line.schedules.all()) and time.monotonic() < until:
            time.sleep(0.1)
        assert [one.at for one in found] == [at.timestamp()]
