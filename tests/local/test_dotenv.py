"""`.env` is read as people write it."""

from pathlib import Path

import pytest

from local.dotenv import DotenvError, load, read, variable_of

LINES = {
    "A=1": "1",
    "export A=1": "1",
    "  A = 1  ": "1",
    'A="a b # c"': "a b # c",
    "A='1'": "1",
    "A=1 # one": "1",
    "A=a#b": "a#b",
    "A=x=y": "x=y",
    "A=": "",
    "# a note\n\nA=ü": "ü",
}


@pytest.mark.parametrize(("text", "value"), LINES.items(), ids=LINES)
def test_a_line_is_a_variable(tmp_path: Path, text: str, value: str) -> None:
    (tmp_path / ".env").write_text(text)
    assert read(tmp_path / ".env") == {"A": value}


def test_what_is_set_goes_first(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=file\nB=file\nC=\n")
    environment = {"A": "shell"}
    load(tmp_path / ".env", environment)
    assert environment == {"A": "shell", "B": "file"}


def test_no_file_sets_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / ".env") == {}


def test_a_wrong_line_is_reported_without_its_words(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A=1\nsk-secret\n")
    with pytest.raises(DotenvError, match=r"\.env:2: this is not a variable; write NAME=value\.") as raised:
        read(tmp_path / ".env")
    assert "sk-secret" not in str(raised.value)


def test_a_secret_has_a_variable() -> None:
    assert variable_of("sms-token") == "SMS_TOKEN"
