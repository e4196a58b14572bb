"""The few sentences that Hotline itself says when something went wrong, in the languages that it knows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Spoken = str | Mapping[str, str]
"""A sentence, or one for each language."""


def spoken_in(sentence: Spoken, language: str) -> str:
    """Return the sentence in a language, or as it is; the first of several if none is in that language."""
    if isinstance(sentence, str):
        return sentence
    return sentence.get(language) or next(iter(sentence.values()), "")


@dataclass(frozen=True, slots=True)
class Phrases:
    """Short honest sentences, each spoken in place of an answer, at the end of a broken one, or at a call's end."""

    moment: str
    trouble: str
    late: str
    nothing: str
    acted: str
    undone: str
    declined: str
    back: str
    unavailable: str
    through: str
    goodbye: str
    still_there: str
    no_answer: str
    last_minute: str
    time_up: str
    nobody: str
    recorded: str
    voicemail: str


_KNOWN: dict[str, Phrases] = {
    "en": Phrases(
        moment="One moment, please.",
        trouble="Sorry, something went wrong on my side. Could you say that again?",
        late="Sorry, this takes too long. Let's try that again.",
        nothing="Sorry, I didn't catch that. Could you say it again?",
        acted="I have worked on that, but then something went wrong. Please ask me what came of it.",
        undone="Sorry, something went wrong on my side, and nothing has been done. Could you say that again?",
        declined="Sorry, I can't help with that. Is there anything else that I can do for you?",
        back="Sorry, the line dropped for a moment. Where were we?",
        unavailable="Sorry, we can't take your call right now. Please try again later.",
        through="One moment, I'll put you through.",
        goodbye="Goodbye!",
        still_there="Are you still there?",
        no_answer="I can't hear anybody any more, so I'll hang up. Goodbye!",
        last_minute="We have about a minute left.",
        time_up="Our time is up now. Thank you for calling. Goodbye!",
        nobody="Sorry, nobody is free right now. Is there anything else that I can do for you?",
        recorded="This call is recorded.",
        voicemail="Hello. We tried to reach you. Please call us back. Goodbye.",
    ),
    "de": Phrases(
        moment="Einen Moment, bitte.",
        trouble="Entschuldigung, bei mir ist etwas schiefgegangen. Können Sie das noch einmal sagen?",
        late="Entschuldigung, das dauert zu lange. Versuchen wir es noch einmal.",
        nothing="Entschuldigung, das habe ich nicht verstanden. Können Sie es noch einmal sagen?",
        acted="Ich habe daran gearbeitet, aber dann ging etwas schief. Fragen Sie mich bitte, was daraus wurde.",
        undone="Entschuldigung, bei mir ging etwas schief, es ist nichts geschehen. Können Sie es noch einmal sagen?",
        declined="Entschuldigung, dabei kann ich nicht helfen. Kann ich sonst noch etwas für Sie tun?",
        back="Entschuldigung, die Verbindung war kurz weg. Wo waren wir?",
        unavailable="Entschuldigung, wir können Ihren Anruf gerade nicht annehmen. Bitte versuchen Sie es später.",
        through="Einen Moment, ich verbinde Sie.",
        goodbye="Auf Wiederhören!",
        still_there="Sind Sie noch da?",
        no_answer="Ich höre niemanden mehr und lege jetzt auf. Auf Wiederhören!",
        last_minute="Wir haben noch etwa eine Minute.",
        time_up="Unsere Zeit ist jetzt um. Danke für Ihren Anruf. Auf Wiederhören!",
        nobody="Entschuldigung, im Moment ist niemand frei. Kann ich sonst noch etwas für Sie tun?",
        recorded="Dieses Gespräch wird aufgezeichnet.",
        voicemail="Guten Tag. Wir wollten Sie erreichen. Bitte rufen Sie uns zurück. Auf Wiederhören.",
    ),
    "es": Phrases(
        moment="Un momento, por favor.",
        trouble="Perdón, algo ha fallado por mi parte. ¿Puede repetirlo?",
        late="Perdón, esto tarda demasiado. Probemos otra vez.",
        nothing="Perdón, no le he entendido. ¿Puede repetirlo?",
        acted="He trabajado en ello, pero después algo ha fallado. Pregúnteme, por favor, qué ha resultado.",
        undone="Perdón, algo ha fallado por mi parte y no se ha hecho nada. ¿Puede repetirlo?",
        declined="Lo siento, con eso no puedo ayudarle. ¿Puedo hacer algo más por usted?",
        back="Perdón, se ha cortado un momento. ¿Por dónde íbamos?",
        unavailable="Lo sentimos, ahora no podemos atender su llamada. Inténtelo más tarde, por favor.",
        through="Un momento, le paso.",
        goodbye="¡Adiós!",
        still_there="¿Sigue ahí?",
        no_answer="Ya no oigo a nadie, así que voy a colgar. ¡Adiós!",
        last_minute="Nos queda más o menos un minuto.",
        time_up="Se nos ha acabado el tiempo. Gracias por llamar. ¡Adiós!",
        nobody="Lo siento, ahora mismo no hay nadie libre. ¿Puedo ayudarle en algo más?",
        recorded="Esta llamada se graba.",
        voicemail="Hola. Hemos intentado hablar con usted. Llámenos, por favor. Adiós.",
    ),
    "fr": Phrases(
        moment="Un instant, s'il vous plaît.",
        trouble="Désolé, il y a eu un problème de mon côté. Pouvez-vous répéter ?",
        late="Désolé, cela prend trop de temps. Essayons encore une fois.",
        nothing="Désolé, je n'ai pas compris. Pouvez-vous répéter ?",
        acted="Je m'en suis occupé, mais il y a eu ensuite un problème. Demandez-moi ce qu'il en est.",
        undone="Désolé, il y a eu un problème de mon côté et rien n'a été fait. Pouvez-vous répéter ?",
        declined="Désolé, je ne peux pas vous aider pour cela. Puis-je faire autre chose pour vous ?",
        back="Désolé, la ligne a été coupée un instant. Où en étions-nous ?",
        unavailable="Désolé, nous ne pouvons pas prendre votre appel. Merci de réessayer plus tard.",
        through="Un instant, je vous passe quelqu'un.",
        goodbye="Au revoir !",
        still_there="Vous êtes toujours là ?",
        no_answer="Je n'entends plus personne, je vais donc raccrocher. Au revoir !",
        last_minute="Il nous reste environ une minute.",
        time_up="Notre temps est écoulé. Merci de votre appel. Au revoir !",
        nobody="Désolé, personne n'est disponible pour le moment. Puis-je faire autre chose pour vous ?",
        recorded="Cet appel est enregistré.",
        voicemail="Bonjour. Nous avons essayé de vous joindre. Merci de nous rappeler. Au revoir.",
    ),
    "it": Phrases(
        moment="Un momento, per favore.",
        trouble="Mi scusi, qualcosa è andato storto da parte mia. Può ripetere?",
        late="Mi scusi, ci vuole troppo tempo. Proviamo ancora.",
        nothing="Mi scusi, non ho capito. Può ripetere?",
        acted="Ci ho lavorato, ma poi qualcosa è andato storto. Mi chieda com'è andata, per favore.",
        undone="Mi scusi, c'è stato un problema da parte mia e non è stato fatto nulla. Può ripetere?",
        declined="Mi dispiace, con questo non posso aiutarla. Posso fare altro per lei?",
        back="Mi scusi, la linea è caduta un momento. Dove eravamo?",
        unavailable="Mi scusi, ora non possiamo rispondere. Provi più tardi, per favore.",
        through="Un momento, la metto in contatto.",
        goodbye="Arrivederci!",
        still_there="È ancora in linea?",
        no_answer="Non sento più nessuno, quindi riattacco. Arrivederci!",
        last_minute="Ci resta circa un minuto.",
        time_up="Il nostro tempo è finito. Grazie della chiamata. Arrivederci!",
        nobody="Mi scusi, al momento nessuno è libero. Posso fare altro per Lei?",
        recorded="Questa chiamata viene registrata.",
        voicemail="Buongiorno. Abbiamo provato a contattarla. Ci richiami, per favore. Arrivederci.",
    ),
}


def phrases(language: str) -> Phrases:
    """Return the sentences for a BCP-47 language such as `it-IT`; English ones for a language not known here."""
    return _KNOWN.get(_primary(language), _KNOWN["en"])


def has_phrases(language: str) -> bool:
    """Return whether there are sentences for this language."""
    return _primary(language) in _KNOWN


def nearest(language: str, languages: Iterable[str]) -> str:
    """Return the one of these languages that is meant: the same, or the first of the same primary tag; else empty.

    `es` and `es-MX` both find `es-ES`. Source: RFC 4647, "Lookup".
    """
    known = {code.lower(): code for code in languages}
    same = (code for low, code in known.items() if _primary(low) == _primary(language))
    return known.get(language.lower()) or next(same, "") if language else ""


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-", maxsplit=1)[0].lower()
