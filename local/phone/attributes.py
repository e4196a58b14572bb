"""Every attribute of <ConversationRelay> and its children, and the values that end a session before it begins.

https://www.twilio.com/docs/voice/twiml/connect/conversationrelay
"""

import re
from collections.abc import Mapping

_INPUT = "none|dtmf|speech|any|true|false"
_BOOLEAN = "true|false"
_NORMALISATION = "on|auto|off"

# The pattern that a whole value must match, in any case; None if Twilio does not publish the rule.
_VALUES: dict[str, str | None] = {
    "url": None,
    "welcomeGreeting": None,
    "welcomeGreetingInterruptible": _INPUT,
    "language": None,
    "ttsLanguage": None,
    "transcriptionLanguage": None,
    "ttsProvider": "google|amazon|elevenlabs",
    "voice": None,
    "transcriptionProvider": "google|deepgram",
    "speechModel": None,
    "interruptible": _INPUT,
    "interruptSensitivity": "low|medium|high",
    "ignoreBackchannel": _BOOLEAN,
    "reportInputDuringAgentSpeech": _INPUT,
    "preemptible": _BOOLEAN,
    "dtmfDetection": _BOOLEAN,
    "hints": None,
    "speechTimeout": r"auto|[6-9]\d\d|[1-4]\d\d\d|5000",
    "eotThreshold": r"0?\.[5-8]\d*|0?\.90*",
    "eagerEotThreshold": r"0?\.[3-8]\d*|0?\.90*",
    "partialPrompts": _BOOLEAN,
    "partialPromptOnHangup": _BOOLEAN,
    "includeInPrompt": "turn-state|prompt-segments",
    "turnDetection": _BOOLEAN,
    "echoPromptFiltering": _BOOLEAN,
    "backgroundNoiseReduction": None,
    "deepgramSmartFormat": _BOOLEAN,
    "asrSmartFormat": _BOOLEAN,
    "profanityFilter": _BOOLEAN,
    "elevenlabsTextNormalization": _NORMALISATION,
    "ttsTextNormalization": _NORMALISATION,
    "ttsLanguageTextNormalization": _BOOLEAN,
    "elevenlabsLanguageTextNormalization": _BOOLEAN,
    "events": r"(\s*(speaker-events|tokens-played|config-updated))*\s*",
    "debug": r"(\s*(debugging|speaker-events|tokens-played))*\s*",
    "applicationReconnect": _BOOLEAN,
    "intelligenceService": None,
    "conversationConfiguration": None,
    "conversationId": None,
    "customerName": None,
}

_CALLED = frozenset(
    {
        "amdStatusCallback",
        "amdStatusCallbackMethod",
        "machineDetection",
        "machineDetectionSilenceTimeout",
        "machineDetectionSpeechEndThreshold",
        "machineDetectionSpeechThreshold",
        "machineDetectionTimeout",
        "method",
        "statusCallback",
        "statusCallbackEvent",
        "statusCallbackMethod",
        "url",
    }
)

KNOWN: dict[str, frozenset[str]] = {
    "ConversationRelay": frozenset(_VALUES),
    "Language": frozenset(
        {
            "code",
            "ttsProvider",
            "voice",
            "transcriptionProvider",
            "speechModel",
            "hints",
            "asrSmartFormat",
            "ttsTextNormalization",
            "ttsLanguageTextNormalization",
        }
    ),
    "Parameter": frozenset({"name", "value"}),
    "Connect": frozenset({"action", "method"}),
    "Say": frozenset({"voice", "language", "loop"}),
    "Start": frozenset({"action", "method"}),
    "Recording": frozenset(
        {
            "channels",
            "name",
            "recordingConfigurationId",
            "recordingStatusCallback",
            "recordingStatusCallbackEvent",
            "recordingStatusCallbackMethod",
            "track",
            "trim",
        }
    ),
    "Dial": frozenset(
        {
            "action",
            "answerOnBridge",
            "callReason",
            "callerId",
            "events",
            "hangupOnStar",
            "method",
            "record",
            "recordingConfigurationId",
            "recordingStatusCallback",
            "recordingStatusCallbackEvent",
            "recordingStatusCallbackMethod",
            "recordingTrack",
            "referMethod",
            "referUrl",
            "ringTone",
            "sequential",
            "timeLimit",
            "timeout",
            "trim",
        }
    ),
    "Number": _CALLED | {"byoc", "sendDigits"},
    "Sip": _CALLED | {"password", "username"},
    "Client": _CALLED,
    "Identity": frozenset(),
    "Gather": frozenset(
        {
            "action",
            "actionOnEmptyResult",
            "bargeIn",
            "debug",
            "dtmfDetection",
            "enhanced",
            "finishOnKey",
            "hints",
            "input",
            "language",
            "maxSpeechTime",
            "method",
            "numDigits",
            "partialResultCallback",
            "partialResultCallbackMethod",
            "profanityFilter",
            "speechModel",
            "speechTimeout",
            "timeout",
        }
    ),
    "Record": frozenset(
        {
            "action",
            "finishOnKey",
            "maxLength",
            "method",
            "playBeep",
            "recordingStatusCallback",
            "recordingStatusCallbackEvent",
            "recordingStatusCallbackMethod",
            "timeout",
            "transcribe",
            "transcribeCallback",
            "trim",
        }
    ),
    "Redirect": frozenset({"method"}),
    "Hangup": frozenset(),
    "Enqueue": frozenset({"action", "maxQueueSize", "method", "waitUrl", "waitUrlMethod", "workflowSid"}),
    "Task": frozenset({"priority", "timeout"}),
}

HOLDS: dict[str, frozenset[str]] = {
    "Connect": frozenset({"ConversationRelay", "AiSession", "Conversation", "Stream", "VirtualAgent"}),
    "ConversationRelay": frozenset({"Language", "Parameter", "Failover"}),
    "Start": frozenset({"Recording", "Siprec", "Stream", "Transcription"}),
    "Dial": frozenset({"Number", "Sip", "Client", "Conference", "Queue", "Sim", "Application", "WhatsApp"}),
    "Client": frozenset({"Identity", "Parameter"}),
    "Enqueue": frozenset({"Task"}),
    "Gather": frozenset({"Say", "Play", "Pause"}),
    "Record": frozenset(),
}
"""The elements that may be inside an element. An element that is not listed may hold anything."""

_VERBS = """
Connect Dial Echo Enqueue Gather Hangup Leave Pause Pay Play Prompt Queue Record Redirect Refer Reject Say Siprec
Sms Start Stop
"""
VERBS = frozenset(_VERBS.split())


def speaks(voice: str, language: str) -> bool:
    """Return whether a voice of <Say> may speak a language. Names of Google's voices begin with their language."""
    provider, _, name = voice.partition(".")
    return provider != "Google" or not language or name.startswith(f"{language}-")


def fault(given: Mapping[str, str]) -> str | None:
    """Return why a session with these attributes is refused once its socket is open; None if it is not.

    Only Deepgram's nova models understand `multi` (and flux in practice), and only ElevenLabs speaks it.
    """
    for name, value in given.items():
        rule = _VALUES.get(name)
        if rule is not None and re.fullmatch(rule, value, re.IGNORECASE) is None:
            return f"Invalid values ({value}) for {name}"
    return _multi_fault(given)


def _multi_fault(given: Mapping[str, str]) -> str | None:
    language = given.get("language", "en-US")
    provider = given.get("transcriptionProvider", "Deepgram").lower()
    if given.get("transcriptionLanguage", language) == "multi" and provider != "deepgram":
        return f"Invalid values ({provider}/multi) for transcription settings"
    voice = given.get("ttsProvider", "ElevenLabs").lower()
    if given.get("ttsLanguage", language) == "multi" and voice != "elevenlabs":
        return f"Invalid values ({voice}/multi) for tts settings"
    return None
