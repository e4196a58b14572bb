"""The exceptions of all laws, in one table. `make laws` prints it into docs/reliability.md."""

from typing import Any

from functions.relay.call.history import LEFT_OUT, LONG_LOG_ENTRIES
from functions.relay.log.keys import OPENING, Key
from functions.relay.ports import Sent
from functions.relay.wire.messages import Prompt
from functions.relay.wire.model import CallerMessage
from tests.simulation.excuse import Excuse, excused
from tests.simulation.heard import Heard
from tests.simulation.records import Look, Posted, Put, RequestToModel, Voiced
from tests.simulation.seen import TAKEN_OVER_S, Seen, Spoken
from tests.simulation.silences import Silences
from tests.simulation.talk_cycles import TalkCycles
from tests.simulation.voices import Voices

NEWEST = 12
"""Prompts that are never left out of a long call's history."""

OF_A_TURN = 16
"""Entries of a turn, about: its prompts and drafts, the frames around it, the entries of its answer."""

MOST_READ = LONG_LOG_ENTRIES + 8 * OF_A_TURN
"""Entries that a turn reads at most: those of eight turns may come in while a long log is shortened."""


def _leaves_out(request: RequestToModel) -> bool:
    return any(isinstance(line, CallerMessage) and LEFT_OUT.text in line.text for line in request.request.messages)


def _left_out(seen: Seen, request: RequestToModel, prompt: Spoken) -> bool:
    held = [one for one in seen.prompts if one.key <= request.turn][-NEWEST:]
    return _leaves_out(request) and prompt not in held


def _left_out_of_the_session_before(seen: Seen, request: RequestToModel, prompt: Spoken) -> bool:
    kept = max(NEWEST - len(seen.prompts), 0)
    return _leaves_out(request) and prompt not in seen.earlier[len(seen.earlier) - kept :]


# Law 1

NOT_PUT: tuple[Excuse[[Seen, Spoken]], ...] = (
    Excuse(
        1,
        "Every invocation that got the prompt was killed, or could not append it.",
        "Nothing else can append a frame to the log.",
        lambda seen, prompt: not seen.could_put(prompt.key),
    ),
)


def _newer(prompt: Key, turn: Key) -> bool:
    """Return whether a prompt is newer than a turn, or came in its millisecond, where message ids have no order."""
    return prompt.frame != turn.frame and prompt.at >= turn.at


NOT_ASKED: tuple[Excuse[[Seen, RequestToModel, Spoken]], ...] = (
    Excuse(
        1,
        "The prompt was appended after the read for the request had begun.",
        "The next request must contain it.",
        lambda seen, request, prompt: not seen.was_logged(prompt.key, seen.read_before(request)),
    ),
    Excuse(
        1,
        "The prompt is newer than the turn that the request answers, or came in the same millisecond.",
        "The prompt's own request must contain it.",
        lambda seen, request, prompt: _newer(prompt.key, request.turn),
    ),
    Excuse(
        1,
        "The history of a long call says that it leaves out a part, and twelve prompts are newer.",
        "The model gets the first and the newest messages of a long call.",
        _left_out,
    ),
)

NOT_REMEMBERED: tuple[Excuse[[Seen, RequestToModel, Spoken]], ...] = (
    Excuse(
        1,
        "The prompt was not yet in the log of the session before when the new session read that log.",
        "A prompt that is appended later belongs to a session that is over.",
        lambda seen, request, prompt: prompt not in seen.remembered,
    ),
    Excuse(
        1,
        "The prompt of an earlier session is in a part that the history leaves out.",
        "The model gets the first and the newest messages of a long call.",
        _left_out_of_the_session_before,
    ),
)

# Law 2

STALE: tuple[Excuse[[Seen, Posted, Put]], ...] = (
    Excuse(
        2,
        "The newest look at the log began before the event was in it, and returned at most 150 ms ago.",
        "A look cannot see what is appended after it began.",
        lambda seen, post, put: seen.between_looks(post, put.at),
    ),
    Excuse(
        2,
        "No look that began in the last 1.15 s has returned.",
        "A busy table must not silence the agent.",
        lambda seen, post, put: seen.blind(post, put.at),
    ),
    Excuse(
        2,
        "An invocation apologises because the table fails.",
        "It cannot look at the log, and no other invocation can know of it.",
        lambda seen, post, put: seen.apologised(post.by),
    ),
    Excuse(
        2,
        "A new session says that the call goes on.",
        "It says so when it opens, before any answer.",
        lambda seen, post, put: post.turn == OPENING,
    ),
    Excuse(
        2,
        "The message ends the session, and the log says who sends it.",
        "After that entry nothing newer can be answered.",
        lambda seen, post, put: seen.ends_by_claim(post),
    ),
    Excuse(
        2,
        "The interrupt was in the log before the first words of the answer were sent.",
        "It cut off older words, not these.",
        lambda seen, post, put: seen.interrupted_before(post, put),
    ),
    Excuse(
        2,
        "The interrupt came within 200 ms of the event that began the turn.",
        "It cut off older words: it came together with the key or the prompt that is answered.",
        lambda seen, post, put: seen.of_the_moment(post, put),
    ),
)


def _unseen_turn(seen: Seen, post: Posted, newest: Posted) -> bool:
    put = next((put for put in seen.record.puts if put.entry.key == newest.turn), None)
    return put is None or seen.unseen(post, put.at)


def _met_by_a_clock(seen: Seen, post: Posted, newest: Posted) -> bool:
    prompt, owed = seen.put_at.get(post.turn, 0.0), {one.key.frame for one in seen.owed}
    whole = all(one.began <= post.began for one in seen.record.posts if one.by == newest.by)
    begun = seen.put_at.get(newest.turn, newest.began)
    return newest.turn.frame not in owed and whole and not seen.looked(newest.by, prompt, begun)


MIXED: tuple[Excuse[[Seen, Posted, Posted]], ...] = (
    Excuse(
        2,
        "Two answers mix: by the first two rows the older one could not see the newer prompt.",
        "A look cannot see what is appended after it began, and a busy table must not silence the agent.",
        _unseen_turn,
    ),
    Excuse(
        2,
        "Two answers mix, and neither answers the caller: they are for a silence, a noise or the last minute.",
        "Two reminders returned at once. Each says one sentence, and the caller hears both in full.",
        lambda seen, post, newest: not {post.turn.frame, newest.turn.frame} & {one.key.frame for one in seen.owed},
    ),
    Excuse(
        2,
        "Two answers mix: a reminder began its turn before it could see the older prompt, and has said all of it.",
        "A look cannot see what is appended after it began. Both are heard whole, the reminder's words first.",
        _met_by_a_clock,
    ),
    Excuse(
        2,
        "Two answers mix: another invocation of the older prompt apologised, and what is newer followed the apology.",
        "A frame that comes twice has two invocations. The one that cannot use the log cannot leave it to the other.",
        lambda seen, post, newest: any(seen.apologised(by) for by in seen.of(post.turn) if by != post.by),
    ),
)

# Law 3

DOUBTFUL: tuple[Excuse[[Heard, Key]], ...] = (
    Excuse(
        3,
        "The line lost a message of the turn.",
        "Only a report can say whether it arrived, and how much of it was played.",
        Heard.lost,
    ),
    Excuse(
        3,
        "The words could not be logged, in spite of retries.",
        "The table failed for as long as the invocation may run.",
        Heard.words_not_logged,
    ),
    Excuse(
        3,
        "A session that continues the call has not sent its first words.",
        "Its invocation was killed: the words are logged before they are sent.",
        Heard.unsent,
    ),
    Excuse(
        3,
        "The prompt was logged before the session was opened, because the table failed for seconds.",
        "The fold assumes that the first words of a session are said before its prompts are answered.",
        Heard.opened_late,
    ),
    Excuse(
        3,
        "Words were not yet played when the socket closed, and `$disconnect` did not come.",
        "The log does not say that the socket closed.",
        Heard.pending_at_the_end,
    ),
    Excuse(
        3,
        "A killed answer had ended the session, and the next prompt met a fault of the log.",
        "That prompt cannot log that it gets no answer, so the killed answer's last words are credited to it.",
        Heard.after_a_killed_end,
    ),
    Excuse(
        3,
        "The answer was taken over while words of the killed invocation were not yet played.",
        "Those words are not logged, and a report does not say whose they are.",
        Heard.taken_while_playing,
    ),
    Excuse(
        3,
        "Words of the turn arrived after words of a newer turn.",
        "The fold assumes the order of the prompts. These words were sent without a look, or were on their way.",
        Heard.overtaken,
    ),
    Excuse(
        3,
        "Two invocations had the prompt or spoke for it, and one of them apologised.",
        "A frame that comes twice has two invocations. The one without a log cannot know of the other.",
        Heard.apologised_beside,
    ),
    Excuse(
        3,
        "A report or an interrupt of the turn was never logged.",
        "Its invocation was killed, and nothing else says what was played.",
        Heard.unreported,
    ),
)


def _like_a_doubtful(heard: Heard, key: Key) -> bool:
    late = heard.late(key) or heard.swapped(key)
    others = (
        words
        for turn, said in heard.words.items()
        if turn != key and (late or heard.late(turn) or heard.swapped(turn) or excused(DOUBTFUL, heard, turn))
        for words in said
    )
    own = [*heard.words.get(key, []), *filter(None, [heard.heard.get(key), dict(heard.said()).get(key)])]
    return any(one in other or other in one for other in others for one in own)


UNTOLD: tuple[Excuse[[Heard, Key]], ...] = (
    Excuse(
        3,
        "The line reports nothing, and words of the turn were not yet played when the socket closed.",
        "Only a report could say that they were not played.",
        lambda heard, key: heard.line_reports_nothing and heard.waiting(key),
    ),
    Excuse(
        3,
        "The line reports nothing, and an invocation of the session was killed.",
        "Only a report could say what the killed invocation said.",
        lambda heard, key: heard.line_reports_nothing and heard.anyone_killed,
    ),
    Excuse(
        3,
        "The line reports nothing, and words of the turn arrived after an interrupt.",
        "Only a report could say that they were played.",
        lambda heard, key: heard.line_reports_nothing and heard.late(key),
    ),
    Excuse(
        3,
        "The line reports nothing, and words of an older turn arrived after words of this one.",
        "Only a report could say in which order they were played.",
        lambda heard, key: heard.line_reports_nothing and heard.mixed(key),
    ),
    Excuse(
        3,
        "The line reports nothing, and the interrupt names no words, or words that several messages hold.",
        "Only a report could say where the turn was cut.",
        lambda heard, key: heard.line_reports_nothing and heard.cut_without_name(key),
    ),
)

JOINED: Excuse[[Heard, Key]] = Excuse(
    3,
    "The turn shared a clause with a turn that was cut or overtaken.",
    "The report has the words of both in one text.",
    Heard.purged_and_joined,
)

UNCERTAIN: tuple[Excuse[[Heard, Key]], ...] = (
    *DOUBTFUL,
    Excuse(
        3,
        "Another turn said the same words, and one of the two is in doubt (rows above), came after an interrupt, "
        "or was reported too late.",
        "A report does not say whose words it reports.",
        _like_a_doubtful,
    ),
    JOINED,
    Excuse(
        3,
        "The turn was cut, or its invocation killed, during another answer whose words are not logged.",
        "A report may belong to either.",
        Heard.purged_and_killed,
    ),
    *UNTOLD,
)

# Law 4

LEFT_OPEN: tuple[Excuse[[Seen, TalkCycles, float]], ...] = (
    Excuse(
        4,
        "The socket closed within 12 s.",
        "An answer may take that long if its invocation was killed.",
        lambda seen, talk_cycles, since: (seen.record.closed or seen.record.over) <= since + TAKEN_OVER_S,
    ),
    Excuse(
        4,
        "Words that were sent without a look, or before one could show an apology, opened the cycle again.",
        "The next answer closes it.",
        lambda seen, talk_cycles, since: talk_cycles.opened_without_look,
    ),
    Excuse(
        4,
        "The line lost a later message that closes the cycle.",
        "Its sender cannot know.",
        lambda seen, talk_cycles, since: talk_cycles.closer_is_lost(since),
    ),
    Excuse(
        4,
        "A row of law 5 excuses the newest turn.",
        "No invocation is left to close the cycle.",
        lambda seen, talk_cycles, since: any(abandoned(Silences(seen), key) for key in _newest(seen)),
    ),
    Excuse(
        4,
        "A machine has answered, and the session ended without words.",
        "Nobody listens.",
        lambda seen, talk_cycles, since: seen.call.by_machine and seen.call.over,
    ),
)


def _newest(seen: Seen) -> set[Key]:
    return {seen.arrived[-1].turn, *(turn.key for turn in seen.turns[-1:])}


CLOSED_TWICE: tuple[Excuse[[Seen, str]], ...] = (
    Excuse(
        4,
        "One of the invocations that closed the cycle was killed afterwards.",
        "The answer was taken over, and no log said whether the cycle was closed.",
        lambda seen, by: seen.invoked[by].killed is not None,
    ),
    Excuse(
        4,
        "One of the invocations that closed the cycle apologised because the table failed.",
        "It could not know of the other.",
        lambda seen, by: seen.apologised(by),
    ),
    Excuse(
        4,
        "The table left one of the invocations that closed the cycle without an answer three times.",
        "It could not log a heartbeat and seemed dead. Hotline does not promise to recover from so many faults.",
        lambda seen, by: seen.unanswered(by),
    ),
)

CLOSED_NOTHING: tuple[Excuse[[TalkCycles, Posted, float]], ...] = (
    Excuse(
        4,
        "A bare `last: true` was sent without a look.",
        "A busy table must not silence the agent.",
        lambda talk_cycles, post, at: talk_cycles.seen.without_look(post),
    ),
    Excuse(
        4,
        "The line lost the words before a bare `last: true`.",
        "The sender cannot know.",
        lambda talk_cycles, post, at: talk_cycles.seen.lost(post.turn),
    ),
    Excuse(
        4,
        "An apology, words that were sent without a look, or an older answer that could not yet see this turn, had "
        "already closed the cycle.",
        "Their sender could not know of the answer.",
        lambda talk_cycles, post, at: talk_cycles.closed_without_look(post),
    ),
    Excuse(
        4,
        "An interrupt closed the cycle, and the sender of the `last: true` could not see that.",
        "A look cannot see what is appended after it began.",
        lambda talk_cycles, post, at: talk_cycles.just_purged(post, at),
    ),
    Excuse(
        4,
        "The answer was taken over from an invocation that died, or that the table left without an answer.",
        "It may have closed the cycle before, and could not log that.",
        lambda talk_cycles, post, at: post.by in talk_cycles.seen.takers and talk_cycles.seen.was_left(post.turn),
    ),
)

# Law 5

ABANDONED: tuple[Excuse[[Silences, Key]], ...] = (
    Excuse(
        5,
        "The line lost words of the turn, or the message that closes its cycle.",
        "The sender cannot know.",
        lambda silences, key: silences.seen.lost(key),
    ),
    Excuse(
        5,
        "An interrupt was sent before the first words arrived, and was logged after them or 200 ms before.",
        "Nothing says whose words it cut off.",
        Silences.met_by_interrupt,
    ),
    Excuse(
        5,
        "The invocation was killed before its prompt was in the log.",
        "No other invocation has the prompt.",
        lambda silences, key: silences.seen.was_killed(key) and not silences.put(key),
    ),
    Excuse(
        5,
        "The invocation was killed before its reminder was in the queue.",
        "Nothing returns to find that an answer is owed.",
        lambda silences, key: silences.seen.was_killed(key) and not silences.seen.reminded(key),
    ),
    Excuse(
        5,
        "The invocation was killed, and the session was never opened.",
        "Hotline does not promise to recover from two faults at once.",
        lambda silences, key: silences.seen.was_killed(key) and silences.seen.call.opened is None,
    ),
    Excuse(
        5,
        "The invocation was killed, and its reminder was not sent or met a fault.",
        "Hotline does not promise to recover from two faults at once.",
        lambda silences, key: silences.seen.was_killed(key) and silences.reminded_in_vain(key),
    ),
)


def abandoned(silences: Silences, key: Key) -> bool:
    """Return whether a row of law 5 excuses a turn, or an older turn that ended the session instead."""
    return any(excused(ABANDONED, silences, one) for one in silences.seen.answering(key))


# Laws 6 and 8

FOREIGN: tuple[Excuse[[Key | None]], ...] = (
    Excuse(
        6,
        "API Gateway writes its own error because an invocation was killed.",
        "None of our code runs then. Twilio reports error 64107 and does not speak it.",
        lambda turn: turn is None,
    ),
)

ENDED_TWICE: tuple[Excuse[[Posted]], ...] = (
    Excuse(
        6,
        "API Gateway did not answer the first `end`, which arrived.",
        "The sender cannot know that. Twilio ends the session once, when it has played the words before.",
        lambda end: end.fate is Sent.LOST,
    ),
)

AFTER_END: tuple[Excuse[[Seen, Posted]], ...] = (
    Excuse(
        6,
        "The words are an apology because the table fails.",
        "It cannot look for the end of the session.",
        lambda seen, post: seen.cannot_look(post),
    ),
    Excuse(
        6,
        "The words were sent without a look.",
        "A busy table must not silence the agent.",
        lambda seen, post: seen.without_look(post),
    ),
)

LONG: tuple[Excuse[[Seen, Look]], ...] = (
    Excuse(
        8,
        "A read returned up to 16 more entries for each turn whose invocation met a fault.",
        "That invocation could not append the snapshot that shortens the log.",
        lambda seen, look: len(look.entries) <= MOST_READ + OF_A_TURN * _hurt(seen, look),
    ),
)


def _hurt(seen: Seen, look: Look) -> int:
    """Return how many turns of a log had an invocation that could not shorten it."""
    turns = {entry.key for entry in look.entries if isinstance(entry.event, Prompt)}
    return sum(any(seen.faults(by) for by in seen.of(key)) for key in turns)


# Law 9

HEARD_TWICE: tuple[Excuse[[Heard, Key]], ...] = (
    Excuse(
        9,
        "A turn with the word shared a clause with a turn that was cut, or the line reports nothing (law 3).",
        "Nothing says that the word was heard.",
        lambda heard, key: excused((JOINED, *UNTOLD), heard, key),
    ),
    Excuse(
        9,
        "A turn with the word was taken over while words of the killed invocation were not yet played.",
        "Those words are not logged, so nothing says that they wait to be played.",
        Heard.taken_while_playing,
    ),
    Excuse(
        9,
        "The report that the agent began to speak was lost, and the words had been sent after an interrupt.",
        "The agent goes on after the noise, since nobody seems to speak.",
        lambda heard, key: heard.late(key) and heard.voice_not_noted(key),
    ),
)

# Law 10

TALKED_OVER: tuple[Excuse[[Voices, Posted, Voiced]], ...] = (
    Excuse(
        10,
        "The sender of the first words could not see the voice (the first two rows of law 2).",
        "A look cannot see what is appended after it began, and a busy table must not silence the agent.",
        lambda voices, post, voice: voices.seen.unseen(post, voices.known_at(voice)),
    ),
    Excuse(
        10,
        "The words are an apology because the table fails, or the first words of a session that continues a call.",
        "Neither looks at the log.",
        lambda voices, post, voice: voices.seen.cannot_look(post),
    ),
    Excuse(
        10,
        "By the gateway's clocks, which differ, the voice before ended after this one began.",
        "The log then says that the caller has stopped.",
        lambda voices, post, voice: voices.out_of_order(voice),
    ),
    Excuse(
        10,
        "The words had waited 2.5 s for earlier voices. This one followed so closely that no look saw a pause.",
        "One noise after another must not silence the agent.",
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
        "The line may have lost the frame of its end.",
        Voices.spoken_long,
    ),
    Excuse(
        10,
        "The caller has been heard for 60 s without a word, of the caller or of the agent.",
        "Sounds without words are noise.",
        lambda voices, put, voice: voices.without_words(put),
    ),
    Excuse(
        10,
        "A reminder returned; by the gateway's clocks, which differ, an older voice ended after this one began.",
        "The log then says that the caller has stopped.",
        lambda voices, put, voice: voices.out_of_order(voice),
    ),
)


TALKED_TO: tuple[Excuse[[Seen]], ...] = (
    Excuse(
        13,
        "The invocation that should end the session for a machine was killed, or the table failed it; or that of a "
        "prompt was killed before it sent its reminder, and the report was left to this prompt.",
        "Nothing reminds of either. The agent talks to the machine until the line closes.",
        lambda seen: (
            any(
                one.killed is not None or seen.faults(one.name)
                for one in seen.record.invoked
                if one.name.startswith(("machine", "setup"))
            )
            or any(seen.was_killed(one.key) and not seen.reminded(one.key) for one in seen.prompts)
        ),
    ),
)

EXCUSES: tuple[Excuse[Any], ...] = (
    *NOT_PUT, *NOT_ASKED, *NOT_REMEMBERED, *STALE, *MIXED, *UNCERTAIN,
    *LEFT_OPEN, *CLOSED_TWICE, *CLOSED_NOTHING, *ABANDONED, *FOREIGN, *ENDED_TWICE, *AFTER_END, *LONG, *HEARD_TWICE,
    *TALKED_OVER, *BEGUN_OVER, *TALKED_TO,
)  # fmt: skip
