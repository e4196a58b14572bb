"""Finds what a noise kept the agent from saying: the words that it cut, and whether the model had more to say."""

from functions.relay.call.turn import Turn
from functions.relay.log.events import NoiseEnded
from functions.relay.text.letters import bare


def has_more(turns: tuple[Turn, ...]) -> bool:
    """Return whether the agent has more to say in the last turn.

    It has not if the caller heard the end: the line may drop the first words and still play the words after them.
    """
    if not turns or unfinished(turns):
        return bool(turns)
    turn = turns[-1]
    whole = not _stopped(turn) and bare(turn.audible) == bare(turn.said)
    return not whole and bool(unheard(turns))


def unfinished(turns: tuple[Turn, ...]) -> bool:
    """Return whether the model had more to say when the last turn was cut."""
    if not turns:
        return False
    turn = turns[-1]
    return _stopped(turn) and (not isinstance(turn.cause, NoiseEnded) or unfinished(turns[:-1]))


def unheard(turns: tuple[Turn, ...]) -> str:
    """Return the words of the last turn that were sent, or waited to be sent again, and were not heard."""
    if not turns:
        return ""
    turn = turns[-1]
    if isinstance(turn.cause, NoiseEnded):
        # This turn was itself a second try. The first try tells which words it had not sent yet.
        again = unheard(turns[:-1])
        if bare(again).startswith(bare(turn.said)):
            return _words_after(again, turn.played)
    return _words_after(turn.said, turn.played)


def _words_after(text: str, letters: int) -> str:
    """Return the words of a text after its first `letters` letters, from the beginning of a word."""
    words = text.split()
    for number, word in enumerate(words):
        if any(map(str.isalnum, word[letters:])):
            return " ".join(words[number:])
        letters -= min(letters, len(word))
    return ""


def _stopped(turn: Turn) -> bool:
    """Return whether something newer stopped the answer before its end."""
    return turn.ended is None or turn.ended.how in ("superseded", "gone")
