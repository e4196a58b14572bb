"""`make eval-from`: the scenario that a call's record becomes."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

from functions.providers import price_of
from functions.relay.record.call_record import (
    AgentVersion,
    CallEnding,
    CallRecord,
    Direction,
)
from functions.relay.record.fold import record_of
from functions.relay.record.turn_record import ToolOutcome, ToolRecord, TurnCause, TurnRecord
from local.evals import from_call
from local.evals.from_call import drafted, main
from local.evals.reading import ScenarioError
from local.evals.scenario import read
from local.ops.speak import OpsError
from local.records import FileRecords
from tests.relay.record.calls import PLAIN

CALL = f"CA{7:032x}"


def said(text: str, *tools: ToolRecord, cause: TurnCause = TurnCause.WORDS) -> TurnRecord:
    return TurnRecord(cause, "front_desk", 1000, text, tools=tools)


def asked(arguments: str) -> ToolRecord:
    return ToolRecord("find_booking", arguments, ToolOutcome.DONE, "On Friday.")


def recorded(*turns: TurnRecord, agent: str = "front_desk", **more: Any) -> CallRecord:
    made = record_of(PLAIN, lambda _: "", price_of)
    return replace(made, call=CALL, agents=(AgentVersion(agent),), turns=turns, **more)


BOOKING = recorded(
    said("", cause=TurnCause.GREETING),
    said("What about booking K4T9?", asked('{"reference": "K4T9"}')),
    said("My number is +1 555 0142 and my mail is alma@example.com.", asked('{"name": "+15550142"}')),
    ending=CallEnding.AGENT_HUNG_UP,
    summary="Alma asked for the day\nof booking K4T9. She can be called at +1 555 0142.",
)


def lines_of(record: CallRecord) -> Any:
    """Return the caller's lines of the scenario that a record becomes."""
    return yaml.safe_load("\n".join(drafted(record)))["caller"]


def test_a_record_becomes_a_scenario_without_numbers() -> None:
    text = "\n".join(drafted(BOOKING))
    assert text == dedent(f"""\
        # {CALL} of 2025-11-20, agent hung up.
        # Replace names, and placeholders such as [phone], with invented ones before you commit this file.
        agent: front_desk
        # With MODEL=… a model plays the caller whom you describe here; without a persona, the lines are said.
        # persona: |
        #   Alma asked for the day of booking K4T9. She can be called at [phone].
        caller:
          - What about booking K4T9?
          - My number is [phone] and my mail is [email].
        # Say what must happen, and what must not: remove the # from what is right below, and add to it.
        # must:
        #   - calls_tool: find_booking
        #     with: {{reference: K4T9}}
        #   - calls_tool: find_booking
        #     with: {{name: '[phone]'}}
        #   - says_goodbye: true
        #   - hears: …
        # must_not:
        #   - hears: …""")


def test_a_draft_is_refused_until_it_expects_something(tmp_path: Path) -> None:
    FileRecords(tmp_path / ".build" / "calls").put(BOOKING)
    path = tmp_path / "drafted.yaml"
    path.write_text("\n".join(drafted(BOOKING)))
    with pytest.raises(ScenarioError, match=r"must is missing: a scenario that expects nothing cannot fail"):
        read(path)


def test_what_happened_is_right_without_its_comment_sign(tmp_path: Path) -> None:
    path = tmp_path / "filled.yaml"
    head, rules = "\n".join(drafted(BOOKING)).split("# must:")
    path.write_text(f"{head}must:{rules.replace('# ', '  ').partition('  must_not')[0]}")
    scenario = read(path)
    assert [rule.words for rule in scenario.must] == [
        "calls find_booking with {'reference': 'K4T9'}",
        "calls find_booking with {'name': '[phone]'}",
        "says goodbye",
        "hears '…'",
    ]
    assert len(scenario.caller) == 2


def test_keys_and_silences_are_played_too() -> None:
    pressed = [
        said("(The caller pressed 5.)", cause=TurnCause.KEY),
        said("I want a table.", cause=TurnCause.KEY),
        said("(The caller keyed in 1203.)", cause=TurnCause.DIGITS),
        said("", cause=TurnCause.DIGITS),
        said("(The caller keyed in 4111111111111111.)", cause=TurnCause.DIGITS),
        said("", cause=TurnCause.SILENCE),
        said("", cause=TurnCause.NOISE),
    ]
    assert lines_of(recorded(*pressed)) == [
        {"presses": "5"},
        "I want a table.",
        {"presses": "1203"},
        {"presses": "replace these digits"},
        {"presses": "replace these digits"},
        {"stays_silent": 52},
    ]


@pytest.mark.parametrize("text", ["yes", "12:30", "- no", "{a: b}", "# what?", "Señor 🎉: 'yes'", "a\nb"])
def test_yaml_keeps_every_line(text: str) -> None:
    assert lines_of(recorded(said(text))) == [text]


def test_a_call_that_we_placed_keeps_its_parameters() -> None:
    placed = recorded(
        said("Yes?"), direction=Direction.OUTBOUND, parameters=(("guests", "4"), ("call", "+1 555 0142"))
    )
    assert yaml.safe_load("\n".join(drafted(placed)))["parameters"] == {"guests": "4", "call": "[phone]"}


def test_a_long_call_is_played_to_its_end() -> None:
    scenario = yaml.safe_load("\n".join(drafted(recorded(*[said("Hello?")] * 9, left_out=3))))
    assert scenario["turns"] == 9
    assert "The first 3 turns are not here" in "\n".join(drafted(recorded(said("Hello?"), left_out=3)))


def test_a_call_without_words_or_agent_is_refused() -> None:
    with pytest.raises(OpsError, match="The caller said nothing"):
        list(drafted(recorded(said("", cause=TurnCause.GREETING))))
    with pytest.raises(OpsError, match=r"'nobody'\. A scenario needs an agent of functions/agents: front_desk"):
        list(drafted(recorded(said("Hello?"), agent="nobody")))


@pytest.fixture
def evals(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A laptop with a record, and a folder for scenarios."""
    monkeypatch.delenv("FILE", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(from_call, "SCENARIOS", tmp_path)
    FileRecords().put(BOOKING)
    return tmp_path


def test_the_command_writes_a_file_once(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = evals / "front_desk_00000007.yaml"
    assert main([CALL, "--stage", "laptop"]) == 0
    assert f"make evals ARGS={path.relative_to(Path.cwd())}" in capsys.readouterr().out
    assert path.read_text() == "\n".join(drafted(BOOKING)) + "\n"
    assert main([CALL, "--stage", "laptop"]) == 2
    assert f"{path} exists. Delete it, or name another file: FILE=" in capsys.readouterr().out
    assert main([CALL, "--stage", "laptop", "--file", "other.yaml"]) == 0
    assert Path("other.yaml").exists()


def test_a_call_or_folder_that_is_not_there_is_named(evals: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([f"CA{9:032x}", "--stage", "laptop"]) == 2
    assert "There is no record of CA" in capsys.readouterr().out
    assert main([CALL, "--stage", "laptop", "--file", "nowhere/x.yaml"]) == 2
    assert "nowhere/x.yaml cannot be written: No such file or directory." in capsys.readouterr().out
