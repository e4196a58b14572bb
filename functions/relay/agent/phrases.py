"""Holds the few sentences that Hotline itself says, such as apologies, in the languages that it knows."""

from collections.abc import Mapping
from dataclasses import fields, replace

from functions.relay.agent.language_tags import primary
from functions.relay.dataclass import dataclass

Spoken = str | Mapping[str, str]
"""A sentence, or one for each language."""


def spoken_in(sentence: Spoken, language: str) -> str:
    """Return the sentence in a language; the first one if that language is missing. A plain text stays as it is."""
    if isinstance(sentence, str):
        return sentence
    return sentence.get(language) or next(iter(sentence.values()), "")


@dataclass(frozen=True, slots=True)
class Phrases:
    """What Hotline says by itself in one language. For a sentence that you leave out, Hotline uses its own.

    `Agent(own_phrases={"de-DE": Phrases(goodbye="Tschüs!")})` changes one sentence. In a language that Hotline does
    not know, the others are in English. The examples below are the English sentences.
    """

    moment: str = ""
    """While a tool or the model takes long: `One moment, please.`"""

    trouble: str = ""
    """When an answer fails and it is not known whether anything was done:
    `Sorry, something went wrong on my side. Could you say that again?`
    """

    late: str = ""
    """When an answer is not finished at its deadline: `Sorry, this takes too long. Let's try that again.`"""

    nothing: str = ""
    """When a noise without words has interrupted the agent, and `Agent.after_noise` is `ask`:
    `Sorry, I didn't catch that. Could you say it again?`
    """

    acted: str = ""
    """When an answer fails after a tool has done its work, which the caller must not ask for again:
    `I have worked on that, but then something went wrong. Please ask me what came of it.`
    """

    noted: str = ""
    """When the function of a key returns an `OptOut`, `Sms` or `CallBack` without an `answer`:
    `All right, I have noted that.`
    """

    undone: str = ""
    """When an answer fails before any tool has run:
    `Sorry, something went wrong on my side, and nothing has been done. Could you say that again?`
    """

    declined: str = ""
    """When the model refuses to answer:
    `Sorry, I can't help with that. Is there anything else that I can do for you?`
    """

    unsaid: str = ""
    """Instead of words that the agent must not say: `Sorry, I can't say that. What else can I do for you?`"""

    back: str = ""
    """When the socket was lost, and a new one takes its place:
    `Sorry, the line dropped for a moment. Where were we?`
    """

    unavailable: str = ""
    """Before Hotline hangs up a call that no session can take:
    `Sorry, we can't take your call right now. Please try again later.`
    """

    assistant_away: str = ""
    """Before the options of `Agent.menu`, if no session can take the call:
    `Sorry, our assistant can't take your call right now.`
    """

    option: str = ""
    """Each option of `Agent.menu`: `For {name}, say {name} or press {key}.`"""

    through: str = ""
    """Before a `HandOff` or a `PassTo` without `saying`: `One moment, I'll put you through.`"""

    goodbye: str = ""
    """At an `EndCall` without `saying`: `Goodbye!`"""

    still_there: str = ""
    """When nobody speaks, if `Silence.reprompts` is None: `Are you still there?`"""

    no_answer: str = ""
    """Before the agent hangs up on a silence, if `Silence.goodbye` is None:
    `I can't hear anybody any more, so I'll hang up. Goodbye!`
    """

    last_minute: str = ""
    """One minute before the call has lasted `Agent.minutes`: `We have about a minute left.`"""

    time_up: str = ""
    """When the call has lasted `Agent.minutes`, before the agent hangs up:
    `Our time is up now. Thank you for calling. Goodbye!`
    """

    nobody: str = ""
    """When nobody has answered a `HandOff` whose `nobody` is None:
    `Sorry, nobody is free right now. Is there anything else that I can do for you?`
    """

    take: str = ""
    """To the person whom a `HandOff` with `confirm` calls, after the brief:
    `Press 1 or say yes to take the call. Press 2 or say no to decline.`
    """

    taken: str = ""
    """To a person who wants to take a call that another person has: `Another person has taken the call. Goodbye.`"""

    automated: str = ""
    """At the start of a call, if `Agent.discloses_ai` says so: `You are speaking with an automated assistant.`"""

    recorded: str = ""
    """Before a recording, in a call in a language that `Recording.announcement` does not have:
    `This call is recorded.`
    """

    voicemail: str = ""
    """To a machine, in a call in a language that `Agent.voicemail` does not have:
    `Hello. We tried to reach you. Please call us back. Goodbye.`
    """

    call_back: str = ""
    """After an `Agent.voicemail` that names no number; `{number}` is the one that calls:
    `You can call us back at {number}.`
    """


_KNOWN: dict[str, Phrases] = {
    "en": Phrases(
        moment="One moment, please.",
        trouble="Sorry, something went wrong on my side. Could you say that again?",
        late="Sorry, this takes too long. Let's try that again.",
        nothing="Sorry, I didn't catch that. Could you say it again?",
        acted="I have worked on that, but then something went wrong. Please ask me what came of it.",
        noted="All right, I have noted that.",
        undone="Sorry, something went wrong on my side, and nothing has been done. Could you say that again?",
        declined="Sorry, I can't help with that. Is there anything else that I can do for you?",
        unsaid="Sorry, I can't say that. What else can I do for you?",
        back="Sorry, the line dropped for a moment. Where were we?",
        unavailable="Sorry, we can't take your call right now. Please try again later.",
        assistant_away="Sorry, our assistant can't take your call right now.",
        option="For {name}, say {name} or press {key}.",
        through="One moment, I'll put you through.",
        goodbye="Goodbye!",
        still_there="Are you still there?",
        no_answer="I can't hear anybody any more, so I'll hang up. Goodbye!",
        last_minute="We have about a minute left.",
        time_up="Our time is up now. Thank you for calling. Goodbye!",
        nobody="Sorry, nobody is free right now. Is there anything else that I can do for you?",
        take="Press 1 or say yes to take the call. Press 2 or say no to decline.",
        taken="Another person has taken the call. Goodbye.",
        automated="You are speaking with an automated assistant.",
        recorded="This call is recorded.",
        voicemail="Hello. We tried to reach you. Please call us back. Goodbye.",
        call_back="You can call us back at {number}.",
    ),
    "de": Phrases(
        moment="Einen Moment, bitte.",
        trouble="Entschuldigung, bei mir ist etwas schiefgegangen. Können Sie das noch einmal sagen?",
        late="Entschuldigung, das dauert zu lange. Versuchen wir es noch einmal.",
        nothing="Entschuldigung, das habe ich nicht verstanden. Können Sie es noch einmal sagen?",
        acted="Ich habe daran gearbeitet, aber dann ging etwas schief. Fragen Sie mich bitte, was daraus wurde.",
        noted="In Ordnung, das habe ich notiert.",
        undone="Entschuldigung, bei mir ging etwas schief, es ist nichts geschehen. Können Sie es noch einmal sagen?",
        declined="Entschuldigung, dabei kann ich nicht helfen. Kann ich sonst noch etwas für Sie tun?",
        unsaid="Entschuldigung, das darf ich nicht sagen. Was kann ich sonst für Sie tun?",
        back="Entschuldigung, die Verbindung war kurz weg. Wo waren wir?",
        unavailable="Entschuldigung, wir können Ihren Anruf gerade nicht annehmen. Bitte versuchen Sie es später.",
        assistant_away="Entschuldigung, unser Assistent kann Ihren Anruf gerade nicht annehmen.",
        option="Für {name} drücken Sie die {key} oder sagen Sie {name}.",
        through="Einen Moment, ich verbinde Sie.",
        goodbye="Auf Wiederhören!",
        still_there="Sind Sie noch da?",
        no_answer="Ich höre niemanden mehr und lege jetzt auf. Auf Wiederhören!",
        last_minute="Wir haben noch etwa eine Minute.",
        time_up="Unsere Zeit ist jetzt um. Danke für Ihren Anruf. Auf Wiederhören!",
        nobody="Entschuldigung, im Moment ist niemand frei. Kann ich sonst noch etwas für Sie tun?",
        take="Drücken Sie die 1 oder sagen Sie Ja, um den Anruf anzunehmen. Mit der 2 oder Nein lehnen Sie ab.",
        taken="Den Anruf hat schon jemand angenommen. Auf Wiederhören.",
        automated="Sie sprechen mit einem automatischen Assistenten.",
        recorded="Dieses Gespräch wird aufgezeichnet.",
        voicemail="Guten Tag. Wir wollten Sie erreichen. Bitte rufen Sie uns zurück. Auf Wiederhören.",
        call_back="Sie erreichen uns unter {number}.",
    ),
    "es": Phrases(
        moment="Un momento, por favor.",
        trouble="Perdón, algo ha fallado por mi parte. ¿Puede repetirlo?",
        late="Perdón, esto tarda demasiado. Probemos otra vez.",
        nothing="Perdón, no le he entendido. ¿Puede repetirlo?",
        acted="He trabajado en ello, pero después algo ha fallado. Pregúnteme, por favor, qué ha resultado.",
        noted="De acuerdo, queda anotado.",
        undone="Perdón, algo ha fallado por mi parte y no se ha hecho nada. ¿Puede repetirlo?",
        declined="Lo siento, con eso no puedo ayudarle. ¿Puedo hacer algo más por usted?",
        unsaid="Lo siento, eso no puedo decirlo. ¿Qué más puedo hacer por usted?",
        back="Perdón, se ha cortado un momento. ¿Por dónde íbamos?",
        unavailable="Lo sentimos, ahora no podemos atender su llamada. Inténtelo más tarde, por favor.",
        assistant_away="Lo sentimos, nuestro asistente no puede atender su llamada ahora.",
        option="Para {name}, diga {name} o pulse {key}.",
        through="Un momento, le paso.",
        goodbye="¡Adiós!",
        still_there="¿Sigue ahí?",
        no_answer="Ya no oigo a nadie, así que voy a colgar. ¡Adiós!",
        last_minute="Nos queda más o menos un minuto.",
        time_up="Se nos ha acabado el tiempo. Gracias por llamar. ¡Adiós!",
        nobody="Lo siento, ahora mismo no hay nadie libre. ¿Puedo ayudarle en algo más?",
        take="Pulse 1 o diga sí para atender la llamada. Pulse 2 o diga no para rechazarla.",
        taken="Otra persona ya atiende la llamada. Adiós.",
        automated="Está hablando con un asistente automático.",
        recorded="Esta llamada se graba.",
        voicemail="Hola. Hemos intentado hablar con usted. Llámenos, por favor. Adiós.",
        call_back="Puede llamarnos al {number}.",
    ),
    "fr": Phrases(
        moment="Un instant, s'il vous plaît.",
        trouble="Désolé, il y a eu un problème de mon côté. Pouvez-vous répéter ?",
        late="Désolé, cela prend trop de temps. Essayons encore une fois.",
        nothing="Désolé, je n'ai pas compris. Pouvez-vous répéter ?",
        acted="Je m'en suis occupé, mais il y a eu ensuite un problème. Demandez-moi ce qu'il en est.",
        noted="D'accord, c'est noté.",
        undone="Désolé, il y a eu un problème de mon côté et rien n'a été fait. Pouvez-vous répéter ?",
        declined="Désolé, je ne peux pas vous aider pour cela. Puis-je faire autre chose pour vous ?",
        unsaid="Désolé, je ne peux pas dire cela. Que puis-je faire d'autre pour vous ?",
        back="Désolé, la ligne a été coupée un instant. Où en étions-nous ?",
        unavailable="Désolé, nous ne pouvons pas prendre votre appel. Merci de réessayer plus tard.",
        assistant_away="Désolé, notre assistant ne peut pas prendre votre appel pour le moment.",
        option="Pour {name}, dites {name} ou tapez {key}.",
        through="Un instant, je vous passe quelqu'un.",
        goodbye="Au revoir !",
        still_there="Vous êtes toujours là ?",
        no_answer="Je n'entends plus personne, je vais donc raccrocher. Au revoir !",
        last_minute="Il nous reste environ une minute.",
        time_up="Notre temps est écoulé. Merci de votre appel. Au revoir !",
        nobody="Désolé, personne n'est disponible pour le moment. Puis-je faire autre chose pour vous ?",
        take="Appuyez sur 1 ou dites oui pour prendre l'appel. Appuyez sur 2 ou dites non pour le refuser.",
        taken="Une autre personne a pris l'appel. Au revoir.",
        automated="Vous parlez avec un assistant automatique.",
        recorded="Cet appel est enregistré.",
        voicemail="Bonjour. Nous avons essayé de vous joindre. Merci de nous rappeler. Au revoir.",
        call_back="Vous pouvez nous rappeler au {number}.",
    ),
    "it": Phrases(
        moment="Un momento, per favore.",
        trouble="Mi scusi, qualcosa è andato storto da parte mia. Può ripetere?",
        late="Mi scusi, ci vuole troppo tempo. Proviamo ancora.",
        nothing="Mi scusi, non ho capito. Può ripetere?",
        acted="Ci ho lavorato, ma poi qualcosa è andato storto. Mi chieda com'è andata, per favore.",
        noted="D'accordo, ho preso nota.",
        undone="Mi scusi, c'è stato un problema da parte mia e non è stato fatto nulla. Può ripetere?",
        declined="Mi dispiace, con questo non posso aiutarla. Posso fare altro per lei?",
        unsaid="Mi dispiace, questo non posso dirlo. Che altro posso fare per Lei?",
        back="Mi scusi, la linea è caduta un momento. Dove eravamo?",
        unavailable="Mi scusi, ora non possiamo rispondere. Provi più tardi, per favore.",
        assistant_away="Mi scusi, ora il nostro assistente non può rispondere.",
        option="Per {name}, dica {name} o prema {key}.",
        through="Un momento, la metto in contatto.",
        goodbye="Arrivederci!",
        still_there="È ancora in linea?",
        no_answer="Non sento più nessuno, quindi riattacco. Arrivederci!",
        last_minute="Ci resta circa un minuto.",
        time_up="Il nostro tempo è finito. Grazie della chiamata. Arrivederci!",
        nobody="Mi scusi, al momento nessuno è libero. Posso fare altro per Lei?",
        take="Prema 1 o dica sì per rispondere alla chiamata. Prema 2 o dica no per rifiutarla.",
        taken="Un'altra persona ha risposto alla chiamata. Arrivederci.",
        automated="Sta parlando con un assistente automatico.",
        recorded="Questa chiamata viene registrata.",
        voicemail="Buongiorno. Abbiamo provato a contattarla. Ci richiami, per favore. Arrivederci.",
        call_back="Può richiamarci al {number}.",
    ),
}


def phrases(language: str, own: Phrases | None = None) -> Phrases:
    """Return the sentences for a BCP-47 language such as `it-IT`; the English ones for a language not known here.

    Each sentence in `own` replaces the one of Hotline.
    """
    known = _KNOWN.get(primary(language), _KNOWN["en"])
    if own is None:
        return known
    given = {one.name: getattr(own, one.name) for one in fields(own)}
    return replace(known, **{name: sentence for name, sentence in given.items() if sentence})


def has_phrases(language: str) -> bool:
    """Return whether Hotline has sentences in this language."""
    return primary(language) in _KNOWN
