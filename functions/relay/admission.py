"""Decides whether a session may have its call: it must bring the ticket that a webhook made for it.

Twilio signs the handshake of a socket, but the signature covers a constant URL: it proves Twilio, not the call. So
each webhook that answers with a session makes a ticket, appends it to the call's log, and sends it as a <Parameter>.
The session that brings it back uses it up. Who calls, and with which parameters, is read from the announcement of the
webhook, never from the socket.
Sources: Twilio, "Webhooks security", "<Parameter>".
"""

from collections.abc import Iterable

from functions.relay.log.events import Announced, DialEnded, Entry, Progressed, SessionEnded, SessionJoined
from functions.relay.log.keys import Key
from functions.relay.wire.callback import FINAL
from functions.relay.wire.messages import Setup

TICKET_VALID_MS = 60_000
"""Milliseconds from a webhook's answer within which its session must begin. It usually takes one or two seconds."""


def admitted(call: Iterable[Entry], setup: Setup, at: int) -> Announced | None:
    """Return the announcement in the call's log whose ticket a session brings; None if the ticket is not valid.

    `at` is when the setup came, in the gateway's milliseconds. Whether the ticket is still unused is not checked.
    """
    events = [entry.event for entry in call]
    if not setup.ticket or is_over(events):
        return None
    found = (one for one in events if isinstance(one, Announced) and one.ticket == setup.ticket)
    return next((one for one in found if at - one.at <= TICKET_VALID_MS), None)


def is_over(events: Iterable[object]) -> bool:
    """Return whether Twilio has reported that the call is over."""
    return any(
        isinstance(one, DialEnded)
        or (isinstance(one, SessionEnded) and one.call_over)
        or (isinstance(one, Progressed) and one.status in FINAL)
        for one in events
    )


def use_of(announced: Announced, connection: str) -> Entry:
    """Return the entry that uses up a ticket. All connections give it the same key, so only one can append it."""
    return Entry(Key(announced.at, announced.ticket), SessionJoined(connection))
