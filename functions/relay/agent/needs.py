"""What the tools of all agents need beside their code: `NEEDS` in `functions/agents/needs.py`.

It reaches the functions that run agents, and no other. Packages are in `functions/agents/requirements.txt`, and data
files of any type ship as they are in `functions/agents/`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from functions.relay.agent.checks import listed
from functions.relay.agent.tools import AgentError

NeedsError = AgentError
"""What is raised for needs that cannot be met; `str(error)` names the line to change, the cause and the cure."""

PLACES = ("partition", "region", "account", "stage")
"""What an ARN may leave open in braces: it is filled in when the stacks are written."""

_ACTION = re.compile(r"[a-z0-9-]+:[A-Za-z0-9*]+")
_ARN = re.compile(r"arn:[^:\s]+:[^:\s]+:[^:\s]*:[^:\s]*:\S+|\*")
_SERVICE = re.compile(r"[a-z0-9][a-z0-9-]*")
_SECRET = re.compile(r"[a-z0-9][a-z0-9._-]*")
_VARIABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_RESERVED = ("AWS_", "HOTLINE_", "POWERTOOLS_", "LAMBDA_")
_SECRETIVE = re.compile(r"SECRET|TOKEN|PASSWORD|API_?KEY|CREDENTIAL", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Allow:
    """One IAM statement: what the tools may do, and to what. Raises AgentError."""

    actions: Sequence[str]
    """Actions of IAM, such as `["dynamodb:PutItem"]`."""

    resources: Sequence[str]
    """ARNs, such as `["arn:{partition}:dynamodb:{region}:{account}:table/orders"]`; `{stage}` is the deployment's."""

    reason: str = ""
    """Why an action or an ARN has a `*`; without a reason none may. Default: no `*`."""

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
            raise AgentError(f"Allow has {wide[0]!r}, which allows more than one thing; name it, or give a reason.")


@dataclass(frozen=True, slots=True)
class Needs:
    """What the tools of all agents need of AWS and of the deployment. Raises AgentError."""

    services: Sequence[str] = ()
    """AWS services that tools make clients of, by boto3's names, such as `["dynamodb", "sesv2"]`. Default: none."""

    statements: Sequence[Allow] = ()
    """What tools may do in AWS. Default: nothing."""

    secrets: Sequence[str] = ()
    """Names of secrets that `make secrets` asks for and `caller.secret("sms-token")` returns. Default: none."""

    environment: Mapping[str, str] = field(default_factory=dict)
    """Environment variables, such as `{"SHOP": "rosa"}`; no secrets, since templates show them. Default: none."""

    def __post_init__(self) -> None:
        for name, given in (("services", self.services), ("secrets", self.secrets)):
            _listed(f"Needs.{name}", given, empty=True)
        _listed("Needs.statements", self.statements, empty=True)
        for service in self.services:
            _form("Needs.services", service, _SERVICE, 'a service as boto3 names it, such as "sesv2"')
        for secret in self.secrets:
            _form("Needs.secrets", secret, _SECRET, 'a name of lower-case letters, digits and -, such as "sms-token"')
        for statement in self.statements:
            if not isinstance(statement, Allow):
                raise AgentError(f"Needs.statements has {statement!r}; write Allow([actions], [ARNs]).")
        if not isinstance(self.environment, Mapping):
            raise AgentError('Needs.environment is no dictionary; write {"NAME": "value"}.')
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
"""What tools need that have all that they need in their code."""
