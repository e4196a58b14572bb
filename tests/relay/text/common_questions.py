"""200 ways in which callers speak to an agent with common questions: what is taken for one, and what is left."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CommonQuestion:
    """A common question, and what callers say."""

    question: str
    language: str
    same: tuple[str, ...]
    """It is this question, almost word for word."""

    reworded: tuple[str, ...]
    """It asks the same in other words: the model answers it."""

    other: tuple[str, ...]
    """It asks something else, or more than this. It must never get this answer."""


TABLE = (
    CommonQuestion(
        "What are your opening hours?",
        "en-US",
        (
            "What are your opening hours?",
            "what are your opening hours",
            "What are your opening hours, please?",
            "Hi, what are your opening hours?",
            "Um, what are your, opening hours?",
            "Hello! What are your opening hours?",
            "Can you tell me, what are your opening hours?",
            "Sorry. What are your opening hours? Thank you.",
            "Good morning. Could you please tell me: what are your opening hours?",
        ),
        (
            "When are you open?",
            "What time do you open?",
            "Tell me your opening hours.",
            "Your opening hours?",
            "What're your hours of opening?",
            "Could you tell me what your opening hours are?",
            "What hours are you open?",
        ),
        (
            "What are your opening hours on Sunday?",
            "What were your opening hours?",
            "What are your closing hours?",
            "What are their opening hours?",
            "What are your opening hours? And do you have parking?",
            "Why are your opening hours so short?",
            "Are your opening hours on your website?",
            "What are not your opening hours?",
            "Yes, what are your opening hours?",
            "What are your office hours?",
            "What are your opening hours at Christmas?",
            "Change your opening hours.",
            "Opening hours",
            "No, not what are your opening hours.",
            "What are your opening offers?",
            "What is your opening hour?",
        ),
    ),
    CommonQuestion(
        "Where are you?",
        "en-US",
        (
            "Where are you?",
            "Uh, where are you",
            "Excuse me, where are you?",
            "Do you know, where are you?",
            "Well, hello, where are you, please?",
        ),
        (
            "Where can I find you?",
            "What is your address?",
            "Where's your shop?",
            "Where do I have to go?",
            "Can you tell me where you are?",
        ),
        (
            "Where are you from?",
            "Who are you?",
            "How are you?",
            "Where were you?",
            "Where are we?",
            "Are you there?",
            "Where you are I cannot park.",
            "Where are you going to send it?",
            "Where are your toilets?",
            "Where?",
            "Where are you parked?",
            "There are you.",
            "Where are they?",
            "We are you?",
            "You are where?",
        ),
    ),
    CommonQuestion(
        "What's the price of a haircut?",
        "en-US",
        (
            "What is the price of a haircut?",
            "What\u2019s the price of a haircut, please?",
            "what's the price of a haircut",
            "Hey, tell me, what's the price of a haircut?",
            "Quick question: what is the price of a haircut?",
        ),
        ("How much is a haircut?", "What does a haircut cost?", "Price of a haircut?", "How expensive is a haircut?"),
        (
            "What's the price of a haircut for children?",
            "What's the price of a hairdryer?",
            "What was the price of a haircut?",
            "What's the price of the haircut?",
            "What's the price of haircuts?",
            "What's the price of a haircut and a shave?",
            "What isn't the price of a haircut?",
            "Who's the prize for a haircut?",
            "What's the price of a hair cut kit?",
            "What's the price?",
            "What'll be the price of a haircut?",
            "Is $5 the price of a haircut?",
        ),
    ),
    CommonQuestion(
        "Can't I cancel online?",
        "en-US",
        (
            "Can't I cancel online?",
            "Cannot I cancel online?",
            "Can not I cancel online?",
            "Please, can't I cancel online?",
        ),
        ("Is there no way to cancel online?", "Why can't I cancel online?"),
        (
            "Can I cancel online?",
            "I can't cancel online.",
            "Can't I cancel?",
            "Can't I cancel offline?",
            "Can't we cancel online?",
            "Can't I cancel my online order?",
            "I cancel online.",
        ),
    ),
    CommonQuestion(
        "Is it 3.5 percent?",
        "en-US",
        ("Is it 3.5 percent?", "is it 3.5 percent", "Um, is it 3.5 percent, please?"),
        ("Is it three and a half percent?", "3.5 percent, is it?", "It's 3.5 percent?"),
        (
            "Is it 35 percent?",
            "Is it 3, 5 percent?",
            "Is it 3.5?",
            "Is it 3:5 percent?",
            "Is it -3.5 percent?",
            "Isn't it 3.5 percent?",
            "Is it 3.5 per month?",
        ),
    ),
    CommonQuestion(
        "Tell me a joke.",
        "en-US",
        ("Tell me a joke!", "Please tell me a joke.", "tell me a joke please"),
        ("Can you tell me a joke?", "Do you know a joke?", "Tell me some joke.", "Make me laugh."),
        (
            "A joke.",
            "Was that a joke?",
            "Tell me about a joke.",
            "Tell me.",
            "Don't tell me a joke.",
            "Tell me a joke about cats.",
            "Tell him a joke.",
        ),
    ),
    CommonQuestion(
        "Wann haben Sie geöffnet?",
        "de-DE",
        (
            "Wann haben Sie geöffnet?",
            "Hallo, wann haben Sie geöffnet?",
            "Ähm, wann haben Sie geöffnet bitte?",
            "Entschuldigen Sie, wann haben Sie geöffnet?",
            "WANN HABEN SIE GEÖFFNET",
            "Können Sie mir bitte sagen: Wann haben Sie geöffnet?",
        ),
        (
            "Wann machen Sie auf?",
            "Von wann bis wann haben Sie geöffnet?",
            "Wie sind Ihre Öffnungszeiten?",
            "Können Sie mir sagen, wann Sie geöffnet haben?",
        ),
        (
            "Wann haben Sie geschlossen?",
            "Wann haben Sie sonntags geöffnet?",
            "Wann hatten Sie geöffnet?",
            "Warum haben Sie geöffnet?",
            "Haben Sie geöffnet?",
            "Wann haben sie ihn geöffnet?",
            "Wann haben wir geöffnet?",
            "Ja, wann haben Sie geöffnet?",
            "Wann haben Sie nicht geöffnet?",
        ),
    ),
    CommonQuestion(
        "Do you take cards?",
        "en-US",
        ("Do you take cards?", "Hi, do you take cards, please?", "I have a question. Do you take cards?"),
        ("Can I pay by card?", "Do you accept cards?", "Cards?"),
        (
            "Do you take credit cards only?",
            "Don't you take cards?",
            "Do you make cards?",
            "Did you take cards?",
            "Do you take a card?",
            "Who do you take cards from?",
            "You do take cards.",
            "Do you take cards and cheques?",
        ),
    ),
    CommonQuestion(
        "¿Cuál es la dirección?",
        "es-ES",
        (
            "¿Cuál es la dirección?",
            "cuál es la dirección",
            "Hola, ¿cuál es la dirección?",
            "Por favor, ¿cuál es la dirección? Gracias.",
            "¿Me puede decir cuál es la dirección?",
        ),
        ("¿Qué dirección tienen?", "¿Dónde están?", "¿Cual es la direccion?"),
        (
            "¿Cuál es la dirección de correo?",
            "¿Cuál era la dirección?",
            "¿Cuál es su dirección?",
            "¿Quién es la dirección?",
            "No es la dirección.",
            "¿Es la dirección?",
            "¿Cuál es la duración?",
        ),
    ),
    CommonQuestion(
        "Est-ce que l'entrée est gratuite ?",
        "fr-FR",
        (
            "Est-ce que l'entrée est gratuite ?",
            "Bonjour, est-ce que l\u2019entrée est gratuite ?",
            "est ce que l'entrée est gratuite s'il vous plaît",
            "Pourriez-vous me dire, est-ce que l'entrée est gratuite ?",
        ),
        ("L'entrée est-elle gratuite ?", "C'est gratuit ?", "Je voudrais savoir si l'entrée est gratuite."),
        (
            "Est-ce que l'entrée est gratuite le dimanche ?",
            "Est-ce que l'entrée était gratuite ?",
            "Est-ce que l'entrée n'est pas gratuite ?",
            "Est-ce que la sortie est gratuite ?",
            "L'entrée est gratuite.",
            "Est-ce que l'entrée est payante ?",
            "Oui, est-ce que l'entrée est gratuite ?",
        ),
    ),
    CommonQuestion(
        "Avete un parcheggio?",
        "it-IT",
        ("Avete un parcheggio?", "Buongiorno, avete un parcheggio?", "Scusi, avete un parcheggio, per favore?"),
        ("C'è un parcheggio?", "Dove posso parcheggiare?", "Avete parcheggio?"),
        (
            "Avete un parcheggio gratuito?",
            "Non avete un parcheggio?",
            "Avevate un parcheggio?",
            "Avete due parcheggi?",
            "Avete un parco?",
        ),
    ),
    CommonQuestion(
        "आप कहाँ हैं?",
        "hi-IN",
        ("आप कहाँ हैं?", "नमस्ते, आप कहाँ हैं?", "कृपया आप कहाँ हैं।"),
        ("आपका पता क्या है?", "दुकान कहाँ है?"),
        ("आप कौन हैं?", "वह कहाँ हैं?", "आप कहाँ से हैं?", "आप यहाँ हैं?"),
    ),
)


def sayings() -> Iterator[tuple[CommonQuestion, str, bool]]:
    """Yield each saying with its question, and whether it is taken for the question."""
    for common in TABLE:
        yield from ((common, said, True) for said in common.same)
        yield from ((common, said, False) for said in (*common.reworded, *common.other))
