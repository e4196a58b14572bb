"""The forms that Twilio posts to webhooks, and the signature of its requests.

https://www.twilio.com/docs/voice/twiml#request-parameters,
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any, Literal
from uuid import uuid4

from twilio.request_validator import RequestValidator

from .records import Ended

_PLACE = ("City", "State", "Zip", "Country")
_ENDS = ("From", "To", "Caller", "Called")


def input_fields(speech: str, digits: str) -> dict[str, str]:
    """Return the fields with which a <Gather> reports what the caller said or keyed."""
    spoken = {"SpeechResult": speech, "Confidence": "0.9"} if speech else {}
    return spoken | ({"Digits": digits} if digits else {})


def sid(prefix: str) -> str:
    """Return a new identifier as Twilio makes them: two letters, 32 hexadecimal digits."""
    return prefix + uuid4().hex


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs a public URL and its form with the account's auth token.

    Any callable of this shape may replace it: one that returns a wrong signature, or None for no signature.
    """

    auth_token: str

    def __call__(self, url: str, form: Mapping[str, str]) -> str | None:
        """Return the signature. The handshake is signed over the `url` attribute with an empty form."""
        return str(RequestValidator(self.auth_token).compute_signature(url, dict(form)))


@dataclass(frozen=True, slots=True)
class Order:
    """A call that the application has placed: the URLs of its webhooks, and what it asked to be told."""

    url: str
    status_callback: str = ""
    events: frozenset[str] = frozenset({"completed"})
    screened: str = ""
    """The URL that gets during the call who answered (AsyncAmd). If it is empty, the answer webhook gets that."""

    fallback: str = ""
    """The URL that gets the call when a document fails; empty if it has none."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who calls whom. `extra` are more fields of the forms, such as ForwardedFrom; they override the others.

    `caller` is the number that the call comes from, in both directions.
    """

    caller: str
    number: str
    account_sid: str
    call_sid: str = field(default_factory=lambda: sid("CA"))
    extra: Mapping[str, str] = field(default_factory=dict)
    direction: Literal["inbound", "outbound-api"] = "inbound"

    def form(self, status: str) -> dict[str, str]:
        """Return the fields that every webhook of the call carries; `status` is CallStatus."""
        ends = {"From": self.caller, "To": self.number, "Caller": self.caller, "Called": self.number}
        places = {end + part: "US" if part == "Country" else "" for end in _ENDS for part in _PLACE}
        call = {
            "CallSid": self.call_sid,
            "AccountSid": self.account_sid,
            "ApiVersion": "2010-04-01",
            "Direction": self.direction,
            "CallStatus": status,
        }
        return call | ends | places | dict(self.extra)

    def voice_form(self) -> dict[str, str]:
        """Return the form of the voice webhook, sent while the call rings."""
        origin = {"StirVerstat": "TN-Validation-Passed-C", "CallToken": f"token-of-{self.call_sid}"}
        return origin | self.form("ringing")

    def answered_form(self, answered_by: str) -> dict[str, str]:
        """Return the form of the webhook that asks what to do with a call that was answered."""
        return self.form("in-progress") | ({"AnsweredBy": answered_by} if answered_by else {})

    def screened_form(self, answered_by: str) -> dict[str, str]:
        """Return the form of the callback that says who answered, while the call goes on."""
        ids = {"CallSid": self.call_sid, "AccountSid": self.account_sid}
        return ids | {"AnsweredBy": answered_by, "MachineDetectionDuration": "4200"}

    def progress_form(self, number: int, status: str, seconds: int) -> dict[str, str]:
        """Return the form of a status callback. At the end it has the length of the call."""
        form = self.form(status) | {
            "CallbackSource": "call-progress-events",
            "Timestamp": formatdate(usegmt=True),
            "SequenceNumber": str(number),
        }
        ended = {"CallDuration": str(seconds), "Duration": str(-(-seconds // 60)), "SipResponseCode": "200"}
        return form | (ended if status == "completed" else {})

    def action_form(self, session_id: str, ended: Ended) -> dict[str, str]:
        """Return the form of the action callback that follows a session."""
        status = "completed" if ended.status == "completed" else "in-progress"
        form = self.form(status) | {
            "SessionId": session_id,
            "SessionStatus": ended.status,
            "SessionDuration": str(ended.seconds),
        }
        if ended.handoff is not None:
            form["HandoffData"] = ended.handoff
        if ended.error:
            form |= {"ErrorCode": str(ended.error.code), "ErrorMessage": ended.error.text}
        return form

    def whisper_form(self, call_sid: str, to: str) -> dict[str, str]:
        """Return the form of the webhook that asks what a dialled person should hear, on their call."""
        leg = {"CallSid": call_sid, "ParentCallSid": self.call_sid, "Direction": "outbound-dial"}
        return self.form("in-progress") | leg | {"To": to, "Called": to}

    def recording_form(
        self, recording_sid: str, status: str, channels: str, source: str = "StartCallRecordingTwiML"
    ) -> dict[str, str]:
        """Return the form of a recording's status callback. It has fewer fields of the call than others."""
        where = f"https://api.twilio.com/2010-04-01/Accounts/{self.account_sid}/Recordings/{recording_sid}"
        return {
            "AccountSid": self.account_sid,
            "CallSid": self.call_sid,
            "RecordingSid": recording_sid,
            "RecordingUrl": where,
            "RecordingStatus": status,
            "RecordingChannels": "2" if channels == "dual" else "1",
            "RecordingStartTime": formatdate(usegmt=True),
            "RecordingSource": source,
            "RecordingTrack": "both",
        }

    def setup(self, session_id: str, parameters: Mapping[str, str], *, first: bool) -> dict[str, Any]:
        """Return the `setup` message. The first session of an inbound call opens while the call still rings."""
        return {
            "type": "setup",
            "sessionId": session_id,
            "accountSid": self.account_sid,
            "callSid": self.call_sid,
            "parentCallSid": self.extra.get("ParentCallSid", ""),
            "from": self.caller,
            "to": self.number,
            "forwardedFrom": self.extra.get("ForwardedFrom", ""),
            "callerName": self.extra.get("CallerName", ""),
            "direction": self.direction,
            "callType": "PSTN",
            "callStatus": "RINGING" if first and self.direction == "inbound" else "IN_PROGRESS",
            "customParameters": dict(parameters),
        }
