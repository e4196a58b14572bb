"""Checks for how many calls at the same time an account's quotas are enough. docs/scale.md uses the same numbers.

A new account may run ten Lambda executions at once. Sources: AWS, "Lambda quotas", "Understanding Lambda function
scaling", "Amazon API Gateway quotas", "Service, account, and table quotas in Amazon DynamoDB", "Quotas for Amazon
Bedrock" and the "Service Quotas API Reference".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from functions.providers import Choice
from local.ops.account import client, code
from local.ops.findings import Finding, Passed, Unseen

EXECUTIONS_PER_CALL = 2
"""Executions of a busy call: one gives the answer while another handles a frame or a reminder."""

REQUESTS_PER_CALL = 4
"""Requests per second that a call makes to API Gateway. While the caller speaks: about four partial prompts. While
the agent speaks: posts, and reports of what was played."""

WRITES_PER_CALL = 4
"""Writes per second of a call to the table: each frame is one item."""

TURNS_A_MINUTE = 6
"""Turns of a call in which someone always speaks."""

TOKENS_A_TURN = 3_000 + 5 * 150
"""Tokens of Bedrock's quota that a turn uses: those in, and five for each of those out. Without drafts."""

TOKENS_PER_CALL = TURNS_A_MINUTE * TOKENS_A_TURN
"""Tokens of Bedrock's quota that a call uses per minute."""

FEWEST_CALLS = 50
"""A quota for fewer calls is not enough for the default limit of a deployment."""

THROTTLE = ("apigateway", "L-8A5B8E43")
"""The code of the quota "Throttle rate": requests per second to all APIs of the account, and posts to callers."""

TABLE_WRITES = ("dynamodb", "L-AB614373")
"""The code of the quota "Table-level write throughput limit": writes per second to a table."""

LISTS = ("list_service_quotas", "list_aws_default_service_quotas")
"""The quotas with a value of the account's own, and then the values that every account has from AWS."""

DENIED = ("AccessDeniedException", "AccessDenied")
"""Codes of an API that these credentials may not use."""


@dataclass(frozen=True, slots=True)
class Carried:
    """For how many calls a quota is enough."""

    what: str
    """What the quota allows."""

    calls: int
    quota: str
    """The quota in the console of Service Quotas."""

    @property
    def finding(self) -> Finding:
        """The line of the report."""
        words = f"{self.what}, which is enough for about {self.calls} calls"
        if self.calls >= FEWEST_CALLS:
            return Passed(words)
        cure = f"Ask for more: AWS console, Service Quotas, {self.quota}."
        return Unseen(f"{words}. Is that enough? Further callers hear an apology, or are not heard.", cure)


def quotas(models: Sequence[Choice]) -> Iterator[Finding]:
    """Yield for each quota how many calls it is enough for, and last which one ends first.

    A model that answers only when the first one fails does not end the calls.
    """
    read: list[Carried | Unseen] = []
    for look in (_concurrency, _requests, _writes):
        read.append(look())
        yield _finding(read[-1])
    for choice in (one for one in models if one.provider.quotas):
        found = _tokens(choice)
        yield _finding(found)
        if choice == models[0]:
            read.append(found)
    yield _in_all(read)


def concurrency() -> Finding:
    """Check how many executions the account may run at the same time, and for how many calls that is enough."""
    return _finding(_concurrency())


def requests() -> Finding:
    """Check how many requests a second API Gateway takes from the account, and for how many calls that is enough."""
    return _finding(_requests())


def writes() -> Finding:
    """Check how many writes a second DynamoDB takes to a table, and for how many calls that is enough."""
    return _finding(_writes())


def tokens(choice: Choice) -> Finding:
    """Check how many tokens a minute the provider takes for a model, and for how many calls that is enough."""
    return _finding(_tokens(choice))


def _concurrency() -> Carried | Unseen:
    try:
        limit = client("lambda").get_account_settings()["AccountLimit"]
        executions = int(limit["UnreservedConcurrentExecutions"])
    except (ClientError, BotoCoreError) as error:
        return Unseen(
            f"the account's Lambda concurrency: {code(error)}.",
            "You need the IAM permission lambda:GetAccountSettings.",
        )
    what = f"the account may run {executions} Lambda executions at once"
    return Carried(what, executions // EXECUTIONS_PER_CALL, "Lambda, Concurrent executions")


def _requests() -> Carried | Unseen:
    try:
        rate = _value(*THROTTLE)
    except (ClientError, BotoCoreError) as error:
        return _unread("how many requests API Gateway takes from the account", error)
    what = f"API Gateway takes {rate} requests a second from the account"
    return Carried(what, rate // REQUESTS_PER_CALL, "Amazon API Gateway, Throttle rate")


def _writes() -> Carried | Unseen:
    try:
        rate = _value(*TABLE_WRITES)
    except (ClientError, BotoCoreError) as error:
        return _unread("how many writes DynamoDB takes to a table", error)
    what = f"DynamoDB takes {rate} writes a second to a table"
    return Carried(what, rate // WRITES_PER_CALL, "Amazon DynamoDB, Table-level write throughput limit")


def _tokens(choice: Choice) -> Carried | Unseen:
    model, label = choice.model_id, choice.provider.label
    try:
        found = next(_of_model(choice), None)
    except (ClientError, BotoCoreError) as error:
        return _unread(f"how many tokens {label} takes for {model}", error)
    if found is None:
        words = f"how many calls {label} carries: Service Quotas lists no tokens a minute for {model}."
        return Unseen(words, f"Look for the model's name: AWS console, Service Quotas, {label}.")
    name, rate = found
    what = f"{label} takes {rate} tokens a minute for {model}"
    return Carried(what, rate // TOKENS_PER_CALL, f"{label}, {name}")


def _value(service: str, quota: str) -> int:
    """Return the value that is applied to the account; if there is none, the one that every account has from AWS."""
    asked = client("service-quotas")
    try:
        found = asked.get_service_quota(ServiceCode=service, QuotaCode=quota)
    except asked.exceptions.NoSuchResourceException:
        found = asked.get_aws_default_service_quota(ServiceCode=service, QuotaCode=quota)
    return int(found["Quota"]["Value"])


def _of_model(choice: Choice) -> Iterator[tuple[str, int]]:
    """Yield the names of a model's quotas of tokens a minute, with their values."""
    kind, words = _named(choice.model_id)
    beginning = f"{kind} model inference tokens per minute for "
    for operation in LISTS:
        pages = client("service-quotas").get_paginator(operation).paginate(ServiceCode=choice.provider.quotas)
        for quota in (one for page in pages for one in page["Quotas"]):
            name = quota["QuotaName"]
            if name.startswith(beginning) and _words(name.removeprefix(beginning)) == words:
                yield name, int(quota["Value"])


def _named(model: str) -> tuple[str, list[str]]:
    """Return how the name of a model's quota begins, and the words of the model's name without its date.

    The id of an inference profile begins with where the model answers, such as `eu.` or `global.`.
    """
    profile, name = re.findall(r"^(?:(global|us-gov|apac|[a-z]{2})\.)?(.*)", model)[0]
    kind = {"": "On-demand", "global": "Global cross-region"}.get(profile, "Cross-region")
    return kind, _words(re.sub(r":.*|-[0-9]{8}(?=-|$)", "", name))


def _words(name: str) -> list[str]:
    """Return the words and numbers of a model's name: an id writes `5-5` for 5.5. A first version is no word."""
    return re.findall(r"[a-z0-9]+", name.lower().removesuffix("v1"))


def _unread(what: str, error: ClientError | BotoCoreError) -> Unseen:
    """Return that a quota could not be read, and what helps."""
    if isinstance(error, ClientError) and code(error) in DENIED:
        return Unseen(f"{what}: {code(error)}.", f"You need the IAM permission servicequotas:{error.operation_name}.")
    return Unseen(f"{what}: {code(error)}.", "Does this machine reach AWS? Then try again: make doctor")


def _finding(read: Carried | Unseen) -> Finding:
    return read.finding if isinstance(read, Carried) else read


def _in_all(read: Sequence[Carried | Unseen]) -> Finding:
    """Return how many calls all quotas together are enough for."""
    known = [one for one in read if isinstance(one, Carried)]
    if not known:
        return Unseen("how many calls at once the account carries in all: no quota could be read.")
    first = min(known, key=lambda one: one.calls)
    words = f"in all, the account carries about {first.calls} calls at once; {first.quota}, ends first"
    if missing := len(read) - len(known):
        return Unseen(f"{words}. {missing} quota{'s' * (missing > 1)} could not be read, and may end sooner.")
    if first.calls < FEWEST_CALLS:
        return Unseen(f"{words}. Is that enough?", "Raise that quota first; docs/scale.md says which ones follow.")
    return Passed(words)
