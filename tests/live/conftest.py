"""What the tests of live/ share: a log that fails is given up soon, so that no test waits for it."""

import pytest

from functions.live import apology


@pytest.fixture(autouse=True)
def give_up_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an apology try a log that fails for a moment only; of this wait, only its end is tested."""
    monkeypatch.setattr(apology, "REACH_LOG_WITHIN_S", 0.1)
    monkeypatch.setattr(apology, "RETRY_S", 0.02)
