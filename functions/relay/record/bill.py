"""Adds up what a call cost: its models, the minutes that Twilio charges, and the work of AWS."""

from functions.relay.cost_limits import MICROS_PER_CENT
from functions.relay.log.events import Announced, DraftDropped, HandedOff, Progressed, Summarized
from functions.relay.log.keys import END_CLAIM, Slot
from functions.relay.record.call_record import CallEnding, CallRecord, Direction
from functions.relay.record.cost import AwsUse, Cents, PriceOf, TwilioUse, aws_dollars, twilio_dollars
from functions.relay.record.logs import CallLogs, SessionLog
from functions.relay.record.turn_record import TurnRecord

POST_CHARACTERS = 60
"""About how many characters a clause has. Each clause is one post."""

ANSWER_BUSY_S = 2.5
"""About how many seconds a function works for an answer. Source: measured with `make bench`."""

ANSWER_READS = 30
"""About how many reads of the table an answer takes. Source: measured with `make bench`."""

MOMENT_S = 1.0
"""Seconds of a call that was answered, if no more is known of it. Twilio charges the minute that has begun."""


def cents_of(logs: CallLogs, record: CallRecord, dropped: tuple[DraftDropped, ...], price_of: PriceOf) -> Cents:
    """Return what a call cost. `record` has its times and turns; `dropped` are the drafts that were not used."""
    relay_s = sum(_relay_s(session) for session in logs.sessions)
    dollars = twilio_dollars(_twilio_use(logs, record, relay_s)), aws_dollars(_aws_use(logs, record.turns, relay_s))
    return Cents(_model_cents(logs, record.turns, dropped, price_of), *(one * 100 for one in dollars))


def _model_cents(
    logs: CallLogs, turns: tuple[TurnRecord, ...], dropped: tuple[DraftDropped, ...], price_of: PriceOf
) -> float | None:
    usual = next((turn.model for turn in turns if turn.model), "")  # a draft that was cut off does not name its model
    read = [(event.model, event.usage) for _, event in logs.of(Summarized)][:1]
    drafts = ((one.model or usual, one.usage) for one in dropped)
    spent = [*((turn.model, turn.tokens) for turn in turns), *drafts, *read]
    asked = [(price_of(model), tokens) for model, tokens in spent if tokens.total]
    known = [price.micros_of(tokens) for price, tokens in asked if price]
    return sum(known) / MICROS_PER_CENT if len(known) == len(asked) else None


def _twilio_use(logs: CallLogs, record: CallRecord, relay_s: float) -> TwilioUse:
    """Return the minutes that Twilio charges. It knows best how long the call lasted, and charges no ringing."""
    told = max((event.seconds for _, event in logs.of(Progressed)), default=0)
    answered = record.ending is not CallEnding.UNANSWERED
    call_s = max(MOMENT_S, told or (record.ended - record.began) / 1000) if answered else 0.0
    return TwilioUse(call_s, relay_s, _talks_s(logs, record), record.direction is Direction.OUTBOUND)


def _talks_s(logs: CallLogs, record: CallRecord) -> tuple[float, ...]:
    """Return how long each call to a person of a hand-off lasted: until the agent came back, or the call ended."""
    back = {event.follows: event.at for _, event in logs.of(Announced)}
    talks = zip(logs.of(HandedOff), record.hand_offs, strict=True)
    taken = [(key.at, back.get(event.id, record.ended)) for (key, event), one in talks if one.reached and key.at]
    return tuple(max(MOMENT_S, (end - begin) / 1000) for begin, end in taken)


def _aws_use(logs: CallLogs, turns: tuple[TurnRecord, ...], relay_s: float) -> AwsUse:
    entries = [entry for session in logs.sessions for entry in session.entries]
    answers = sum(bool(turn.how) for turn in turns)
    return AwsUse(
        minutes=relay_s / 60,
        frames_in=sum(entry.key.slot == Slot.FRAME.at() for entry in entries),
        posts=sum(-(-len(turn.said) // POST_CHARACTERS) for turn in turns),
        reads=answers * ANSWER_READS,
        writes=logs.size,
        busy_s=answers * ANSWER_BUSY_S,
    )


def _relay_s(session: SessionLog) -> float:
    times = [entry.key.at for entry in session.entries if entry.key.at and entry.key != END_CLAIM]
    return (max(times) - min(times)) / 1000 if times else 0.0
