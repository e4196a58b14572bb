"""How many Lambda executions an account may run at the same time, and how many calls they can carry.

A new account may run ten. Source: AWS, "Lambda quotas" and "Understanding Lambda function scaling".
"""

from botocore.exceptions import BotoCoreError, ClientError

from local.ops.account import client, code
from local.ops.findings import Finding, Passed, Unseen

EXECUTIONS_PER_CALL = 2
"""Executions of a busy call: one gives the answer while another handles a frame or a reminder."""

FEWEST_EXECUTIONS = 100
"""Fewer executions carry fewer than fifty calls at the same time, the default limit of a deployment."""


def concurrency() -> Finding:
    """Check how many executions the account may run at the same time, and how many calls they can carry."""
    try:
        limit = client("lambda").get_account_settings()["AccountLimit"]
        executions = int(limit["UnreservedConcurrentExecutions"])
    except (ClientError, BotoCoreError) as error:
        return Unseen(f"the account's Lambda concurrency: {code(error)}.", "lambda:GetAccountSettings says so.")
    carries = f"{executions} Lambda executions at once, which carries about {executions // EXECUTIONS_PER_CALL} calls"
    if executions < FEWEST_EXECUTIONS:
        return Unseen(
            f"the account may run {carries}. Is that enough? Further callers hear an apology.",
            "Ask for more: AWS console, Service Quotas, Lambda, Concurrent executions.",
        )
    return Passed(f"the account may run {carries}")
