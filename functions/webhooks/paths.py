"""The paths of the webhooks, as Twilio posts to them: the stack and the laptop make a route of each."""

WEBHOOKS = (
    "/voice",
    "/relay-ended",
    "/dialed",
    "/whisper",
    "/taken",
    "/machine",
    "/hold",
    "/recorded",
    "/analysed",
    "/voice-out",
    "/screened",
    "/call-status",
)
"""Paths to which Twilio posts: the phone rings, a session has ended, a hand-off has ended, a dialled person answers,
was asked or is a machine, a caller waits in a queue, a recording has a new status, a transcript has results; and for
calls that we place, one is answered, who or what has answered it, and its progress."""

FALLBACK = "/fallback"
"""The path to which Twilio posts when a number's webhook has failed."""

MENU = "/menu"
"""The path to which Twilio posts each step of a menu."""
