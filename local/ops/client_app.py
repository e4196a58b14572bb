"""`make client-app`: lets browsers, apps and SIP phones call a deployment.

It creates a TwiML App that leads to the deployment, and an API key that signs tokens. It stores both in SSM, and says
what a client needs. With SIP=name it also creates the domain <name>.sip.twilio.com. A second run creates nothing
again.
"""

import argparse
import re
import sys
from contextlib import closing

from local.arguments import add_yes, stage_name
from local.ops.account import account
from local.ops.api_key import make_key
from local.ops.deployed import Deployed, parameter
from local.ops.parameters import put
from local.ops.speak import OpsError, agreed, say
from local.ops.twilio_account import TwilioAccount


def main(arguments: list[str] | None = None) -> int:
    """Set up the client app of one deployment; return 0, 1 if the user said no, 2 if it was not possible."""
    given = _parser().parse_args(arguments)
    try:
        return _set_up(given.stage, given.sip, given.yes)
    except OpsError as error:
        say(str(error))
        return 2


def _set_up(stage: str, sip: str, yes: bool) -> int:
    say(f"Reading Hotline ({stage}) in {account()}.")
    deployed = Deployed.read(stage)
    with closing(TwilioAccount.of(stage)) as twilio:
        what = f" and the SIP domain {sip}.sip.twilio.com" if sip else ""
        if not agreed(f"Make a TwiML App and an API key{what} in {twilio.name()}?", yes):
            return 1
        name = f"hotline-{stage}"
        app = twilio.application(name, deployed.voice_url, deployed.fallback_url, deployed.status_url)
        put(parameter(stage, "twilio-app-sid"), app)
        make_key(stage, twilio)
        if sip:
            _sip(twilio, sip, deployed)
    _say_next(stage, app)
    return 0


def _sip(twilio: TwilioAccount, name: str, deployed: Deployed) -> None:
    domain = f"{name}.sip.twilio.com"
    twilio.sip_domain(domain, deployed.voice_url, deployed.fallback_url, deployed.status_url)
    say(
        f"{domain} leads to this deployment. No phone can call it yet: in Twilio's console, under Voice, SIP domains,"
    )
    say("give it a credential list or an access control list. Then a phone calls sip:anything@" + domain)


def _say_next(stage: str, app: str) -> None:
    say(f"The TwiML App {app} leads to this deployment. A client needs a token, which your server asks for:")
    say(f"  aws lambda invoke --function-name hotline-{stage}-tokens --cli-binary-format raw-in-base64-out \\")
    say("""    --payload '{"identity": "alice"}' token.json""")
    say(f"Try it from a page on this machine: make client STAGE={stage}")


def _sip_name(text: str) -> str:
    if text and not re.fullmatch(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a name of a SIP domain; give one such as rosas-phone")
    return text


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make client-app", description=__doc__)
    parser.add_argument("--stage", type=stage_name, default="dev", help="which deployment")
    parser.add_argument("--sip", default="", type=_sip_name, help="also make the SIP domain of this name")
    add_yes(parser, "do it without asking")
    return parser


if __name__ == "__main__":
    sys.exit(main())
