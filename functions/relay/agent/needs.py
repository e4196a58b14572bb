"""Defines what the tools of all agents need besides their code: `NEEDS` in `functions/agents/needs.py`.

Only the functions that run agents get it. Packages are in `functions/agents/requirements.txt`. Data files of any type
in `functions/agents/` ship as they are.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import field

from functions.relay.agent.checks import listed
from functions.relay.agent.tools import AgentError
from functions.relay.dataclass import dataclass

NeedsError = AgentError
"""Raised for wrong needs. `str(error)` names the line to change, the cause and the cure."""

PLACES = ("partition", "region", "account", "stage")
"""Names that an ARN may have in braces. Their values are filled in when the stacks are synthesized."""

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]+")
_ARN = re.compile(r"arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:\S+|\*")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]*")
_SECRET = re.compile(r"[a-z0-9][a-z0-9._-]*")
_MODEL = re.compile(r"[a-z]+(:[^\s,]+)?")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = ("AWS_", "HOTLINE_", "POWERTOOLS_", "LAMBDA_")
_SECRETIVE = re.compile(r"SECRET|TOKEN|PASSWORD|API_?KEY|CREDENTIAL", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allow:
    """One IAM statement: what the tools may do, and with which resources. Raises AgentError."""

    actions: Sequence[str]
    """IAM actions, such as `["dynamodb:PutItem"]`."""

    resources: Sequence[str]
    """ARNs, such as `["arn:{partition}:dynamodb:{region}:{account}:table/orders"]`; `{stage}` is the deployment's."""

    reason: str = ""
    """Why an action or an ARN has a `*`, such as `"one table for each day"`. Without a reason, none may
    have one. Default: no `*`."""

    def __post_init__(self) -> None:
        _listed("Allow.actions", self.actions)
        _listed("Allow.resources", self.resources)
        for action in self.actions:
            _form("Allow.actions", action, _ACTION, 'an action such as "dynamodb:PutItem"')
        for resource in self.resources:
            _form("Allow.resources", resource, _ARN, 'an ARN such as "arn:{partition}:s3:::menus/menu.pdf"')
            if unknown := set(re.findall(r"\{(.*?)\}", resource)) - set(PLACES):
                known = ", ".join(f"{{{place}}}" for place in PLACES)
                raise AgentError(f"Allow.resources has {{{min(unknown)}}}; it may have {known}.")
        wide = [text for text in (*self.actions, *self.resources) if "*" in text]
        if wide and not self.reason.strip():
            raise AgentError(f"Allow has {wide[0]!r}, which allows more than one thing; name one, or give a reason.")


@dataclass(frozen=True, slots=True)
class Needs:
    """What the tools of all agents need from AWS and from the deployment. Raises AgentError."""

    services: Sequence[str] = ()
    """AWS services for which tools make clients, with boto3's names, such as `["dynamodb", "sesv2"]`. Default:
    none."""

    statements: Sequence[Allow] = ()
    """What tools may do in AWS, such as
    `[Allow(["ses:SendEmail"], ["arn:{partition}:ses:{region}:{account}:identity/rosa.example"])]`.
    Default: nothing."""

    secrets: Sequence[str] = ()
    """Names of secrets that `make secrets` asks for, such as `["sms-token"]`. `caller.secret("sms-token")` returns
    one. Default: none."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables, such as `{"SHOP": "rosa"}`. No secrets: templates show them. Default: none."""

    models: Sequence[str] = ()
    """Models that `After(model=…)` names besides the deployment's own, such as `["openai:gpt-6-luna"]`. Default:
    none."""

    def __post_init__(self) -> None:
        for name, given in (("services", self.services), ("secrets", self.secrets), ("models", self.models)):
            _listed(f"Needs.{name}", given, empty=True)
        _listed("Needs.statements", self.statements, empty=True)
        for service in self.services:
            _form("Needs.services", service, _SERVICE, 'a service as boto3 names it, such as "sesv2"')
        for secret in self.secrets:
            _form("Needs.secrets", secret, _SECRET, 'a name of lower-case letters, digits and -, such as "sms-token"')
        for model in self.models:
            _form("Needs.models", model, _MODEL, 'a provider and the id of its model, such as "provider:model"')
        for statement in self.statements:
            if not isinstance(statement, Allow):
                raise AgentError(f"Needs.statements has {statement!r}; write Allow([actions], [ARNs]).")
        if not isinstance(self.environment, Mapping):
            raise AgentError('Needs.environment is not a dictionary; write {"NAME": "value"}.')
        for variable, value in self.environment.items():
            _check_variable(variable, value)


def _listed(name: str, given: object, *, empty: bool = False) -> None:
    if not listed(name, given) and not empty:
        raise AgentError(f"{name} is empty; a statement without it allows nothing.")


def _form(name: str, given: object, form: re.Pattern[str], wanted: str) -> None:
    if not isinstance(given, str) or not form.fullmatch(given):
        raise AgentError(f"{name} has {given!r}; write {wanted}.")


def _check_variable(name: object, value: object) -> None:
    _form("Needs.environment", name, _VARIABLE, "a name of letters, digits and _")
    if not isinstance(value, str):
        raise AgentError(f"Needs.environment[{name!r}] is {value!r}; write a text: {str(value)!r}.")
    if str(name).startswith(_RESERVED):
        raise AgentError(f"Needs.environment has {name}, which AWS or Hotline sets; give it another name.")
    if _SECRETIVE.search(str(name)):
        cure = "list it in Needs.secrets and read it with caller.secret(…)"
        raise AgentError(f"Needs.environment has {name}, which looks like a secret; {cure}.")


NOTHING = Needs()
"""The needs of tools that need nothing besides their code."""
