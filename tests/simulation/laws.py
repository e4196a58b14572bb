"""The laws that hold of every run, each a function that returns how it was broken; empty, if it was not.

What a law excuses stands in `excuses.py`, cause by cause.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from functions.relay.call.call import fold
from functions.relay.log.codec import dump, load
from functions.relay.log.events import Entry, TakenOver
from functions.relay.log.keys import OPENING, Key
from functions.relay.wire.messages import End
from functions.relay.wire.model import CallerMessage
from tests.simulation import excuses
from tests.simulation.agents import KEYED_TOOL
from tests.simulation.excuse import excused
from tests.simulation.heard import Heard
from tests.simulation.protocol import problem
from tests.simulation.records import Posted
from tests.simulation.seen import HAIR, IN_TIME, SILENCE, TAKEN_OVER, Seen
from tests.simulation.silences import Silences
from tests.simulation.talk_cycles import TalkCycles
from tests.simulation.voices import Voices

Law = Callable[[Seen], Iterator[str]]


def nothing_said_is_lost(seen: Seen) -> Iterator[str]:
    """1: every final prompt is in the history of the next model request or of a later one, exactly once.

    A new session of the same call is held to the prompts of the session before, too.
    """
    for prompt in seen.prompts:
        if prompt.key not in seen.put_at and not excused(excuses.NOT_PUT, seen, prompt):
            yield f"{prompt.text!r} never came into the log"
    for request in seen.record.asked:
        words = " ".join(line.text for line in request.request.messages if isinstance(line, CallerMessage)).split()
        for prompt in seen.prompts:
            counts = {words.count(word) for word in prompt.text.split()}
            missing_rightly = counts == {0} and excused(excuses.NOT_ASKED, seen, request, prompt)
            if counts != {1} and not missing_rightly:
                yield f"{request.by} was asked at {request.at:.3f} with {prompt.text!r} {sorted(counts)} times"
        for prompt in seen.before.prompts if seen.before else ():
            counts = {words.count(word) for word in prompt.text.split()}
            if counts != {1} and not excused(excuses.NOT_REMEMBERED, seen, request, prompt):
                yield f"{request.by} was asked at {request.at:.3f} without {prompt.text!r}, of the session before"


def nothing_stale_is_spoken(seen: Seen) -> Iterator[str]:
    """2: nothing is posted for a turn later than 150 ms after a newer caller event is in the log; turns do not mix.

    Newer are a later prompt, an interrupt, the socket's end, and a takeover by somebody else. Turns do not mix: once
    another speaker has begun, the one before begins no post.
    """
    for post in seen.record.posts:
        for put in seen.newer(post):
            late = post.began > put.at + IN_TIME + HAIR
            if late and not excused(excuses.STALE, seen, post, put):
                was = f"{put.entry.event} was there at {put.at:.3f}"
                yield f"{post.by} posts {post.message} at {post.began:.3f}, {was}"
    yield from _mixed(seen)


def _mixed(seen: Seen) -> Iterator[str]:
    newest: Posted | None = None
    begun = set[str]()
    for post in seen.record.posts:
        if seen.cannot_look(post) or seen.unlooked(post) or isinstance(post.message, End):
            continue
        older = newest is not None and (post.by in begun or post.turn.frame < newest.turn.frame)
        if newest is not None and post.by != newest.by and older:
            if not excused(excuses.MIXED, seen, post, newest):
                yield f"{post.by} posts {post.message} at {post.began:.3f} after {newest.by} has begun"
        else:
            newest = post
        begun.add(post.by)


def history_is_what_was_heard(seen: Seen) -> Iterator[str]:
    """3: what history says the agent said is what the caller was played, up to the clause that Twilio reports.

    Compared at the end of the run, turn by turn and letter by letter, with what the simulated caller was played.
    """
    heard_by_turn = Heard(seen)
    for key, said in heard_by_turn.said():
        heard = heard_by_turn.heard.get(key, "")
        if said != heard and not excused(excuses.UNCERTAIN, heard_by_turn, key):
            yield f"turn {seen.name(key)}: history says {said!r}, the caller heard {heard!r}"


def every_cycle_is_closed_once(seen: Seen) -> Iterator[str]:
    """4: every cycle that began is closed by one `last: true`, and none is opened twice.

    A cycle that an interruption purged is closed by that; one that a newer prompt took is closed by the newer
    answer's. A speaker says nothing after its `last: true`, a turn has one, and a bare one needs an open cycle.
    """
    cycles = TalkCycles(seen)
    since = cycles.open_since
    if since is not None and not excused(excuses.LEFT_OPEN, seen, cycles, since):
        yield f"the cycle is open from {since:.3f} until {seen.record.closed or seen.record.over:.3f}"
    for by in seen.speakers:
        lasts = [text.last for post, text in seen.texts if post.by == by and post.turn != OPENING]
        if any(lasts[:-1]):
            yield f"{by} goes on after its last: true"
    for turn in seen.turns:
        closers = [by for by in cycles.closers(turn.key) if not excused(excuses.CLOSED_TWICE, seen, by)]
        if len(closers) > 1:
            yield f"turn {seen.name(turn.key)} is closed by each of {', '.join(closers)}"
    for at, post in cycles.empty():
        if not excused(excuses.CLOSED_NOTHING, cycles, post, at):
            yield f"{post.by} closes nothing at {at:.3f}"


def the_caller_is_not_left_in_silence(seen: Seen) -> Iterator[str]:
    """5: while an answer is owed nobody is in silence for more than 8 s; 12 s where its invocation was killed.

    Owed is the answer to the newest prompt until its closing message has arrived, or an interruption has purged
    some of it, or of an apology in between, or the socket has ended. Silent is who neither hears the agent nor
    speaks. A turn after which the session is ended by an older one is held to what holds of that.
    """
    silences = Silences(seen)
    for key, began, ended in silences.silences():
        allowed = TAKEN_OVER if any(map(seen.was_killed, seen.answering(key))) else SILENCE
        if ended - began > allowed + HAIR and not excuses.abandoned(silences, key):
            yield f"turn {seen.name(key)}: silence from {began:.3f} to {ended:.3f}"
    takers = [(put.entry.key.frame, put.by) for put in seen.record.puts if isinstance(put.entry.event, TakenOver)]
    if len(takers) != len(set(takers)):
        yield "one invocation takes an answer over twice"


def only_valid_messages_reach_the_line(seen: Seen) -> Iterator[str]:
    """6: only valid protocol messages reach the line, and at most one `end`; no part raises, or outlasts its time."""
    yield from seen.record.crashes
    for at, turn, text in seen.record.wire:
        if (found := problem(text)) and not excused(excuses.FOREIGN, turn):
            yield f"at {at:.3f}: {found}: {text}"
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

    The bound is the 96 entries after which a log begins anew, and as many that may come in until it has.
    """
    for look in seen.record.looks:
        if len(look.entries) > excuses.MOST_READ and not excused(excuses.LONG, seen, look):
            yield f"{look.by} reads {len(look.entries)} entries at {look.began:.3f}"


def nothing_is_done_twice(seen: Seen) -> Iterator[str]:
    """9: nothing is done twice that was asked for once: each request to the model runs each tool once at most.

    What the caller keyed in for a tool runs it once. One invocation asks the model about a turn, beside those that
    took the answer over.
    """
    asked = Counter((one.by, tool) for one in seen.record.asked for tool in set(one.wants) - {KEYED_TOOL})
    ran = Counter((one.by, one.tool) for one in seen.record.ran if one.by in seen.invoked)
    for (by, tool), times in ran.items():
        if tool != KEYED_TOOL and times > asked[by, tool]:
            yield f"{by} runs {tool} {times} times; the model asked for it in {asked[by, tool]} answers"
    for turn in seen.turns:
        keyed = sum(ran[by, KEYED_TOOL] for by in seen.of(turn.key))
        if keyed > 1:
            yield f"turn {seen.name(turn.key)} runs {KEYED_TOOL} {keyed} times; the caller keyed in once"
        askers = {one.by for one in seen.record.asked if one.turn.frame == turn.key.frame} - seen.takers
        if len(askers) > 1:
            yield f"turn {seen.name(turn.key)} is answered by each of {', '.join(sorted(askers))}"


def nobody_is_talked_over(seen: Seen) -> Iterator[str]:
    """10: nobody is talked over while they have the floor: no answer begins then, and no clock begins a turn.

    An answer begins with its first words; they wait for a voice that began after the prompt, for 2.5 s at most. What
    a clock begins is the question whether the caller is still there, the last minute, the end of the call, and what
    follows a noise.
    """
    voices = Voices(seen)
    for post, voice in voices.talked_over():
        if not excused(excuses.TALKED_OVER, voices, post, voice):
            yield f"{post.by} begins to speak at {post.began:.3f}; the caller does from {voice.began:.3f}"
    for put, voice in voices.begun_over():
        if not excused(excuses.BEGUN_OVER, voices, put, voice):
            yield f"{put.entry.event} begins at {put.at:.3f}; the caller speaks from {voice.began:.3f}"


LAWS: dict[int, Law] = {
    1: nothing_said_is_lost,
    2: nothing_stale_is_spoken,
    3: history_is_what_was_heard,
    4: every_cycle_is_closed_once,
    5: the_caller_is_not_left_in_silence,
    6: only_valid_messages_reach_the_line,
    7: any_fold_is_the_same,
    8: a_turn_costs_what_it_costs,
    9: nothing_is_done_twice,
    10: nobody_is_talked_over,
}


def broken(seen: Seen) -> dict[int, list[str]]:
    """Return the laws that were broken, each with how."""
    found = {number: list(law(seen)) for number, law in LAWS.items()}
    return {number: how for number, how in found.items() if how}
