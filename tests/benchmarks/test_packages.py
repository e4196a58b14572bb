from pathlib import Path

import pytest

from benchmarks import packages


def test_the_package_of_the_answers_has_a_limit(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "bundle", lambda function: tmp_path)
    monkeypatch.setattr(packages, "_zipped", lambda folder: 4_520_000)
    rows = list(packages.sizes())
    assert len(rows) > 1
    assert [(row.what, row.goal) for row in rows if not row.met] == [("zipped size of default", 4.5)]
