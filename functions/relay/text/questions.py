"""Compares what a caller asks with a question word for word, apart from case, punctuation and politeness.

It knows no synonyms and does not reorder words: two questions are the same only if they cannot mean different things.

    same_question("Um, hi! What's your address, please?", "What is your address?", "en-US")  # True
    same_question("What was your address?", "What is your address?", "en-US")  # False
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache

QuestionWords = tuple[str, ...]

_APOSTROPHES = str.maketrans("\u2019\u02bc\u2018`", "''''")

_PUNCTUATION = r'(?<!\d)[.,:]|[.,:](?!\d)|[\u2013\u2014-](?!\d)|[;!?¡¿…"“”„«»()\[\]।؟。、\uff0c\uff1f\uff01]'
"""Punctuation that says nothing. It stays in `3.5`, `9:30` and `-5`, and so do signs such as `%` and `$`."""

_SHORTENED = (
    (r"\bwon't\b", "will not"),
    (r"\b(?:can't|cannot)\b", "can not"),
    (r"\b(is|are|was|were|do|does|did|has|have|had|would|could|should)n't\b", r"\1 not"),
    (r"\b(who|what|where|when|how|why|it|that|there|here)'s\b", r"\1 is"),
    (r"\b(you|we|they)'re\b", r"\1 are"),
    (r"\b(i|you|we|they|it|that)'ll\b", r"\1 will"),
    (r"\b(i|you|we|they)'ve\b", r"\1 have"),
    (r"\bi'm\b", "i am"),
)
"""English short forms with one long form. `I'd` has two, so it stays. Compiled at the first use, not at import."""


def _phrases(text: str) -> tuple[QuestionWords, ...]:
    """Return the phrases of a list as words, the longest first."""
    return tuple(sorted((tuple(one.split()) for one in text.split(", ")), key=len, reverse=True))


_POLITE: Mapping[str, tuple[QuestionWords, ...]] = {
    "en": _phrases(
        "hello, hi, hey, good morning, good afternoon, good evening, um, uh, er, erm, hm, hmm, well, please, thanks, "
        "thank you, excuse me, pardon me, sorry"
    ),
    "de": _phrases(
        "hallo, guten morgen, guten tag, guten abend, grüß gott, äh, ähm, hm, bitte, danke, entschuldigung, "
        "entschuldigen sie, verzeihung"
    ),
    "es": _phrases(
        "hola, buenos días, buenas tardes, buenas noches, eh, em, por favor, gracias, disculpe, perdone, perdón"
    ),
    "fr": _phrases("bonjour, bonsoir, allô, euh, s'il vous plaît, s'il te plaît, merci, excusez moi, pardon"),
    "it": _phrases("ciao, buongiorno, buonasera, pronto, ehm, per favore, per piacere, grazie, mi scusi, scusi"),
    "hi": _phrases("नमस्ते, हेलो, हैलो, कृपया, धन्यवाद, माफ़ कीजिए"),
}
"""What people say before or after a question without changing it. "Yes", "no", "okay" may answer something else."""

_LEADING: Mapping[str, tuple[QuestionWords, ...]] = {
    "en": _phrases(
        "can you tell me, could you tell me, would you tell me, can you please tell me, could you please tell me, "
        "tell me, please tell me, do you know, i want to know, i would like to know, i'd like to know, may i ask, "
        "can i ask, i have a question, quick question"
    ),
    "de": _phrases(
        "können sie mir sagen, können sie mir bitte sagen, könnten sie mir sagen, sagen sie mir, wissen sie, "
        "ich möchte wissen, ich habe eine frage, eine frage, darf ich fragen"
    ),
    "es": _phrases("me puede decir, puede decirme, podría decirme, dígame, quisiera saber, una pregunta"),
    "fr": _phrases("pouvez vous me dire, pourriez vous me dire, dites moi, je voudrais savoir, une question"),
    "it": _phrases("mi può dire, può dirmi, potrebbe dirmi, mi dica, vorrei sapere, una domanda"),
    "hi": _phrases("क्या आप बता सकते हैं, मुझे बताइए, बताइए"),
}
"""What callers say before a question, and what a written question does not have."""


def same_question(asked: str, question: str, language: str) -> bool:
    """Return whether a caller who speaks this language has asked this question, almost word for word."""
    wanted = question_words(question, language)
    words = question_words(asked, language)
    return bool(wanted) and wanted in (words, _without(words, _both(language), _polite(language)))


@lru_cache(maxsize=1024)
def question_words(text: str, language: str) -> QuestionWords:
    """Return the words of a question, in small letters and without polite phrases."""
    plain = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).casefold()
    plain = re.sub(_PUNCTUATION, " ", plain)
    if _primary(language) == "en":
        for short, long in _SHORTENED:
            plain = re.sub(short, long, plain)
    words = tuple(word for one in plain.split() if (word := one.strip("'")))
    return _without(words, _polite(language), _polite(language))


def _without(words: QuestionWords, before: Iterable[QuestionWords], after: Iterable[QuestionWords]) -> QuestionWords:
    """Return the words without these phrases before and after them; all words if nothing else is there."""
    left = words
    while phrase := next((one for one in before if left[: len(one)] == one), ()):
        left = left[len(phrase) :]
    while phrase := next((one for one in after if left and left[-len(one) :] == one), ()):
        left = left[: -len(phrase)]
    return left or words


def _polite(language: str) -> tuple[QuestionWords, ...]:
    return _POLITE.get(_primary(language), ())


def _both(language: str) -> tuple[QuestionWords, ...]:
    return _LEADING.get(_primary(language), ()) + _polite(language)


def _primary(language: str) -> str:
    return language.replace("_", "-").split("-", maxsplit=1)[0].lower()
