"""Handles the steps of a menu: what a caller chose, the end of a talk with a person, and a message.

It loads no agents and needs no table and no model, so it answers even if these fail. Synth writes what the menus say
into `menu.json` beside it.
"""

from pathlib import Path
from typing import Any

from functions.adapters import menu, metrics
from functions.adapters.apigateway import Webhook, address_of
from functions.adapters.secrets import ParameterSecrets
from functions.adapters.twilio_signature import is_signed
from functions.relay.agent.menu_script import Scripts, read
from functions.relay.call_context import about, begin
from functions.relay.error_location import location_of
from functions.relay.ports import Secrets
from functions.settings import Settings

logger = metrics.logger()
settings = Settings.load(needed=("public_url",))
secrets: Secrets = ParameterSecrets(settings.secrets)


def stored(file: Path) -> Scripts:
    """Return the scripts in a file; none if it is missing, as on a laptop."""
    return read(file.read_bytes()) if file.exists() else {}


scripts = stored(Path(__file__).with_suffix(".json"))


def handler(event: dict[str, Any], _: object, scripts: Scripts = scripts) -> dict[str, Any]:
    """Answer a step of a menu with TwiML, and 403 if Twilio did not sign it. After a 500, Twilio asks `fallback`."""
    try:
        begin()
        webhook = Webhook.read(event)
        token = secrets.get("twilio-auth-token")
        if not is_signed(token, webhook.url(settings.public_url), webhook.proven, webhook.signature):
            words, source = "a webhook was refused: Twilio has not signed it for %s", address_of(event)
            logger.warning(words, settings.public_url, extra={"source": source})
            metrics.count(metrics.REFUSED, Door="menu")
            return {"statusCode": 403}
        about(call=webhook.form.get("CallSid", ""), agent=webhook.asked("agent"))
        body = menu.document(_following(webhook, scripts))
        return {"statusCode": 200, "headers": {"content-type": "text/xml"}, "body": body}
    except Exception as error:  # noqa: BLE001 - the caller must hear a sentence, not a failure
        logger.error("a webhook failed: %s", location_of(error))
        metrics.fault("webhook")
        return {"statusCode": 500}


def _following(webhook: Webhook, scripts: Scripts) -> menu.Verbs:
    """Return what follows a step. Raises KeyError for a menu that a newer deployment does not have."""
    agent, form = webhook.asked("agent"), webhook.form
    script = scripts[agent][webhook.asked("language")]
    match webhook.asked("step"):
        case "dialed":
            return menu.hang_up() if form.get("DialCallStatus") == "completed" else menu.end(script, agent)
        case "recorded":
            return menu.goodbye(script)
        case _:
            if choice := script.chosen(form.get("Digits", ""), form.get("SpeechResult", "")):
                logger.info("a caller chose from a menu")
                caller, called = form.get("From", ""), form.get("To", "")
                return menu.put_through(script, agent, choice, caller, called, ours=settings.caller_id)
            return menu.ask(script, agent, int(webhook.asked("round") or 0))
