"""How many Lambda executions an account may run at once, and how many calls that carries.

A new account has ten. Source: AWS, "Lambda quotas" and "Understanding Lambda function scaling".
"""

from botocore.exceptions import BotoCoreError, ClientError

from local.ops.account import client, code
from local.ops.findings import Finding, Passed, Unseen

EXECUTIONS_PER_CALL = 2
"""A call at its busiest: one execution gives the answer while another takes a frame or a reminder."""

FEWEST_EXECUTIONS = 100
"""Fewer carry less than fifty calls at once, which is the default limit of a deployment."""


def concurrency() -> Finding:
    """Look how many executions the account may run at once, and say how many calls that carries."""
    try:
        limit = client("lambda").get_account_settings()["AccountLimit"]
        executions = int(limit["UnreservedConcurrentExecutions"])
    except (ClientError, BotoCoreError) as error:
        return Unseen(f"the account's Lambda concurrency: {code(error)}.", "lambda:GetAccountSettings tells.")
    carries = f"{executions} Lambda executions at once, which carries about {executions // EXECUTIONS_PER_CALL} calls"
    if executions < FEWEST_EXECUTIONS:
        return Unseen(
            f"the account may run {carries}: is that enough? Callers beyond it hear an apology.",
            "Ask for more: AWS console, Service Quotas, Lambda, Concurrent executions.",
        )
    return Passed(f"the account may run {carries}")
