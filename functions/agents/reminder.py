"""Calls patients the day before their appointment, and leaves word on their machine.

make call-out TO=+1… AGENT=reminder, or the `calls` function with the parameters `name` and `when`.
"""

from functions.relay import Agent, Caller, EndCall, HandOff, Voice, opt_out


def appointment(caller: Caller) -> str:
    """Look up whom this call is for and when their appointment is, before you say anything about it."""
    return f"For {caller.given('name', 'the patient')}: {caller.given('when', 'tomorrow')}."


def confirm(caller: Caller) -> EndCall:
    """Confirm the appointment, once they have said that they will come."""
    caller.memory["confirmed"] = True
    return EndCall("confirmed", saying="Thank you. We look forward to seeing you. Goodbye!")


def call_off(reason: str, caller: Caller) -> EndCall:
    """Call the appointment off, once they have said that they cannot come. The practice rings them for another."""
    caller.memory["called_off"] = reason
    return EndCall("called off", saying="Thank you for telling us. We will call you for another day. Goodbye!")


def transfer_to_practice(reason: str) -> HandOff:
    """Pass them to the practice when they ask about anything else."""
    return HandOff(reason, to="+15550100")


agent = Agent(
    prompt=(
        "You call patients of Doctor Lumen's practice the day before their appointment. One short sentence at a "
        "time. First make sure that you speak with the right person: tell nobody else about the appointment."
    ),
    greeting="Hello, this is Doctor Lumen's practice with a short reminder. Who am I speaking to?",
    # flux hears when the person has finished, and sends about one prompt a turn; nova sends about six.
    voices={"en-US": Voice("Google", "en-US-Journey-F", listener="Deepgram", speech_model="flux")},
    tools=[appointment, confirm, call_off, transfer_to_practice, opt_out],
    voicemail="Hello, this is Doctor Lumen's practice with a reminder. Please call us back at {number}. Goodbye.",
    minutes=5,
)
