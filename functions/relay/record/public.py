"""The part of a record that leaves a deployment, in an event and in a webhook.

It holds no words of the call and no number of the caller, unless the deployment sets `call_words`.
"""

from typing import Any

from functions.relay.record.call_record import CallRecord
from functions.relay.record.codec import plain


def public(record: CallRecord, words: bool) -> dict[str, Any]:
    """Return a record as JSON holds it; without `words`, nothing that was said and no number of the caller."""
    told = {
        "call": record.call,
        "caller_mark": record.caller_mark,
        "called": record.called,
        "direction": str(record.direction),
        "agents": plain_list(record.agents),
        "began": record.began,
        "ended": record.ended,
        "seconds": record.seconds,
        "ending": str(record.ending),
        "language": record.language,
        "turns": len(record.turns) + record.left_out,
        "silences": record.silences,
        "interruptions": record.interruptions,
        "first_words_p50_ms": record.first_words_p50_ms,
        "tokens": plain(record.tokens),
        "cents": plain(record.cents),
        "recordings": plain_list(record.recordings),
        "handed_off": [one.reached for one in record.hand_offs],
        "messages_sent": [bool(one.sid) for one in record.messages],
        "call_backs": [one.at for one in record.call_backs if not one.replaced],
        "limits": list(record.limits),
        "errors": list(record.errors),
        "analysis": {one.operator: one.value for one in record.analysis if words or not one.private},
    }
    return {**told, "record": plain(record)} if words else told


def plain_list(values: tuple[Any, ...]) -> list[Any]:
    """Return dataclasses as JSON holds them."""
    return [plain(value) for value in values]
