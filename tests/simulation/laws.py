"""The laws that hold of every run, each a function that returns how it was broken; empty, if it was not."""

from collections.abc import Callable, Iterator
from random import Random

from functions.relay.call.call import fold
from functions.relay.call.history import LEFT_OUT, LONG_LOG_ENTRIES
from functions.relay.log.codec import dump, load
from functions.relay.log.events import Entry, TakenOver
from functions.relay.log.keys import OPENING, Key
from functions.relay.wire.messages import End, Prompt
from functions.relay.wire.model import CallerMessage
from tests.simulation.heard import Heard
from tests.simulation.protocol import problem
from tests.simulation.records import Asked, Look, Posted
from tests.simulation.seen import HAIR, IN_TIME, Seen
from tests.simulation.silences import Silences
from tests.simulation.talk_cycles import TalkCycles

NEWEST = 12
"""Prompts that are never left out of a long call's history."""

SILENCE, TAKEN_OVER = 8.0, 12.0
"""Seconds that a caller who is owed an answer hears nothing at most; and where whoever gave it was killed."""

OF_A_TURN = 12
"""Entries of a turn, about: its prompt, the frames around it, what is noted of its answer."""

MOST_READ = LONG_LOG_ENTRIES + 8 * OF_A_TURN
"""Entries that a turn reads at most: of eight turns, a dozen frames each, may come in while a log begins anew."""

Law = Callable[[Seen], Iterator[str]]


def nothing_said_is_lost(seen: Seen) -> Iterator[str]:
    """1: every final prompt is in the history of the next model request or of a later one, exactly once.

    A prompt counts once its put had its effect. A request is held to all prompts up to its own that stood in the
    log when its invocation began the read; one that came in later is held to the requests after that. An invocation
    that ended without a fault in its put has put its prompt. Where the history says that a part is left out, which
    only a long call's does, the newest twelve prompts are in it at least. Those of a session that was taken up
    again count once they stood in the log that the new session remembers.
    """
    for prompt in seen.prompts:
        if prompt.key not in seen.put_at and seen.could_put(prompt.key):
            yield f"{prompt.text!r} never came into the log"
    known = seen.remembered
    for request in seen.record.asked:
        words = " ".join(line.text for line in request.request.messages if isinstance(line, CallerMessage)).split()
        since, first = seen.read_before(request), _first_held(seen, request)
        for prompt in seen.prompts:
            counts = {words.count(word) for word in prompt.text.split()}
            stood = seen.put_at.get(prompt.key, since) < since and first <= prompt.key <= request.turn
            if not (counts == {1} or (counts == {0} and not stood)):
                yield f"{request.by} was asked at {request.at:.3f} with {prompt.text!r} {sorted(counts)} times"
        for prompt in known[len(known) - _still_held(seen, request) :]:
            if {words.count(word) for word in prompt.text.split()} != {1}:
                yield f"{request.by} was asked at {request.at:.3f} without {prompt.text!r}, of the session before"


def _first_held(seen: Seen, request: Asked) -> Key:
    held = [prompt.key for prompt in seen.prompts if prompt.key <= request.turn]
    return held[-NEWEST:][0] if _left_out(request) else held[0]


def _still_held(seen: Seen, request: Asked) -> int:
    """Return how many prompts of the session before must be in a request."""
    return max(NEWEST - len(seen.prompts), 0) if _left_out(request) else len(seen.remembered)


def _left_out(request: Asked) -> bool:
    return any(isinstance(line, CallerMessage) and LEFT_OUT.text in line.text for line in request.request.messages)


def nothing_stale_is_spoken(seen: Seen) -> Iterator[str]:
    """2: nothing is posted for a turn later than 150 ms after a newer caller event is in the log; turns do not mix.

    Newer are a later prompt, the socket's end, and an interrupt that came into the log once this answer had begun
    to leave: an earlier one cut off older words. `TakenOver` counts for all but the one who took over. The 150 ms
    grow by what the newest answered look took, if it began before the event was there; and words leave unlooked if no
    look that began in the last 1.15 s was answered: such a table is not waited for. Turns do not mix: once another
    speaker has begun, the one before begins no post; unless it leaves unlooked. The message that ends the session
    is held to neither, once it stands in the log who sends it. Apologies of those who found the log out of reach
    are not held to either: they cannot look, and nobody can know of them. Nor is the sentence of a session that
    takes a call up again: it is sent when that is opened.
    """
    for post in seen.record.posts:
        for put in [] if _cannot_look(seen, post) else seen.newer(post):
            if post.began > put.at + IN_TIME + HAIR and not seen.unseen(post, put.at):
                was = f"{put.entry.event} was there at {put.at:.3f}"
                yield f"{post.by} posts {post.message} at {post.began:.3f}, {was}"
    yield from _mixed(seen)


def _cannot_look(seen: Seen, post: Posted) -> bool:
    return post.turn == OPENING or seen.apologised(post.by)


def _mixed(seen: Seen) -> Iterator[str]:
    newest: Posted | None = None
    begun = set[str]()
    for post in seen.record.posts:
        if _cannot_look(seen, post) or seen.unlooked(post) or isinstance(post.message, End):
            continue
        older = newest is not None and (post.by in begun or post.turn.frame < newest.turn.frame)
        if newest is not None and post.by != newest.by and older:
            if not _unseen_turn(seen, post, newest.turn):
                yield f"{post.by} posts {post.message} at {post.began:.3f} after {newest.by} has begun"
        else:
            newest = post
        begun.add(post.by)


def _unseen_turn(seen: Seen, post: Posted, turn: Key) -> bool:
    """Whether who posts could not have seen the prompt whose answer another has begun."""
    put = next((put for put in seen.record.puts if put.entry.key == turn), None)
    return put is None or seen.unseen(post, put.at)


def history_is_what_was_heard(seen: Seen) -> Iterator[str]:
    """3: what history says the agent said is what the caller was played, up to the clause that Twilio reports.

    Compared at the end of the run, turn by turn and letter by letter, with what the simulated caller was played. Not
    held to it is a turn of which the line lost a message, or a report never came into the log; whose words could not
    be noted though it was tried again; whose words still waited when the socket ended and `$disconnect` did not come;
    that was taken over while words of whoever was killed still waited; whose words came after a newer turn's,
    unlooked; in which somebody apologised beside the one who answered; that was to say the same words as one of
    these, or as one of which words came after an interrupt; or of which a purge took words, if what came after the
    purge shared a clause with another turn's words, or if a killed invocation had not noted what it said, or two had
    not: whose words are reported cannot be known then. On a line that reports nothing it is besides one of which
    words still waited at the socket's end, came after an interrupt or before an older turn's; one that an interrupt
    cut without naming words that only it has; and any where an invocation was killed.
    """
    heard_by_turn = Heard(seen)
    for key, said in heard_by_turn.said():
        heard = heard_by_turn.heard.get(key, "")
        if said != heard and not heard_by_turn.uncertain(key):
            yield f"turn {seen.name(key)}: history says {said!r}, the caller heard {heard!r}"


def every_cycle_is_closed_once(seen: Seen) -> Iterator[str]:
    """4: every cycle that began is closed by one `last: true`, and none is opened twice.

    A cycle that an interruption purged is closed by that; one that a newer prompt took is closed by the newer
    answer's. Open at the end is excused where the socket ended within 12 s, where the line lost the closing
    message, where the words that opened it again left unlooked, and where law 5 is inapplicable. A speaker says
    nothing after its `last: true`, and a turn has one, not counting a speaker who was killed after it, or who
    apologised since the log was out of reach. A bare `last: true` needs an open cycle, unless an interrupt closed
    that which the speaker could not have seen, the line lost words of the turn, an apology or words that left
    unlooked came in between, or it left unlooked itself.
    """
    cycles, silences = TalkCycles(seen), Silences(seen)
    if (since := cycles.open_since) is not None:
        newest = {seen.arrived[-1].turn, *(prompt.key for prompt in seen.prompts[-1:])}
        until = seen.record.closed or seen.record.over
        if until > since + TAKEN_OVER and not any(silences.hopeless(key) for key in newest):
            yield f"the cycle is open from {since:.3f} until {until:.3f}"
    for by in seen.speakers:
        lasts = [text.last for post, text in seen.texts if post.by == by and post.turn != OPENING]
        if any(lasts[:-1]):
            yield f"{by} goes on after its last: true"
    for prompt in seen.prompts:
        closers = cycles.closers(prompt.key)
        if len(closers) > 1:
            yield f"turn {seen.name(prompt.key)} is closed by each of {', '.join(closers)}"
    yield from cycles.empty()


def the_caller_is_not_left_in_silence(seen: Seen) -> Iterator[str]:
    """5: while an answer is owed nobody is in silence for more than 8 s; 12 s where its invocation was killed.

    Owed is the answer to the newest prompt until its closing message has arrived, or an interruption has purged
    some of it, or of an apology in between, or the socket has ended. Silent is who neither hears the agent nor
    speaks. Inapplicable where an interrupt was sent before the first words arrived and came into the log after, or
    less than 200 ms before that, so that nobody can know whose words it cut off; where the line lost words of the
    turn or what closes them; and where the invocation was killed before its prompt was put or the queue had its
    reminder, or besides the reminder was not sent, the session's setup was lost, or the one who took over met a
    fault too: two things at once are not promised. A turn after which the session is ended by an older one is held
    to what holds of that.
    """
    silences = Silences(seen)
    for key, began, ended in silences.silences():
        allowed = TAKEN_OVER if any(map(seen.was_killed, seen.answering(key))) else SILENCE
        if ended - began > allowed + HAIR and not silences.hopeless(key):
            yield f"turn {seen.name(key)}: silence from {began:.3f} to {ended:.3f}"
    takers = [(put.entry.key.frame, put.by) for put in seen.record.puts if isinstance(put.entry.event, TakenOver)]
    if len(takers) != len(set(takers)):
        yield "one invocation takes an answer over twice"


def only_valid_messages_reach_the_line(seen: Seen) -> Iterator[str]:
    """6: only valid protocol messages reach the line, and at most one `end`; no part raises, or outlasts its time.

    What API Gateway writes when an invocation was killed is its own.
    """
    yield from seen.record.crashes
    yield from (f"at {at:.3f}: {found}: {text}" for at, text in seen.record.wire if (found := problem(text)))
    ends = [post for post in seen.arrived if isinstance(post.message, End)]
    if len(ends) > 1:
        yield f"{len(ends)} messages end the session"


def any_fold_is_the_same(seen: Seen) -> Iterator[str]:
    """7: the same log folds to the same call in any process, at any time: in any order, and with entries doubled."""
    for number in range(2):
        given = [*seen.entries, *seen.entries[:: number + 1]]
        Random(number).shuffle(given)
        if fold(given) != seen.call:
            yield f"folded in another order (shuffle {number}) the call is another"
    if fold(Entry(Key.parse(str(one.key)), load(dump(one.event))) for one in seen.entries) != seen.call:
        yield "read from its text the call is another"


def a_turn_costs_what_it_costs(seen: Seen) -> Iterator[str]:
    """8: the cost of a turn does not grow with the length of the call: what is read of the log at once is bounded.

    Bounded by the 96 entries after which a log begins anew, and as many that may come in until it has; and by the
    dozen of each turn after which nobody could begin it anew, since its invocation was killed or the table failed.
    """
    for look in seen.record.looks:
        if len(look.entries) > MOST_READ and len(look.entries) > MOST_READ + OF_A_TURN * _hurt(seen, look):
            yield f"{look.by} reads {len(look.entries)} entries at {look.began:.3f}"


def _hurt(seen: Seen, look: Look) -> int:
    """Return after how many turns of a log nobody could begin it anew."""
    turns = {entry.key for entry in look.entries if isinstance(entry.event, Prompt)}
    return sum(any(seen.faults(by) for by in seen.of(key)) for key in turns)


LAWS: dict[int, Law] = {
    1: nothing_said_is_lost,
    2: nothing_stale_is_spoken,
    3: history_is_what_was_heard,
    4: every_cycle_is_closed_once,
    5: the_caller_is_not_left_in_silence,
    6: only_valid_messages_reach_the_line,
    7: any_fold_is_the_same,
    8: a_turn_costs_what_it_costs,
}


def broken(seen: Seen) -> dict[int, list[str]]:
    """Return the laws that were broken, each with how."""
    found = {number: list(law(seen)) for number, law in LAWS.items()}
    return {number: how for number, how in found.items() if how}
