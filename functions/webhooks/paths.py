"""The paths of the webhooks, as Twilio posts to them: the stack and the laptop make a route of each."""

WEBHOOKS = (
    "/voice",  # the phone rings
    "/relay-ended",  # a session has ended
    "/dialed",  # a ring of a hand-off has ended
    "/whisper",  # a person whom a hand-off calls has answered
    "/taken",  # that person was asked whether they take the call
    "/machine",  # a machine has answered in place of that person
    "/hold",  # a caller waits in a queue
    "/recorded",  # a recording has a new status
    "/analysed",  # a transcript has results
    "/voice-out",  # a call that we placed is answered
    "/screened",  # who or what has answered that call
    "/call-status",  # how far that call is
)
"""Paths to which Twilio posts, and when."""

FALLBACK = "/fallback"
"""The path to which Twilio posts when a number's webhook has failed."""

MENU = "/menu"
"""The path to which Twilio posts each step of a menu."""
