"""The laws that every run must keep. Each is a function that yields how the run broke it.

`excuses.py` holds the exceptions of the laws.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from random import Random

from functions.relay.call.call import fold
from functions.relay.log.codec import dump, load
from functions.relay.log.events import Entry, TakenOver
from functions.relay.log.keys import OPENING, Key, private_log
from functions.relay.wire.messages import End
from functions.relay.wire.model import CallerMessage
from tests.simulation import excuses
from tests.simulation.agents import FAILING_TOOL, KEYED_TOOL
from tests.simulation.excuse import excused
from tests.simulation.heard import Heard
from tests.simulation.protocol import problem
from tests.simulation.records import Posted, RequestToModel
from tests.simulation.seen import HAIR_S, IN_TIME_S, SILENCE_S, Seen
from tests.simulation.silences import Silences
from tests.simulation.talk_cycles import TalkCycles
from tests.simulation.voices import Voices
from tests.simulation.words import CARD, caller_words

Law = Callable[[Seen], Iterator[str]]


def nothing_said_is_lost(seen: Seen) -> Iterator[str]:
    """1: every final prompt is in the history of the next model request or of a later one, exactly once.

    A new session of the same call must keep the prompts of the sessions before, too.
    """
    for prompt in seen.prompts:
        if prompt.key not in seen.put_at and not excused(excuses.NOT_PUT, seen, prompt):
            yield f"{prompt.text!r} was never logged"
    for request in (one for one in seen.record.asked if not one.draft):
        words = caller_words(" ".join(_of_the_caller(request)))
        for prompt in seen.prompts:
            counts = {words.count(word) for word in prompt.text.split()}
            missing_rightly = counts == {0} and excused(excuses.NOT_ASKED, seen, request, prompt)
            if counts != {1} and not missing_rightly:
                yield f"{request.by} was asked at {request.at:.3f} with {prompt.text!r} {sorted(counts)} times"
        for prompt in seen.earlier:
            counts = {words.count(word) for word in prompt.text.split()}
            if counts != {1} and not excused(excuses.NOT_REMEMBERED, seen, request, prompt):
                yield f"{request.by} was asked at {request.at:.3f} without {prompt.text!r}, of an earlier session"


def _of_the_caller(request: RequestToModel) -> list[str]:
    return [line.text for line in request.request.messages if isinstance(line, CallerMessage)]


def nothing_stale_is_spoken(seen: Seen) -> Iterator[str]:
    """2: nothing is posted for a turn later than 150 ms after a newer caller event is in the log; turns do not mix.

    Newer events are a later prompt, an interrupt, the end of the socket, and a takeover by another invocation. Turns
    do not mix: when another speaker has begun, the speaker before begins no post.
    """
    for post in seen.record.posts:
        for put in seen.newer(post):
            late = post.began > put.at + IN_TIME_S + HAIR_S
            if late and not excused(excuses.STALE, seen, post, put):
                was = f"{put.entry.event} was there at {put.at:.3f}"
                yield f"{post.by} posts {post.message} at {post.began:.3f}, {was}"
    yield from _mixed(seen)


def _mixed(seen: Seen) -> Iterator[str]:
    newest: Posted | None = None
    begun = set[str]()
    for post in seen.record.posts:
        if seen.cannot_look(post) or seen.without_look(post) or isinstance(post.message, End):
            continue
        older = newest is not None and (post.by in begun or post.turn.frame < newest.turn.frame)
        if newest is not None and post.by != newest.by and older:
            if not excused(excuses.MIXED, seen, post, newest):
                yield f"{post.by} posts {post.message} at {post.began:.3f} after {newest.by} has begun"
        else:
            newest = post
        begun.add(post.by)


def history_is_what_was_heard(seen: Seen) -> Iterator[str]:
    """3: the agent's words in the history are the words that were played, up to the clause that Twilio reports.

    At the end of the run they are compared, turn by turn and letter by letter, with what the simulated caller heard.
    """
    heard_by_turn = Heard(seen)
    for key, said in heard_by_turn.said():
        heard = heard_by_turn.heard.get(key, "")
        if said != heard and not excused(excuses.UNCERTAIN, heard_by_turn, key):
            yield f"turn {seen.name(key)}: history says {said!r}, the caller heard {heard!r}"


def every_cycle_is_closed_once(seen: Seen) -> Iterator[str]:
    """4: every talk cycle that began is closed by one `last: true`, and none is opened twice.

    An interruption that purges a cycle closes it. If a newer prompt takes a cycle over, the `last: true` of the newer
    answer closes it. A speaker says nothing after its `last: true`. A turn has one; a bare one needs an open cycle.
    """
    talk_cycles = TalkCycles(seen)
    since = talk_cycles.open_since
    if since is not None and not excused(excuses.LEFT_OPEN, seen, talk_cycles, since):
        yield f"the cycle is open from {since:.3f} until {seen.record.closed or seen.record.over:.3f}"
    for by in seen.speakers:
        lasts = [text.last for post, text in seen.texts if post.by == by and post.turn != OPENING]
        if any(lasts[:-1]):
            yield f"{by} goes on after its last: true"
    for turn in seen.turns:
        closers = [by for by in talk_cycles.closers(turn.key) if not excused(excuses.CLOSED_TWICE, seen, by)]
        if len(closers) > 1:
            yield f"turn {seen.name(turn.key)} is closed by each of {', '.join(closers)}"
    for at, post in talk_cycles.empty():
        if not excused(excuses.CLOSED_NOTHING, talk_cycles, post, at):
            yield f"{post.by} closes nothing at {at:.3f}"


def the_caller_is_not_left_in_silence(seen: Seen) -> Iterator[str]:
    """5: a caller who waits for an answer is in silence for at most 8 s, or 12 s if its invocation died.

    The caller waits for the answer to the newest prompt until its closing message has arrived, or an interruption has
    purged a part of it or of an apology in between, or the socket has closed. Nobody waits once a machine has
    answered. There is silence while the caller neither hears the agent nor speaks. An invocation has died if it was
    killed, or if the table left it without an answer three times: each time costs two seconds. The time by which its
    reminders come late is added, and two seconds if the table left one of the turn's invocations without an answer.
    If an older turn ends the session after a turn, an excuse of the older turn excuses both.
    """
    silences = Silences(seen)
    for key, began, ended in silences.silences():
        allowed = seen.taken_over_within(key) if any(map(seen.was_stopped, seen.answering(key))) else SILENCE_S
        if ended - began > allowed + HAIR_S and not excuses.abandoned(silences, key):
            yield f"turn {seen.name(key)}: silence from {began:.3f} to {ended:.3f}"
    takers = [(put.entry.key.frame, put.by) for put in seen.record.puts if isinstance(put.entry.event, TakenOver)]
    if len(takers) != len(set(takers)):
        yield "one invocation takes an answer over twice"


def only_valid_messages_reach_the_line(seen: Seen) -> Iterator[str]:
    """6: only valid messages reach the line, one `end` and no words after it; no task raises or outlasts its time."""
    yield from seen.record.crashes
    for at, turn, text in seen.record.wire:
        if (found := problem(text)) and not excused(excuses.FOREIGN, turn):
            yield f"at {at:.3f}: {found}: {text}"
    ends = [post for post in seen.arrived if isinstance(post.message, End)]
    if sum(not excused(excuses.ENDED_TWICE, end) for end in ends[:-1]):
        yield f"{len(ends)} messages end the session"
    for post, words in seen.texts:
        late = ends and (post.arrived or 0.0) > (ends[0].arrived or 0.0)
        if late and not excused(excuses.AFTER_END, seen, post):
            yield f"{post.by} posts {words} after `end`"


def any_fold_is_the_same(seen: Seen) -> Iterator[str]:
    """7: the same log folds to the same call in any process, at any time, in any order, and with duplicates."""
    for number in range(2):
        given = [*seen.entries, *seen.entries[:: number + 1]]
        Random(number).shuffle(given)
        if fold(given) != seen.call:
            yield f"in another order (shuffle {number}) the log folds to another call"
    if fold(Entry(Key.parse(str(one.key)), load(dump(one.event))) for one in seen.entries) != seen.call:
        yield "as text the log folds to another call"


def a_turn_costs_what_it_costs(seen: Seen) -> Iterator[str]:
    """8: the cost of a turn does not grow with the length of the call: one read of the log returns few entries.

    At most it returns the 96 entries after which a log is shortened, and as many that may come in until it is. The
    next session's setup reads the log too: what came into it is judged with the session that it belongs to.
    """
    for look in seen.record.looks:
        if look.log == seen.log and len(look.entries) > excuses.MOST_READ and not excused(excuses.LONG, seen, look):
            yield f"{look.by} reads {len(look.entries)} entries at {look.began:.3f}"


def nothing_is_done_twice(seen: Seen) -> Iterator[str]:
    """9: nothing that was asked for once is done twice: each answer runs each tool at most once, unless it failed.

    Digits that the caller keyed in for a tool run it once. The caller hears no word of the model twice, also after a
    noise. One invocation asks the model about a turn. Another one may ask it too if it

    - took the answer over from one that was killed or met a fault,
    - was killed before it said a word, or
    - does not use what the model says: another invocation logged or claimed the prompt, or the log failed.
    """
    asked = Counter((one.by, tool) for one in seen.record.asked for tool in set(one.wants) - {KEYED_TOOL})
    ran = Counter((one.by, one.tool) for one in seen.record.ran if one.by in seen.invoked)
    for (by, tool), times in ran.items():
        most = asked[by, tool] if tool == FAILING_TOOL else min(asked[by, tool], 1)
        if tool != KEYED_TOOL and times > most:
            yield f"{by} runs {tool} {times} times; the model asked for it {asked[by, tool]} times"
    for turn in seen.turns:
        keyed = sum(ran[by, KEYED_TOOL] for by in seen.of(turn.key))
        if keyed > 1:
            yield f"turn {seen.name(turn.key)} runs {KEYED_TOOL} {keyed} times; the caller keyed in once"
        askers = {one.by for one in seen.record.asked if one.turn.frame == turn.key.frame and not one.draft}
        askers -= seen.takers_from_one_in_trouble(turn.key) | seen.killed_silently | seen.without_log
        if len(askers) > 1:
            yield f"turn {seen.name(turn.key)} is answered by each of {', '.join(sorted(askers))}"
    heard_by_turn = Heard(seen)
    for word, keys in heard_by_turn.speakers().items():
        if len(keys) > 1 and not any(excused(excuses.HEARD_TWICE, heard_by_turn, key) for key in keys):
            yield f"the caller hears {word!r} {len(keys)} times"


def nobody_is_talked_over(seen: Seen) -> Iterator[str]:
    """10: while the caller has the floor no answer begins, and no timer begins a turn.

    An answer begins with its first words. They wait at most 2.5 s for a voice that began after the prompt. Timers
    begin these turns: the question whether the caller is still there, the last minute, the end of the call, and the
    words after a noise.
    """
    voices = Voices(seen)
    for post, voice in voices.talked_over():
        if not excused(excuses.TALKED_OVER, voices, post, voice):
            yield f"{post.by} begins to speak at {post.began:.3f}; the caller does from {voice.began:.3f}"
    for put, voice in voices.begun_over():
        if not excused(excuses.BEGUN_OVER, voices, put, voice):
            yield f"{put.entry.event} begins at {put.at:.3f}; the caller speaks from {voice.began:.3f}"


def private_data_is_kept_apart(seen: Seen) -> Iterator[str]:
    """11: unless an agent has `tell_private`, a whole card number is in the private log alone, and in no request.

    No request to a model has it, and no other log: up to ten digits of a card that comes in pieces may be there. It
    is looked for without the spaces between its digits. Callers name cards only to agents that redact them.
    """
    card = CARD.replace(" ", "")
    for put in seen.record.puts:
        if not put.log.startswith(private_log("")) and card in dump(put.entry.event).replace(" ", ""):
            yield f"{put.by} logs a card at {put.at:.3f}, in {type(put.entry.event).__name__}"
    for request in seen.record.asked:
        if card in str(request.request).replace(" ", ""):
            yield f"{request.by} tells the model a card at {request.at:.3f}"


def an_utterance_is_answered_once(seen: Seen) -> Iterator[str]:
    """12: an utterance is answered once, by words that were asked for with exactly what the caller said.

    One invocation speaks for a prompt, besides those that took it over and those that apologise for the table. The
    first request of each ends with the words of this prompt, apart from case and marks. A draft that has claimed no
    prompt says nothing.
    """
    partials = {one.key.frame for one in seen.record.emitted if one.kind == "partial"}
    for post in seen.record.posts:
        if post.turn.frame in partials:
            yield f"{post.by} posts {post.message} at {post.began:.3f}, and has claimed no prompt"
    for prompt in seen.prompts:
        posts = {post.by for post in seen.record.posts if post.turn.frame == prompt.key.frame} - seen.takers
        speakers = {by for by in posts if not seen.apologised(by)}
        if len(speakers) > 1:
            yield f"turn {seen.name(prompt.key)} is answered by each of {', '.join(sorted(speakers))}"
        said = caller_words(prompt.text)
        requests = [one for one in seen.record.asked if one.turn.frame == prompt.key.frame]
        for request in {one.by: one for one in reversed(requests)}.values():
            asked = caller_words(_of_the_caller(request)[-1])
            if asked[-len(said) :] != said:
                yield f"{request.by} was asked at {request.at:.3f} about {asked}; the caller said {said}"


def no_machine_is_talked_to(seen: Seen) -> Iterator[str]:
    """13: a session ends within 8 s once it is open and the call's log says that a machine has answered."""
    machine, opened = seen.record.machine_at, seen.put_at.get(OPENING)
    if machine is None or opened is None or not seen.call.opened:
        return
    since, ended = max(machine, opened), seen.record.closed or seen.record.over
    ends = [post.arrived or 0.0 for post in seen.arrived if isinstance(post.message, End)]
    left = min([ended, *ends]) - since
    if left > SILENCE_S + HAIR_S and not excused(excuses.TALKED_TO, seen):
        yield f"a machine has answered, and the session goes on for {left:.3f} s"


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
    11: private_data_is_kept_apart,
    12: an_utterance_is_answered_once,
    13: no_machine_is_talked_to,
}


def broken(seen: Seen) -> dict[int, list[str]]:
    """Return the laws that the run broke, each with how it broke them."""
    found = {number: list(law(seen)) for number, law in LAWS.items()}
    return {number: how for number, how in found.items() if how}
