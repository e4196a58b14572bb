"""Checks the words of what a key or a limit does. What a tool returns in a call is cut and cleaned instead."""

from collections.abc import Mapping
from dataclasses import fields
from typing import TYPE_CHECKING

from functions.relay.agent.checks import check_spoken, fits_twiml
from functions.relay.agent.hand_off import TOLD, HandOff, hand_off_fault
from functions.relay.agent.outcomes import EndCall, PassTo, Say
from functions.relay.agent.tools import AgentError

if TYPE_CHECKING:
    from functions.relay.agent.agent import Agent


def check_static_outcomes(agent: "Agent") -> None:
    """Raise AgentError for a text that a person or the caller cannot be told whole."""
    for outcome in (*agent.keys.values(), agent.when_limited):
        _check(outcome)


def _check(outcome: object) -> None:
    match outcome:
        case HandOff():
            for name in TOLD:
                _check_told(name, getattr(outcome, name))
            _check(outcome.closed)
        case EndCall() | PassTo() | Say():
            for name in (one.name for one in fields(outcome)):
                if isinstance(text := getattr(outcome, name), str | Mapping):
                    _check_words(f"{type(outcome).__name__}.{name}", text)
        case _:
            pass  # a function, words of the caller, or a sound


def _check_told(name: str, told: object) -> None:
    said = told.saying if isinstance(told, EndCall) else told
    check_spoken(f"HandOff.{name}", said or "")
    if fault := hand_off_fault(name, told):
        raise AgentError(fault)


def _check_words(name: str, text: str | Mapping[str, str]) -> None:
    check_spoken(name, text)
    fits_twiml(name, text)
