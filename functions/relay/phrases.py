"""The few sentences that Hotline itself says when something went wrong, in the languages that it knows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Short honest sentences, each spoken in place of an answer or at the end of a broken one."""

    moment: str
    trouble: str
    late: str
    nothing: str
    back: str
    unavailable: str


_KNOWN: dict[str, Phrases] = {
    "en": Phrases(
        moment="One moment, please.",
        trouble="Sorry, something went wrong on my side. Could you say that again?",
        late="Sorry, this takes too long. Let's try that again.",
        nothing="Sorry, I didn't catch that. Could you say it again?",
        back="Sorry, the line dropped for a moment. Where were we?",
        unavailable="Sorry, we can't take your call right now. Please try again later.",
    ),
    "de": Phrases(
        moment="Einen Moment, bitte.",
        trouble="Entschuldigung, bei mir ist etwas schiefgegangen. Können Sie das noch einmal sagen?",
        late="Entschuldigung, das dauert zu lange. Versuchen wir es noch einmal.",
        nothing="Entschuldigung, das habe ich nicht verstanden. Können Sie es noch einmal sagen?",
        back="Entschuldigung, die Verbindung war kurz weg. Wo waren wir?",
        unavailable="Entschuldigung, wir können Ihren Anruf gerade nicht annehmen. Bitte versuchen Sie es später.",
    ),
    "es": Phrases(
        moment="Un momento, por favor.",
        trouble="Perdón, algo ha fallado por mi parte. ¿Puede repetirlo?",
        late="Perdón, esto tarda demasiado. Probemos otra vez.",
        nothing="Perdón, no le he entendido. ¿Puede repetirlo?",
        back="Perdón, se ha cortado un momento. ¿Por dónde íbamos?",
        unavailable="Lo sentimos, ahora no podemos atender su llamada. Inténtelo más tarde, por favor.",
    ),
    "fr": Phrases(
        moment="Un instant, s'il vous plaît.",
        trouble="Désolé, il y a eu un problème de mon côté. Pouvez-vous répéter ?",
        late="Désolé, cela prend trop de temps. Essayons encore une fois.",
        nothing="Désolé, je n'ai pas compris. Pouvez-vous répéter ?",
        back="Désolé, la ligne a été coupée un instant. Où en étions-nous ?",
        unavailable="Désolé, nous ne pouvons pas prendre votre appel. Merci de réessayer plus tard.",
    ),
    "it": Phrases(
        moment="Un momento, per favore.",
        trouble="Mi scusi, qualcosa è andato storto da parte mia. Può ripetere?",
        late="Mi scusi, ci vuole troppo tempo. Proviamo ancora.",
        nothing="Mi scusi, non ho capito. Può ripetere?",
        back="Mi scusi, la linea è caduta un momento. Dove eravamo?",
        unavailable="Mi scusi, ora non possiamo rispondere. Provi più tardi, per favore.",
    ),
}


def phrases(language: str) -> Phrases:
    """Return the sentences for a BCP-47 language such as `it-IT`; English ones for a language not known here."""
    return _KNOWN.get(language.split("-", maxsplit=1)[0].lower(), _KNOWN["en"])
