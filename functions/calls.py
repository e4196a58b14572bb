"""Places a call when an IAM principal invokes it, and tells how one goes; it has no route on any API.

It answers {"to": "+1…", "agent": "…", "parameters": {…}, "from": "+1…"}, of which the last two may be left out, and
{"call": "CA…"}. Nothing is raised, since Lambda logs what is.
"""

from contextlib import closing
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools import Logger

from functions.adapters import dynamodb, numbers
from functions.adapters.calls import TwilioExchange
from functions.adapters.secrets import ParameterSecrets
from functions.agents import AGENTS
from functions.relay.error_location import origin
from functions.relay.log.events import Entry, Placed, Withdrawn
from functions.relay.log.keys import Key, call_log, callee_log
from functions.relay.outbound import Allowed, Order, Refused, day_of, known, may_call, progress, withdrawal
from functions.relay.ports import DeclinedError, Exchange, Secrets, UnansweredError
from functions.settings import Settings

logger = Logger()
settings = Settings.load(needed=("table", "public_url"))
secrets: Secrets = ParameterSecrets(settings.secrets)
log = dynamodb.DynamoLog(dynamodb.client(), settings.table, settings.retention_days)

Answer = dict[str, Any]


def handler(event: Any, context: Any) -> Answer:
    """Place the call that is ordered, unless a rule forbids it; or tell how one goes."""
    try:
        match event:
            case {"call": str(call)}:
                return _progress(call)
            case _:
                answer = _place(event, context.aws_request_id)
    except UnansweredError as error:
        answer = {"status": "unknown", "reason": str(error)}
    except Exception as error:  # noqa: BLE001 - its own text may hold the number
        logger.error("a call was not placed: %s", origin(error))
        answer = {"status": "failed", "reason": origin(error)}
    logger.info("a call was ordered", extra={"status": answer["status"], "why": answer.get("why", "")})
    return answer


def _progress(call: str) -> Answer:
    found = progress(log.read(call_log(call)))
    return {"status": found.status, "answered_by": found.answered_by, "seconds": found.seconds, "over": found.over}


def _place(event: Any, request: str) -> Answer:
    order = _checked(Order.read(event))
    if isinstance(order, Refused):
        return _refused(order)
    # Before the attempt is noted: a secret that is not set is no attempt.
    with closing(_exchange()) as exchange:
        number = numbers.e164(order.to)
        match _attempt(number, order, request):
            case Refused() as refused:
                return _refused(refused)
            case Allowed(slot):
                return _dial(exchange, number, order, slot, request)


def _checked(order: Order | Refused) -> Order | Refused:
    match order:
        case Order(agent=agent) if agent not in AGENTS:
            return Refused("unknown agent", f"There is no agent {agent}; there is {', '.join(AGENTS)}.")
        case Order(to=to) if not numbers.e164(to):
            return Refused("unknown number", "Write it with its country's code, such as +12125550142.")
        case Order(sender="") if not settings.caller_id:
            return Refused("no caller id", "Say whose number calls: deploy with -c caller_id=+1…, or send from.")
        case _:
            return order


def _attempt(number: str, order: Order, request: str) -> Allowed | Refused:
    """Note an attempt, if the number may be called; each stands under a key of its own, so two cannot be the last."""
    calling, zones = AGENTS[order.agent].calling, numbers.zones(number)
    while True:
        now = datetime.now(UTC)
        found = known(log.read(callee_log(number)), order.agent, day_of(zones, now), request)
        verdict = may_call(zones, now, found, calling)
        if isinstance(verdict, Refused):
            return verdict
        placed = Placed(order.agent, request, order.parameters)
        if log.append(callee_log(number), Entry(verdict.slot, placed)):
            return verdict


def _exchange() -> TwilioExchange:
    account, token = secrets.get("twilio-account-sid"), secrets.get("twilio-auth-token")
    return TwilioExchange(account, token, settings.twilio_url)


def _dial(exchange: Exchange, number: str, order: Order, slot: Key, request: str) -> Answer:
    query = urlencode({"agent": order.agent, "request": request})
    answer, told = f"{settings.public_url}/voice-out?{query}", f"{settings.public_url}/call-status"
    try:
        return {"status": "placed", "call": exchange.place(number, order.sender or settings.caller_id, answer, told)}
    except DeclinedError as error:
        log.append(callee_log(number), Entry(withdrawal(slot), Withdrawn()))
        return _refused(Refused("declined by Twilio", str(error)))


def _refused(refused: Refused) -> Answer:
    return {"status": "refused", "why": refused.why, "reason": refused.words}
