"""Logs each person's calls under the mark of their number, so that `make forget` finds them without a scan.

A mark is a hash with a secret key: it shows no number, and the same number always has the same mark.
"""

import logging

from functions.adapters.apigateway import Webhook
from functions.relay.log.events import CallKnown, Entry
from functions.relay.log.keys import Key, person_log
from functions.relay.ports import LogError, SecretError
from functions.relay.wire.party import kind_of, mark_of
from functions.webhooks.deps import WebhookDeps

logger = logging.getLogger("hotline")


def mark_of_person(deps: WebhookDeps, address: str) -> str:
    """Return the mark of a person's number or address; empty if that is withheld, or if the secret key is missing."""
    if kind_of(address) == "withheld":
        return ""
    try:
        return mark_of(address, deps.number_key())
    except SecretError as error:
        logger.error("the mark of a number could not be made, so `make forget` will not find its call: %s", error)
        return ""


def note_call(deps: WebhookDeps, mark: str, webhook: Webhook) -> None:
    """Log a call once under the mark of a person. If this fails, the call goes on."""
    if not mark:
        return
    try:
        call = webhook.named("CallSid")
        deps.log.append(person_log(mark), Entry(Key(0, call), CallKnown(call)))
    except LogError as error:
        logger.error("the mark of a number was not logged, so `make forget` will not find its call: %s", error)
