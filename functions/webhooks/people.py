"""Notes which calls a person had, so that `make forget` finds them by the number, without a scan of the table."""

import logging

from functions.adapters.apigateway import Webhook
from functions.relay.log.events import CallKnown, Entry
from functions.relay.log.keys import Key, person_log
from functions.relay.ports import LogError, SecretError
from functions.relay.wire.party import kind_of, mark_of
from functions.webhooks.deps import WebhookDeps

logger = logging.getLogger("hotline")


def note_call(deps: WebhookDeps, address: str, webhook: Webhook) -> None:
    """Note a call under the mark of a person's number or address. If this fails, the call goes on."""
    if kind_of(address) == "withheld":
        return
    try:
        call = webhook.named("CallSid")
        person = person_log(mark_of(address, deps.number_key()))
        deps.log.append(person, Entry(Key(webhook.key.at, call), CallKnown(call)))
    except (LogError, SecretError) as error:
        logger.error("`make forget` will not find a call by its number: %s", error)
