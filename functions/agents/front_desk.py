"""Rosa's front desk."""

from functions.agents.bookings import find
from functions.relay import Agent, EndCall, HandOff, Voice, tool


def find_booking(reference: str, name: str = "") -> str:
    """Look up a booking by its reference: four letters and digits, such as K4T9. Give the name if they say one."""
    return find(reference, name)


def transfer_to_human(reason: str) -> HandOff:
    """Pass the caller to a person when they ask for one or are upset."""
    return HandOff(reason, to="+15550100")


def say_goodbye() -> EndCall:
    """Hang up once the caller has said goodbye."""
    return EndCall(saying="Thank you for calling Rosa's. Goodbye!")


agent = Agent(
    prompt="You answer the phone at Rosa's, an Italian restaurant. One or two short sentences. No lists, no symbols.",
    greeting="Rosa's, good evening! How can I help?",
    voices={
        # flux hears when the caller has finished, and sends about one prompt a turn; nova sends about six.
        "en-US": Voice("ElevenLabs", "UgBBYS2sOqTuMpoF3BR0", listener="Deepgram", speech_model="flux"),
        "it-IT": Voice("Google", "it-IT-Neural2-A"),
    },
    tools=[tool(find_booking, saying="Let me look."), transfer_to_human, say_goodbye],
)
