"""Defines the person on the phone, for an agent's functions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Literal, NoReturn

from functions.relay.dataclass import dataclass
from functions.relay.log.earlier import EarlierCall
from functions.relay.log.memory import Memory, Value
from functions.relay.ports import SecretError
from functions.relay.wire.party import PartyKind, dialable, kind_of

ATTESTED = "TN-Validation-Passed-A"
"""How Twilio's StirVerstat begins for a caller and a number that the carrier knows: full attestation."""


def no_secret(name: str) -> NoReturn:
    """Raise SecretError: this secret is not listed."""
    line = f'NEEDS = Needs(secrets=["{name}"])'
    raise SecretError(f"The secret {name} is not listed. Write in functions/agents/needs.py: {line}")


@dataclass(frozen=True, slots=True)
class Caller:
    """The person on the phone, and the call."""

    number: str
    """The caller's number in E.164, or a short code. It is empty for a withheld number, and for a caller with an
    `address`."""

    called: str = ""
    """Our own number."""

    call: str = ""
    """The call's SID."""

    parameters: tuple[tuple[str, str], ...] = ()
    """The parameters with which the call came; see `given`."""

    language: str = ""
    """The BCP-47 tag of the language that is spoken."""

    memory: Memory = field(default_factory=Memory)
    """What tools have stored in this call: a dictionary of plain values that is kept until the call ends."""

    address: str = ""
    """The address of a caller by SIP or by a client; else empty."""

    secrets: Callable[[str], str] = field(default=no_secret, repr=False, compare=False)
    """Returns a secret by its name; use `secret`."""

    facts: Mapping[str, Value] = field(default_factory=dict)
    """What `Agent.arrive` found out while the phone rang, such as `{"name": "Alma"}`. Default: nothing."""

    direction: Literal["inbound", "outbound"] = "inbound"
    """Whether the person called us, or we called the person."""

    stir_verstat: str = ""
    """What the caller's carrier vouches for, as Twilio's StirVerstat says it, such as "TN-Validation-Passed-A"; empty
    where no carrier says anything, as outside of the US and Canada. Source: Twilio, "SHAKEN/STIR"."""

    earlier: Sequence[EarlierCall] = ()
    """The person's last calls with this agent, the newest first, if it has `remembers=True`; else empty."""

    forwarded_from: str = ""
    """The number from which the call was forwarded to us, as Twilio says; no proof that it was. Default: empty."""

    name: str = ""
    """The caller's name, if the number looks it up at Twilio (caller name lookup). Default: empty."""

    is_open: bool = True
    """Whether people are there now, by `Agent.hours`. Default: True, also for an agent without hours."""

    parent_call: str = ""
    """The SID of the call that began this one, such as one of a <Dial> to our number. Default: empty."""

    def __post_init__(self) -> None:
        """Move an address that Twilio gave as the number, and keep only the number of a WhatsApp address."""
        match kind_of(self.address or self.number):
            case "sip" | "client":
                object.__setattr__(self, "address", self.address or self.number)
                object.__setattr__(self, "number", "")
            case "withheld":
                object.__setattr__(self, "number", "")
            case "number" | "short code":
                object.__setattr__(self, "number", dialable(self.number))

    @property
    def kind(self) -> PartyKind:
        """How the caller is known: "number", "short code", "sip", "client" or "withheld"."""
        return kind_of(self.address or self.number)

    @property
    def number_is_attested(self) -> bool:
        """Whether the caller's carrier confirms the caller and the number. It does not prove who the person is."""
        return self.stir_verstat.startswith(ATTESTED)

    def secret(self, name: str) -> str:
        """Return a secret that `NEEDS` lists, such as `sms-token`. Do not give it to the model.

        Raises SecretError if it is not listed or not set.
        """
        return self.secrets(name)

    def given(self, name: str, otherwise: str = "") -> str:
        """Return the call's parameter of this name, or `otherwise` if it has none."""
        return dict(self.parameters).get(name, otherwise)
