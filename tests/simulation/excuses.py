"""All that the laws excuse, in one table, which `make laws` prints into docs/reliability.md."""

from typing import Any

from functions.relay.call.history import LEFT_OUT, LONG_LOG_ENTRIES
from functions.relay.log.keys import OPENING, Key
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import CallerMessage
from tests.simulation.excuse import Excuse, excused
from tests.simulation.heard import Heard
from tests.simulation.records import Asked, Look, Posted, Put, Voiced
from tests.simulation.seen import TAKEN_OVER, Seen, Spoken
from tests.simulation.silences import Silences
from tests.simulation.talk_cycles import TalkCycles
from tests.simulation.voices import Voices

NEWEST = 12
"""Prompts that are never left out of a long call's history."""

OF_A_TURN = 12
"""Entries of a turn, about: its prompt, the frames around it, what is noted of its answer."""

MOST_READ = LONG_LOG_ENTRIES + 8 * OF_A_TURN
"""Entries that a turn reads at most: of eight turns, a dozen frames each, may come in while a log begins anew."""


def _leaves_out(request: Asked) -> bool:
    return any(isinstance(line, CallerMessage) and LEFT_OUT.text in line.text for line in request.request.messages)


def _left_out(seen: Seen, request: Asked, prompt: Spoken) -> bool:
    held = [one for one in seen.prompts if one.key <= request.turn][-NEWEST:]
    return _leaves_out(request) and prompt not in held


def _left_out_of_the_session_before(seen: Seen, request: Asked, prompt: Spoken) -> bool:
    kept = max(NEWEST - len(seen.prompts), 0)
    return _leaves_out(request) and prompt not in seen.remembered[len(seen.remembered) - kept :]


# Law 1

NOT_PUT: tuple[Excuse[[Seen, Spoken]], ...] = (
    Excuse(
        1,
        "Each invocation of the prompt was killed, or its put failed.",
        "Nothing else can put a frame into the log.",
        lambda seen, prompt: not seen.could_put(prompt.key),
    ),
)

NOT_ASKED: tuple[Excuse[[Seen, Asked, Spoken]], ...] = (
    Excuse(
        1,
        "The prompt came into the log after the read for the request had begun.",
        "The next request is held to it.",
        lambda seen, request, prompt: not seen.stood(prompt.key, seen.read_before(request)),
    ),
    Excuse(
        1,
        "The prompt is newer than the one that the request answers.",
        "Its own request is held to it.",
        lambda seen, request, prompt: prompt.key > request.turn,
    ),
    Excuse(
        1,
        "The history of a long call says that a part is left out, and twelve prompts are newer.",
        "A call remembers its beginning and its newest lines.",
        _left_out,
    ),
)

NOT_REMEMBERED: tuple[Excuse[[Seen, Asked, Spoken]], ...] = (
    Excuse(
        1,
        "A prompt of the session before was not in its log when the new session read it.",
        "What comes in later belongs to a session that is over.",
        lambda seen, request, prompt: prompt not in seen.remembered,
    ),
    Excuse(
        1,
        "A prompt of the session before is in a part that the history leaves out.",
        "A call remembers its beginning and its newest lines.",
        _left_out_of_the_session_before,
    ),
)

# Law 2

STALE: tuple[Excuse[[Seen, Posted, Put]], ...] = (
    Excuse(
        2,
        "The newest look at the log began before the event was there, and was answered 150 ms ago at most.",
        "No look can see what comes after it.",
        lambda seen, post, put: seen.between_looks(post, put.at),
    ),
    Excuse(
        2,
        "No look that began in the last 1.15 s was answered.",
        "A busy table must not silence the agent.",
        lambda seen, post, put: seen.blind(post, put.at),
    ),
    Excuse(
        2,
        "An invocation that found the table out of reach apologises.",
        "It cannot look, and nobody can know of it.",
        lambda seen, post, put: seen.apologised(post.by),
    ),
    Excuse(
        2,
        "A new session says that the call goes on.",
        "It is sent when the session opens, before anything is answered.",
        lambda seen, post, put: post.turn == OPENING,
    ),
    Excuse(
        2,
        "The message ends the session, and the log says who sends it.",
        "Once that is certain, nothing newer can be answered.",
        lambda seen, post, put: seen.ends_by_claim(post),
    ),
    Excuse(
        2,
        "The interrupt was in the log before the first words of the answer left.",
        "It cut off older words: these begin after it.",
        lambda seen, post, put: seen.spared(post, put),
    ),
    Excuse(
        2,
        "The interrupt came in the moment in which the turn began: within 200 ms of what began it.",
        "It cut off older words, and came with the key or the prompt that is answered.",
        lambda seen, post, put: seen.of_the_moment(post, put),
    ),
)


def _unseen_turn(seen: Seen, post: Posted, newest: Posted) -> bool:
    put = next((put for put in seen.record.puts if put.entry.key == newest.turn), None)
    return put is None or seen.unseen(post, put.at)


MIXED: tuple[Excuse[[Seen, Posted, Posted]], ...] = (
    Excuse(
        2,
        "Two answers mix: the older could not have seen the prompt of the newer, by the first two rows.",
        "No look can see what comes after it, and a busy table must not silence the agent.",
        _unseen_turn,
    ),
    Excuse(
        2,
        "Two answers mix, and no caller waits for either: of a silence, of noise, of the last minute.",
        "Two reminders came back at once. Each says one sentence, and both are heard whole.",
        lambda seen, post, newest: not {post.turn.frame, newest.turn.frame} & {one.key.frame for one in seen.owed},
    ),
)

# Law 3

DOUBTFUL: tuple[Excuse[[Heard, Key]], ...] = (
    Excuse(
        3,
        "The line lost a message of the turn.",
        "Whether it arrived, and what was played of it, only a report can tell.",
        Heard.lost,
    ),
    Excuse(
        3,
        "What was said could not be noted, however often that was tried.",
        "The log was out of reach for as long as the invocation may live.",
        Heard.unnoted,
    ),
    Excuse(
        3,
        "A session that takes the call up again has not sent its first words.",
        "Its invocation was killed: the log holds the words before they are sent.",
        Heard.unsent,
    ),
    Excuse(
        3,
        "Words still waited when the socket ended, and `$disconnect` did not come.",
        "The log does not know that the socket has ended.",
        Heard.pending_at_the_end,
    ),
    Excuse(
        3,
        "The answer was taken over while words of the killed invocation still waited.",
        "Nobody has noted those words, and a report does not say whose they are.",
        Heard.taken_while_playing,
    ),
    Excuse(
        3,
        "Words of the turn arrived after a newer turn's.",
        "The fold assumes the order of the prompts: these left without a look, or were on their way.",
        Heard.overtaken,
    ),
    Excuse(
        3,
        "Two invocations spoke for the turn, and one of them apologised.",
        "A frame that comes twice has two; the one without the log cannot know of the other.",
        Heard.apologised_beside,
    ),
    Excuse(
        3,
        "A report or an interrupt of the turn never came into the log.",
        "Its invocation was killed, and nothing else tells what was played.",
        Heard.unreported,
    ),
)


def _like_a_doubtful(heard: Heard, key: Key) -> bool:
    late = heard.late(key)
    others = (
        words
        for turn, said in heard.words.items()
        if turn != key and (late or heard.late(turn) or excused(DOUBTFUL, heard, turn))
        for words in said
    )
    own = heard.words.get(key, [])
    return any(one in other or other in one for other in others for one in own)


UNTOLD: tuple[Excuse[[Heard, Key]], ...] = (
    Excuse(
        3,
        "The line reports nothing, and words of the turn still waited when the socket ended.",
        "Only a report could tell that they were not played.",
        lambda heard, key: heard.untold and heard.waiting(key),
    ),
    Excuse(
        3,
        "The line reports nothing, and an invocation of the session was killed.",
        "Only a report could tell what the killed invocation had said.",
        lambda heard, key: heard.untold and heard.anyone_killed,
    ),
    Excuse(
        3,
        "The line reports nothing, and words of the turn arrived after an interrupt.",
        "Only a report could tell that they were played.",
        lambda heard, key: heard.untold and heard.late(key),
    ),
    Excuse(
        3,
        "The line reports nothing, and words of an older turn arrived after words of this one.",
        "Only a report could tell in which order they were played.",
        lambda heard, key: heard.untold and heard.mixed(key),
    ),
    Excuse(
        3,
        "The line reports nothing, and the interrupt names no words, or such as several messages have.",
        "Only a report could tell where the turn was cut.",
        lambda heard, key: heard.untold and heard.cut_without_name(key),
    ),
)

UNCERTAIN: tuple[Excuse[[Heard, Key]], ...] = (
    *DOUBTFUL,
    Excuse(
        3,
        "Another turn said the same words, and one of them is in doubt (rows above) or came after an interrupt.",
        "A report does not say whose words it tells of.",
        _like_a_doubtful,
    ),
    Excuse(
        3,
        "The turn shared a clause with one that was cut, or overtaken.",
        "The report tells of both in one text.",
        Heard.purged_and_joined,
    ),
    Excuse(
        3,
        "The turn was cut, or its invocation killed, beside an answer whose words nobody has noted.",
        "A report may be of either.",
        Heard.purged_and_killed,
    ),
    *UNTOLD,
)

# Law 4

LEFT_OPEN: tuple[Excuse[[Seen, TalkCycles, float]], ...] = (
    Excuse(
        4,
        "The socket ended within 12 s.",
        "That is how long an answer may take where its invocation was killed.",
        lambda seen, cycles, since: (seen.record.closed or seen.record.over) <= since + TAKEN_OVER,
    ),
    Excuse(
        4,
        "The cycle was opened again by words that left without a look.",
        "The next answer closes it.",
        lambda seen, cycles, since: cycles.opened_unlooked,
    ),
    Excuse(
        4,
        "A row of law 5 holds for the newest turn.",
        "Nobody is left to close it.",
        lambda seen, cycles, since: any(abandoned(Silences(seen), key) for key in _newest(seen)),
    ),
)


def _newest(seen: Seen) -> set[Key]:
    return {seen.arrived[-1].turn, *(turn.key for turn in seen.turns[-1:])}


CLOSED_TWICE: tuple[Excuse[[Seen, str]], ...] = (
    Excuse(
        4,
        "The other who closed the turn's cycle was killed afterwards.",
        "The answer was taken over: whether it was closed stood in no log.",
        lambda seen, by: seen.invoked[by].killed is not None,
    ),
    Excuse(
        4,
        "The other who closed it had found the table out of reach, and apologised.",
        "It cannot know of the other.",
        lambda seen, by: seen.apologised(by),
    ),
)

CLOSED_NOTHING: tuple[Excuse[[TalkCycles, Posted, float]], ...] = (
    Excuse(
        4,
        "A bare `last: true` left without a look.",
        "A busy table must not silence the agent.",
        lambda cycles, post, at: cycles.seen.unlooked(post),
    ),
    Excuse(
        4,
        "The line lost the words that a bare `last: true` was to close.",
        "Their sender cannot know.",
        lambda cycles, post, at: cycles.seen.lost(post.turn),
    ),
    Excuse(
        4,
        "An apology, or words that left without a look, closed the cycle before.",
        "Who closed it could not know of the answer.",
        lambda cycles, post, at: cycles.closed_unlooked(post),
    ),
    Excuse(
        4,
        "An interrupt closed the cycle, and its sender could not have seen that.",
        "No look can see what comes after it.",
        lambda cycles, post, at: cycles.just_purged(post, at),
    ),
)

# Law 5

ABANDONED: tuple[Excuse[[Silences, Key]], ...] = (
    Excuse(
        5,
        "The line lost words of the turn, or what closes them.",
        "Their sender cannot know.",
        lambda silences, key: silences.seen.lost(key),
    ),
    Excuse(
        5,
        "An interrupt was sent before the first words arrived, and came into the log after, or 200 ms before.",
        "Nobody can know whose words it cut off.",
        Silences.met_by_interrupt,
    ),
    Excuse(
        5,
        "The invocation was killed before its prompt was in the log.",
        "Nobody has read the prompt.",
        lambda silences, key: silences.seen.was_killed(key) and not silences.put(key),
    ),
    Excuse(
        5,
        "The invocation was killed before its reminder was in the queue.",
        "Nothing comes back to find the answer owed.",
        lambda silences, key: silences.seen.was_killed(key) and key not in silences.seen.record.reminded,
    ),
    Excuse(
        5,
        "The invocation was killed, and the session was never opened.",
        "Two faults at once are not promised to be made good.",
        lambda silences, key: silences.seen.was_killed(key) and silences.seen.call.opened is None,
    ),
    Excuse(
        5,
        "The invocation was killed, and its reminder was not sent, or met a fault.",
        "Two faults at once are not promised to be made good.",
        lambda silences, key: silences.seen.was_killed(key) and silences.reminded_in_vain(key),
    ),
)


def abandoned(silences: Silences, key: Key) -> bool:
    """Return whether a row of law 5 holds for a turn, or for an older one that ended the session in its place."""
    return any(excused(ABANDONED, silences, one) for one in silences.seen.answering(key))


# Laws 6 and 8

FOREIGN: tuple[Excuse[[Key | None]], ...] = (
    Excuse(
        6,
        "API Gateway writes its own error, since an invocation was killed.",
        "No code of ours runs then. Twilio reports it as 64107, and does not speak it.",
        lambda turn: turn is None,
    ),
)

LONG: tuple[Excuse[[Seen, Look]], ...] = (
    Excuse(
        8,
        "A log is longer by a dozen entries for each turn whose invocation met a fault.",
        "It could not begin the log anew.",
        lambda seen, look: len(look.entries) <= MOST_READ + OF_A_TURN * _hurt(seen, look),
    ),
)


def _hurt(seen: Seen, look: Look) -> int:
    """Return after how many turns of a log nobody could begin it anew."""
    turns = {entry.key for entry in look.entries if isinstance(entry.event, Prompt)}
    return sum(any(seen.faults(by) for by in seen.of(key)) for key in turns)


# Law 10

TALKED_OVER: tuple[Excuse[[Voices, Posted, Voiced]], ...] = (
    Excuse(
        10,
        "The first words could not see the voice: no look was answered in time (the first two rows of law 2).",
        "No look can see what comes after it, and a busy table must not silence the agent.",
        lambda voices, post, voice: voices.seen.unseen(post, voices.known_at(voice)),
    ),
    Excuse(
        10,
        "An apology for the table, or the first words of a session that takes a call up.",
        "Neither looks at the log.",
        lambda voices, post, voice: voices.seen.cannot_look(post),
    ),
    Excuse(
        10,
        "Another clock's stamp puts the end of the voice before after the beginning of this one.",
        "The log then says that the caller has stopped.",
        lambda voices, post, voice: voices.out_of_order(voice),
    ),
    Excuse(
        10,
        "The words have waited 2.5 s for an older voice, whose end was not told.",
        "Noise after noise must not silence the agent.",
        lambda voices, post, voice: voices.held_already(post, voice),
    ),
)

BEGUN_OVER: tuple[Excuse[[Voices, Put, Voiced]], ...] = (
    Excuse(
        10,
        "The end of a call has waited 45 s for the floor.",
        "A call must end.",
        lambda voices, put, voice: voices.waited_long(put),
    ),
    Excuse(
        10,
        "The voice has sounded for 45 s without a word.",
        "The line may have lost its end.",
        Voices.spoken_long,
    ),
    Excuse(
        10,
        "No word of anybody has come for 60 s.",
        "Sounds without words are noise.",
        lambda voices, put, voice: voices.without_words(put),
    ),
    Excuse(
        10,
        "A reminder comes back, and another clock's stamp puts the end of an older voice after this beginning.",
        "The log then says that the caller has stopped.",
        lambda voices, put, voice: voices.out_of_order(voice),
    ),
)


EXCUSES: tuple[Excuse[Any], ...] = (
    *NOT_PUT, *NOT_ASKED, *NOT_REMEMBERED, *STALE, *MIXED, *UNCERTAIN,
    *LEFT_OPEN, *CLOSED_TWICE, *CLOSED_NOTHING, *ABANDONED, *FOREIGN, *LONG, *TALKED_OVER, *BEGUN_OVER,
)  # fmt: skip
