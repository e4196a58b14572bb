"""Checks for how many calls at the same time an account's quotas are enough. docs/scale.md uses the same numbers.

A new account may run ten Lambda executions at once. Sources: AWS, "Lambda quotas", "Understanding Lambda function
scaling" and "Amazon API Gateway quotas".
"""

from collections.abc import Iterator

from botocore.exceptions import BotoCoreError, ClientError

from local.ops.account import client, code
from local.ops.findings import Finding, Passed, Unseen

EXECUTIONS_PER_CALL = 2
"""Executions of a busy call: one gives the answer while another handles a frame or a reminder."""

REQUESTS_PER_CALL = 4
"""Requests per second that a call makes to API Gateway. While the caller speaks: about four partial prompts. While
the agent speaks: posts, and reports of what was played."""

FEWEST_CALLS = 50
"""A quota for fewer calls is not enough for the default limit of a deployment."""

THROTTLE = ("apigateway", "L-8A5B8E43")
"""The code of the quota "Throttle rate": requests per second to all APIs of the account, and posts to callers."""


def quotas() -> Iterator[Finding]:
    """Yield for each quota how many calls it is enough for."""
    yield concurrency()
    yield requests()


def concurrency() -> Finding:
    """Check how many executions the account may run at the same time, and for how many calls that is enough."""
    try:
        limit = client("lambda").get_account_settings()["AccountLimit"]
        executions = int(limit["UnreservedConcurrentExecutions"])
    except (ClientError, BotoCoreError) as error:
        return Unseen(
            f"the account's Lambda concurrency: {code(error)}.",
            "You need the IAM permission lambda:GetAccountSettings.",
        )
    what = f"the account may run {executions} Lambda executions at once"
    return _carries(what, executions // EXECUTIONS_PER_CALL, "Lambda, Concurrent executions")


def requests() -> Finding:
    """Check how many requests a second API Gateway takes from the account, and for how many calls that is enough."""
    service, quota = THROTTLE
    try:
        found = client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=quota)
        rate = int(found["Quota"]["Value"])
    except (ClientError, BotoCoreError) as error:
        words = f"how many requests API Gateway takes from the account: {code(error)}."
        return Unseen(words, "You need the IAM permission servicequotas:GetServiceQuota.")
    what = f"API Gateway takes {rate} requests a second from the account"
    return _carries(what, rate // REQUESTS_PER_CALL, "Amazon API Gateway, Throttle rate")


def _carries(what: str, calls: int, quota: str) -> Finding:
    words = f"{what}, which is enough for about {calls} calls"
    if calls < FEWEST_CALLS:
        cure = f"Ask for more: AWS console, Service Quotas, {quota}."
        return Unseen(f"{words}. Is that enough? Further callers hear an apology, or are not heard.", cure)
    return Passed(words)
