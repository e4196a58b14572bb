"""How many calls at the same time the quotas of an account carry. docs/scale.md calculates with the same numbers.

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
"""Requests per second to API Gateway of a call in which someone speaks: about four partial prompts while the caller
does; posts, and reports of what was played, while the agent does."""

FEWEST_CALLS = 50
"""Quotas that carry fewer calls are not enough for the default limit of a deployment."""

THROTTLE = ("apigateway", "L-8A5B8E43")
"""The code of the quota "Throttle rate": requests per second to all APIs of the account, and posts to callers."""


def quotas() -> Iterator[Finding]:
    """Yield for each quota how many calls it carries."""
    yield concurrency()
    yield requests()


def concurrency() -> Finding:
    """Check how many executions the account may run at the same time, and how many calls they can carry."""
    try:
        limit = client("lambda").get_account_settings()["AccountLimit"]
        executions = int(limit["UnreservedConcurrentExecutions"])
    except (ClientError, BotoCoreError) as error:
        return Unseen(f"the account's Lambda concurrency: {code(error)}.", "lambda:GetAccountSettings says so.")
    what = f"the account may run {executions} Lambda executions at once"
    return _carries(what, executions // EXECUTIONS_PER_CALL, "Lambda, Concurrent executions")


def requests() -> Finding:
    """Check how many requests per second API Gateway takes from the account, and how many calls they can carry."""
    service, quota = THROTTLE
    try:
        found = client("service-quotas").get_service_quota(ServiceCode=service, QuotaCode=quota)
        rate = int(found["Quota"]["Value"])
    except (ClientError, BotoCoreError) as error:
        words = f"how many requests API Gateway takes from the account: {code(error)}."
        return Unseen(words, "servicequotas:GetServiceQuota says so.")
    what = f"API Gateway takes {rate} requests a second from the account"
    return _carries(what, rate // REQUESTS_PER_CALL, "Amazon API Gateway, Throttle rate")


def _carries(what: str, calls: int, quota: str) -> Finding:
    words = f"{what}, which carries about {calls} calls"
    if calls < FEWEST_CALLS:
        cure = f"Ask for more: AWS console, Service Quotas, {quota}."
        return Unseen(f"{words}. Is that enough? Further callers hear an apology, or are not heard.", cure)
    return Passed(words)
