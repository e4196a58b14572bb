"""A list of people who must not be called, imported into a table on this machine."""

from collections.abc import Callable, Mapping
from pathlib import Path

import boto3
import pytest

from functions.adapters.dynamodb import NEVER_EXPIRES_S, DynamoLog
from functions.relay.log.events import Suppressed
from functions.relay.log.keys import callee_log
from functions.relay.wire.party import mark_of
from local.ops import suppress
from local.ops.speak import OpsError
from tests.conftest import DO_NOT_CALL_TABLE

pytestmark = pytest.mark.slow

NUMBERS = ("+14155550188", "+14155550189")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "dnc.csv"
    path.write_text("# The registry's file\n415,5550188\n\n(415) 555-0189\n4155550188\n")
    return path


@pytest.fixture(autouse=True)
def key(stage: str, keep: Callable[[Mapping[str, str]], None]) -> str:
    """The key of the numbers' hashes; another one for each test."""
    keep({"number-key": stage})
    return stage


def listed(number: str, key: str) -> list[object]:
    log = DynamoLog(boto3.client("dynamodb"), DO_NOT_CALL_TABLE, days=1)
    return [one.event for one in log.read(callee_log(mark_of(number, key)))]


def test_the_numbers_of_a_file_are_listed_for_good(
    stage: str, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = [str(file), "--list", "DNC", "--country", "US", "--stage", stage]
    assert [suppress.main(command) for _ in range(2)] == [0, 0]
    assert [listed(number, stage) for number in NUMBERS] == [[Suppressed("DNC")]] * 2
    told = capsys.readouterr().out
    assert "Importing 2 numbers of the list DNC" in told
    assert "2 numbers are new; 0 were" in told
    assert "0 numbers are new; 2 were" in told
    items = boto3.client("dynamodb").query(
        TableName=DO_NOT_CALL_TABLE,
        KeyConditionExpression="#log = :log",
        ExpressionAttributeNames={"#log": "log"},
        ExpressionAttributeValues={":log": {"S": callee_log(mark_of(NUMBERS[0], stage))}},
    )["Items"]
    assert [item["expires"]["N"] for item in items] == [str(NEVER_EXPIRES_S)]


def test_a_line_that_is_no_number_is_told_and_nothing_is_imported(
    stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "dnc.csv"
    file.write_text("+14155550187\narea,phone\n")
    assert suppress.main([str(file), "--stage", stage]) == 2
    assert listed("+14155550187", stage) == []
    assert "1 of 2 lines are not numbers: line 2: 'area,phone'." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "region", "number"),
    [
        ("415;5550188", "US", "+14155550188"),
        ("030 23125144", "DE", "+493023125144"),
        ("030,23125144", "DE", ""),
        ("17;03023125144", "DE", "+493023125144"),
        ('"+14155550188","Alma, of Rosa\'s","2026-01-02"', "", "+14155550188"),
        ("Alma\t(415) 555-0188\t", "US", "+14155550188"),
        ("+14155550188;+14155550188", "", "+14155550188"),
        ("+14155550188;+14155550189", "", ""),
        ("03023125144;20260102", "DE", ""),
        ("5550188", "US", ""),
        ("4.15555E+09", "US", ""),
    ],
)
def test_a_line_with_columns_has_one_number_or_is_a_fault(
    tmp_path: Path, line: str, region: str, number: str
) -> None:
    """A wrong number on a list protects nobody, and no one would see it."""
    file = tmp_path / "dnc.csv"
    file.write_text(f"name;phone\r\n{line}\r\n;;\r\n")
    if number:
        assert list(suppress.read(file, region)) == [number]
    else:
        with pytest.raises(OpsError, match="1 of 1 lines are not numbers: line 2: "):
            list(suppress.read(file, region))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_of_a_spreadsheet_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "dnc.csv"
    file.write_text("Téléphone;Prénom\n+14155550188;Zoé\n", encoding=encoding)
    assert list(suppress.read(file)) == ["+14155550188"]


def test_a_spreadsheet_itself_is_no_list(tmp_path: Path) -> None:
    file = tmp_path / "dnc.xlsx"
    file.write_bytes(b"PK\x03\x04\x14\0\x06\0\x08\0")
    with pytest.raises(OpsError, match=r"is not a text file\. Save a spreadsheet as CSV"):
        list(suppress.read(file))


def test_a_long_list_says_how_far_it_is(
    stage: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(suppress, "TOLD_EVERY", 4)
    file = tmp_path / "dnc.csv"
    file.write_text("".join(f"+1415555{number:04d}\n" for number in (*range(100, 109), 100)))
    assert suppress.main([str(file), "--stage", stage]) == 0
    told = capsys.readouterr().out.splitlines()[1:]
    assert [told[:2], told[2].partition(";")[0]] == [["  4 of 9", "  8 of 9"], "9 numbers are new"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.csv"], "nowhere.csv cannot be read: FileNotFoundError"),
        (["x", "--list", "a#b"], "cannot be the name of a list"),
        (["x", "--country", "usa"], "give two capital letters, COUNTRY=US"),
    ],
)
def test_what_cannot_be_imported_is_told(
    stage: str, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        assert suppress.main([*arguments, "--stage", stage]) == 2
    except SystemExit as stopped:
        assert stopped.code == 2
    output = capsys.readouterr()
    assert words in output.out + output.err
