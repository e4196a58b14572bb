"""Matches stage directions and tags for a program: `*smiles*`, `[pause]`, `(laughs)`, `[END_CALL]`, `:)`.

Models that are trained on plays, chats and expressive voices write them. The caller hears none: a voice would read
them out. In round brackets, and in stars in the middle of a sentence, only words that nobody would say there are
removed. So `(checks too)` is spoken.

Sources: ElevenLabs, "Audio tags"; Bark, "Non-speech sounds".
"""

from functions.relay.text.prefixes import any_of, begun, listed

_ACTS = listed(
    "laughs, laughing, laughter, chuckles, chuckling, smiles, smiling, sighs, sighing, pauses, coughs, clears "
    "throat, clearing throat, nods, nodding, whispers, whispering, giggles, gasps, sniffs, inhales, exhales, "
    "breathes, winks, shrugs, grins, lacht, l\xe4chelt, seufzt, sonr\xede, suspira, sourit, soupire, sorride, "
    "sospira"
)
_SOUNDS = listed(
    "laugh, chuckle, smile, sigh, pause, silence, beat, whisper, breath, typing, typing sounds, keyboard sounds, "
    "keyboard clicking, hold music, dial tone, ringing, humming, deep breath"
)
_TONES = listed(
    "warmly, cheerfully, softly, gently, calmly, excited, excitedly, happily, sadly, happy, cheerful, curious, "
    "sarcastic, empathetic, empathetically, apologetic, apologetically, friendly, upbeat, sympathetic, "
    "sympathetically, reassuring, reassuringly"
)
_END_CALL = listed(
    "end call, end of call, ends call, ends the call, end the call, call ends, call ended, hang up, hangs up, "
    "transfer call, transfers call, transferring call, transfers the call, transferring caller"
)
_DOES = listed("checks, looks, types, searches, pulls, taps, clicks, scrolls, waits, reviews, checking")
_HOW = listed("long, short, brief, soft, softly, slight, slightly, light, lightly, warm, warmly, gently")

_EVERY = (*_ACTS, *_SOUNDS, *_TONES, *_END_CALL, *_DOES)

_LEAD = rf"(?:(?:{any_of(_HOW)}) )?"
_MANNER = r"(?: [a-z]{1,15}ly)?"
_MORE = r"(?:,? [a-z' ]{1,40})?"
_TAG = r"[A-Z][A-Z\d]{1,20}(?:_[A-Z\d]{1,20}){1,4}"

WHOLE = (
    rf"\((?i:{_LEAD}(?:{any_of((*_ACTS, 'pause', 'typing sounds', 'silence'))}){_MANNER})\)"
    rf"|\[(?i:{_LEAD}(?:{any_of((*_ACTS, *_SOUNDS))}){_MANNER}|{any_of((*_TONES, *_END_CALL))})\]|\[/?{_TAG}\]"
    rf"|(?<!\w)(?P<stars>\*{{1,3}})(?i:{_LEAD}(?:{any_of(_ACTS)}){_MORE}|{any_of(_END_CALL)})(?P=stars)(?!\w)"
    rf"|(?:(?<=\n)|(?<=[.!?] ))(?P<does>\*{{1,3}})(?i:{_LEAD}(?:{any_of(_SOUNDS)}){_MANNER}|{any_of(_TONES)}"
    rf"|(?:{any_of(_DOES)}) [a-z' ]{{2,60}})(?P=does)(?!\w)"
    r"|(?<=\s)[:;]-?[()DP](?=[\s.,!?]|\Z)|(?<=\s)\^[_.]?\^|\u00af\\_\(\u30c4\)_/\u00af"
)
"""Matches a complete stage direction."""

BEGUN = (
    rf"(?:\(|\[|(?<!\w)\*{{1,3}})(?i:(?:{begun((*_EVERY, *(f'{how} ' for how in _HOW)))})"
    rf"|(?:{any_of(_HOW)}) (?:{begun((*_ACTS, *_SOUNDS))})"
    rf"|{_LEAD}(?:{any_of(_EVERY)})(?:,|,? [a-z' ]{{0,60}})?\*{{0,3}})"
    rf"|\[/?(?:[A-Z][A-Z\d]{{0,20}}(?:_[A-Z\d]{{0,20}}){{0,4}})?|(?<=\s)[:;]-?[()DP]?|(?<=\s)\^[_.]?\^?"
    r"|\u00af(?:\\(?:_(?:\((?:\u30c4(?:\)(?:_/?)?)?)?)?)?)?"
)
"""Matches text that may still become a stage direction."""
