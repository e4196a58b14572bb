"""Says how long an answer, a request to the model and a tool may take, and how long a message can be delayed.

A call's own limit is `Agent.minutes`: functions/live/call_time_limit.py keeps it. What a call may cost is in
cost_limits.py.
"""

ANSWER_DEADLINE_S = 25.0
"""Seconds that an answer may take. After 29 seconds API Gateway sends its own error into the call."""

ASK_UNTIL_S = 15.0
"""Seconds from the start of an answer within which the model is asked: its stream must end before the deadline."""

MODEL_PATIENCE_S = 7.0
"""Seconds for which a model may send nothing. The caller should never wait longer than eight."""

LEAVE_REQUEST_S = 8.0
"""Seconds to wait for a request to a model that nobody needs any more: the model's own timeouts end it earlier."""

TOOL_DEADLINE_S = 8.0
"""Seconds that a tool may take, unless its author sets `deadline`."""

LONGEST_INVOCATION_MS = 30_000
"""Milliseconds after a turn within which its tools may still run."""

ARRIVE_WITHIN_S = 3.0
"""Seconds that `Agent.arrive` may take while the phone rings. Twilio waits 15 for the webhook."""

LONGEST_DELAY_S = 900
"""Most seconds of a message's delay. Source: Amazon SQS, "Delay queues"."""

REACH_LOG_WITHIN_S = 8.0
"""Seconds for which a reminder and an apology try a log that fails: neither gets a second chance."""
