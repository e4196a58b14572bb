"""The helpline of a power company: two languages, meter readings by keys, and no caller waits in silence."""

from functions.agents.meters import take
from functions.relay import Agent, Caller, Digits, HandOff, Silence, Speak, Voice, ask_digits, tool


def report_outage(street: str, caller: Caller) -> str:
    """Report that there is no power in a street. Ask for the street if the caller has not named it."""
    caller.memory["outage"] = street
    return f"Reported for {street}. A crew is told within ten minutes."


def meter_reading(reading: Digits, caller: Caller) -> str:
    """Take the reading of the caller's meter, which they key in."""
    return take(caller.number, reading)


def transfer_to_human(reason: str) -> HandOff:
    """Pass the caller to a person: when they smell gas, are upset, or ask for one."""
    return HandOff(reason, to="+15550100")


agent = Agent(
    prompt=(
        "You answer the helpline of Lumen, which sells power. One or two short sentences. No lists, no symbols. "
        "Whoever smells gas or saw a cable fall goes to a person at once."
    ),
    greeting={
        "en-US": "Lumen helpline, hello! Para español, pulse dos. What can I do for you?",
        "es-ES": "Línea de ayuda de Lumen. ¿En qué puedo ayudarle?",
    },
    voices={
        # flux hears when the caller has finished, and sends about one prompt a turn; nova sends about six.
        "en-US": Voice("Google", "en-US-Journey-O", listener="Deepgram", speech_model="flux"),
        "es-ES": Voice("Google", "es-ES-Neural2-A"),
    },
    tools=[
        tool(report_outage, saying={"en-US": "Let me note that.", "es-ES": "Lo apunto."}),
        ask_digits(
            meter_reading,
            saying={
                "en-US": "Please key in your meter reading, and then the pound key.",
                "es-ES": "Marque la lectura de su contador y después la almohadilla.",
            },
            timeout=15,
        ),
        transfer_to_human,
    ],
    keys={"2": Speak("es-ES"), "1": Speak("en-US"), "0": HandOff("pressed 0", to="+15550100")},
    silence=Silence(after=8),
    minutes=15,
)
