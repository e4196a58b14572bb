"""One session, frame by frame, on the test's own clock."""

import json
from typing import Any

import pytest

from local.phone.effects import Close, Heard, Send, Warned
from local.phone.options import Pace, Quirks
from local.phone.records import Ended, Problem
from local.phone.session import Session
from local.phone.transcript import Transcript
from local.phone.twiml import read, relay_of

PACE = Pace(voice=10.0, caller=10.0, partial=0.5, settle=0.5, key=0.4)
EVENTS = 'events="speaker-events tokens-played" reportInputDuringAgentSpeech="any" dtmfDetection="true"'
REPLY = {"type": "text", "token": "One two three. Four five six.", "last": True}


class Line:
    """A session that is set up, and the frames that it has sent."""

    def __init__(self, attributes: str = EVENTS, *, quirks: Quirks | None = None) -> None:
        noun = f'<ConversationRelay url="wss://relay.example" {attributes}/>'
        relay = relay_of(read(f"<Response><Connect>{noun}</Connect></Response>")[0])
        assert relay is not None
        self.session = Session(relay, PACE, quirks or Quirks())
        self.effects: list[tuple[float, object]] = []
        self.session.open(0.0, {"type": "setup"})
        self._collect(0.0)

    def until(self, when: float) -> None:
        while (due := self.session.deadline) is not None and due <= when and not self.session.ended:
            self.session.advance(due)
            self._collect(due)

    def app(self, message: dict[str, Any] | str, at: float) -> None:
        self.until(at)
        self.session.receive(at, message if isinstance(message, str) else json.dumps(message))
        self._collect(at)

    def says(self, text: str, at: float) -> None:
        self.until(at)
        self.session.speak(at, text)
        self._collect(at)

    def composes(self, on: bool, at: float) -> None:
        self.until(at)
        self.session.compose(at, on)
        self._collect(at)

    def presses(self, keys: str, at: float) -> None:
        self.until(at)
        self.session.press(at, keys)
        self._collect(at)

    def frames(self, since: float = 0.0, until: float = 60.0) -> list[str]:
        """The frames in a short form, without `setup`."""
        self.until(until)
        sent = [effect.message for at, effect in self.effects if isinstance(effect, Send) and at >= since]
        return [_short(message) for message in sent if message["type"] != "setup"]

    def times(self, frame: str) -> list[float]:
        return [at for at, effect in self.effects if isinstance(effect, Send) and _short(effect.message) == frame]

    def warnings(self) -> list[str]:
        return [effect.text for _, effect in self.effects if isinstance(effect, Warned)]

    def problems(self) -> list[Problem]:
        return [effect for _, effect in self.effects if isinstance(effect, Problem)]

    def heard(self) -> str:
        return "".join(effect.text for _, effect in self.effects if isinstance(effect, Heard))

    def closes(self) -> list[tuple[float, Close]]:
        return [(round(at, 3), effect) for at, effect in self.effects if isinstance(effect, Close)]

    def _collect(self, at: float) -> None:
        self.effects += [(round(at, 3), effect) for effect in self.session.take()]


def _short(message: Any) -> str:
    match message["type"]:
        case "info":
            short = f"{message['name']} {message['value']}"
        case "prompt":
            short = f"{'prompt' if message['last'] else 'partial'} {message['voicePrompt']}"
        case "interrupt":
            short = f"interrupt {message['utteranceUntilInterrupt']} {message['durationUntilInterruptMs']}"
        case kind:
            short = f"{kind} {message.get('digit', message.get('description', ''))}"
    return short


def test_a_greeting_is_played_by_twilio() -> None:
    line = Line(f'{EVENTS} welcomeGreeting="Hello there."')
    assert line.frames() == ["agentSpeaking on", "tokensPlayed Hello there.", "agentSpeaking off"]
    assert line.times("agentSpeaking on") == [0.3]
    assert line.heard() == "Hello there."


def test_a_reply_is_reported_chunk_by_chunk() -> None:
    line = Line()
    line.app(REPLY, 1.0)
    assert line.frames() == [
        "agentSpeaking on",
        "tokensPlayed One two three.",
        "tokensPlayed  Four five six.",
        "agentSpeaking off",
    ]
    assert line.times("tokensPlayed  Four five six.") == line.times("agentSpeaking off")


@pytest.mark.parametrize(
    ("events", "kinds"),
    [
        ("", []),
        ('events="speaker-events"', ["agentSpeaking"]),
        ('events="tokens-played"', ["tokensPlayed"]),
        ('debug="speaker-events tokens-played"', ["agentSpeaking", "tokensPlayed"]),
    ],
)
def test_events_are_sent_only_where_subscribed(events: str, kinds: list[str]) -> None:
    line = Line(events)
    line.app(REPLY, 0.0)
    assert sorted({frame.split()[0] for frame in line.frames()}) == kinds
    assert line.heard() == REPLY["token"]


def test_the_caller_is_told_of_as_voice_then_prompt() -> None:
    line = Line()
    line.says("Hello there", 1.0)
    assert line.frames() == ["clientSpeaking on", "clientSpeaking off", "prompt Hello there"]
    assert line.times("prompt Hello there") == [2.6]


def test_partial_prompts_hold_the_utterance_so_far() -> None:
    line = Line(f'{EVENTS} partialPrompts="true"')
    line.says("Hello there", 1.0)
    assert line.frames()[1:] == ["partial Hello", "partial Hello there", "clientSpeaking off", "prompt Hello there"]


def test_speech_that_breaks_in_comes_in_the_order_of_recorded_calls() -> None:
    line = Line(f'{EVENTS} partialPrompts="true"')
    line.app(REPLY, 0.0)
    line.says("Stop it now", 2.35)
    assert line.frames(since=2.0) == [
        "clientSpeaking on",
        "tokensPlayed Four five",
        "interrupt Four five 650",
        "partial Stop",
        "agentSpeaking off",
        "partial Stop it now",
        "clientSpeaking off",
        "prompt Stop it now",
    ]
    assert line.times("clientSpeaking on") == line.times("agentSpeaking off") == [2.35]
    assert line.heard() == "One two three. Four five"


def test_a_key_that_breaks_in_comes_before_the_interruption() -> None:
    line = Line()
    line.app(REPLY, 0.0)
    line.presses("5", 2.35)
    assert line.frames(since=2.0) == [
        "dtmf 5",
        "tokensPlayed Four five",
        "interrupt Four five 650",
        "agentSpeaking off",
    ]


def test_speech_stops_a_voice_that_waits_for_a_clause() -> None:
    line = Line()
    line.app({"type": "text", "token": "One two three. Four"}, 0.0)
    line.app({"type": "text", "token": " five"}, 1.6)
    line.says("Stop", 1.8)
    assert line.frames(since=1.75) == [
        "clientSpeaking on",
        "interrupt  0",
        "agentSpeaking off",
        "clientSpeaking off",
        "prompt Stop",
    ]
    assert line.heard() == "One two three."


def test_a_caller_says_one_thing_after_another() -> None:
    line = Line()
    line.says("Hello", 0.0)
    line.says("It is me", 0.1)
    assert line.frames() == [
        "clientSpeaking on",
        "clientSpeaking off",
        "prompt Hello",
        "clientSpeaking on",
        "clientSpeaking off",
        "prompt It is me",
    ]


def test_the_greeting_has_its_own_setting() -> None:
    line = Line(f'{EVENTS} welcomeGreeting="Hello there." welcomeGreetingInterruptible="none"')
    line.says("Hi", 0.5)
    assert not [frame for frame in line.frames() if frame.startswith("interrupt")]
    assert line.heard() == "Hello there."


def _speech(line: Line) -> None:
    line.says("Stop", 1.0)


def _key(line: Line) -> None:
    line.presses("5", 1.0)


@pytest.mark.parametrize(
    ("stops", "reported", "hides", "expected"),
    [
        # of speech, then of a key: whether it stops the agent, whether it is reported to the application
        ("any", "any", True, (True, True, True, True)),
        ("any", "none", True, (True, False, True, False)),
        ("any", "none", False, (True, True, True, True)),
        ("none", "none", True, (False, False, False, False)),
        ("none", "any", True, (False, True, False, True)),
        ("none", "speech", True, (False, True, False, False)),
        ("speech", "dtmf", True, (True, False, False, True)),
        ("dtmf", "speech", True, (False, True, True, False)),
    ],
)
def test_input_while_the_agent_speaks(stops: str, reported: str, hides: bool, expected: tuple[bool, ...]) -> None:
    settings = f'interruptible="{stops}" reportInputDuringAgentSpeech="{reported}" dtmfDetection="true"'
    long = {"type": "text", "token": "one two three four five six seven eight nine ten.", "last": True}
    found: list[bool] = []
    for act in (_speech, _key):
        line = Line(settings, quirks=Quirks(none_hides_interruption=hides))
        line.app(long, 0.0)
        act(line)
        frames = line.frames()
        told = "prompt Stop" in frames or "dtmf 5" in frames
        found += [any(frame.startswith("interrupt") for frame in frames), told]
        assert bool(line.warnings()) is not told
    assert tuple(found) == expected


def test_words_that_outlast_the_agent_are_reported() -> None:
    line = Line('interruptible="none" reportInputDuringAgentSpeech="none" partialPrompts="true"')
    line.app({"type": "text", "token": "One two three.", "last": True}, 0.0)
    line.says("Hello there, my friend", 0.8)
    whole = "Hello there, my friend"
    assert line.frames() == ["partial Hello there,", "partial Hello there, my", f"partial {whole}", f"prompt {whole}"]
    assert line.times("partial Hello there,") == [1.8]


@pytest.mark.parametrize(("attribute", "flag", "stopped"), [("any", False, False), ("none", True, True)])
def test_a_text_may_say_for_itself_whether_it_can_be_interrupted(attribute: str, flag: bool, stopped: bool) -> None:
    line = Line(f'{EVENTS} interruptible="{attribute}"')
    line.app(REPLY | {"interruptible": flag}, 0.0)
    line.says("Stop", 1.0)
    assert any(frame.startswith("interrupt") for frame in line.frames()) is stopped


def test_what_is_sent_after_the_purge_is_played() -> None:
    line = Line()
    line.app(REPLY, 0.0)
    line.presses("5", 1.0)
    line.app({"type": "text", "token": "Late.", "last": True}, 1.0)
    line.until(60.0)
    assert line.heard() == "One twoLate."


def test_noise_interrupts_and_says_nothing() -> None:
    line = Line(f'{EVENTS} partialPrompts="true"')
    line.app(REPLY, 0.0)
    line.says("", 1.0)
    assert [frame.split()[0] for frame in line.frames(since=1.0)] == [
        "clientSpeaking",
        "tokensPlayed",
        "interrupt",
        "agentSpeaking",
        "clientSpeaking",
    ]


@pytest.mark.parametrize("ignored", [True, False])
def test_a_backchannel_is_heard_unless_it_is_to_be_ignored(ignored: bool) -> None:
    line = Line(f'{EVENTS} ignoreBackchannel="{str(ignored).lower()}"')
    line.app(REPLY, 0.0)
    line.says("Uh-huh.", 1.0)
    kinds = {frame.split()[0] for frame in line.frames()}
    assert ({"interrupt", "prompt"} <= kinds) is not ignored


def test_keys_need_detection() -> None:
    line = Line('interruptible="any"')
    line.app(REPLY, 0.0)
    line.presses("5", 1.0)
    assert line.frames() == []
    assert line.warnings() == ["the application was not told of key 5: dtmfDetection is off"]


def test_keys_come_one_after_another() -> None:
    line = Line()
    line.presses("12#", 1.0)
    assert line.frames() == ["dtmf 1", "dtmf 2", "dtmf #"]
    assert line.times("dtmf #") == [1.8]


def test_tones_are_reported_when_they_are_out_and_nothing_stops_them() -> None:
    line = Line()
    line.app({"type": "sendDigits", "digits": "1234"}, 0.0)
    line.says("Hello", 1.0)
    assert "tokensPlayed 1234" in line.frames()
    assert not [frame for frame in line.frames() if "interrupt" in frame or "agentSpeaking" in frame]


def test_a_recording_is_interrupted_without_words() -> None:
    line = Line()
    line.app({"type": "play", "source": "https://cdn.example/a.mp3", "loop": 0}, 0.0)
    line.says("Stop", 1.3)
    assert [frame for frame in line.frames() if "client" not in frame] == ["interrupt  1000", "prompt Stop"]


def test_a_changed_language_holds_for_prompts_and_texts() -> None:
    line = Line()
    line.app({"type": "text", "token": "Hola.", "lang": "es-ES"}, 0.0)
    line.app({"type": "language", "transcriptionLanguage": "es-ES"}, 0.0)
    line.app({"type": "text", "token": "Hola.", "lang": "es-ES"}, 0.0)
    line.says("Buenos", 5.0)
    line.until(60.0)
    prompts = [effect.message for _, effect in line.effects if isinstance(effect, Send)]
    assert prompts[-1] == {"type": "prompt", "voicePrompt": "Buenos", "lang": "es-ES", "last": True}
    assert len(line.problems()) == 1


def test_a_bad_frame_is_answered_with_an_error_and_dropped() -> None:
    line = Line()
    line.app('{"type":"txt"}', 0.0)
    assert line.frames() == ['error Invalid message received, code: 64107, {"type":"txt"}']
    assert line.problems() == [Problem(64107, 'unknown type \'txt\': {"type":"txt"}')]
    assert line.session.ended is None


def test_a_binary_frame_is_a_bad_one() -> None:
    line = Line()
    line.session.receive(0.0, b"\x00")
    line._collect(0.0)
    assert line.problems() == [Problem(64107, "a binary frame: b'\\x00'")]


@pytest.mark.parametrize("in_a_row", [9, 10])
def test_ten_bad_frames_in_a_row_end_the_session(in_a_row: int) -> None:
    line = Line()
    for _ in range(9):
        line.app("nonsense", 0.0)
    if in_a_row == 9:
        line.app(REPLY, 0.0)
    line.app("nonsense", 0.0)
    assert sum(frame.startswith("error") for frame in line.frames()) == 10
    closed = [close for _, close in line.closes()]
    assert closed == ([Close(1007, "Too many consecutive malformed messages.")] if in_a_row == 10 else [])


def test_ten_bad_frames_count_as_a_lost_socket() -> None:
    line = Line()
    for _ in range(10):
        line.app("nonsense", 2.8)
    assert line.session.ended == Ended("failed", 1007, 3, None, Problem(64105, "Websocket ended"))


def test_end_plays_out_what_waits_and_then_closes() -> None:
    line = Line()
    line.app({"type": "text", "token": "One two three. Bye"}, 0.0)
    line.app({"type": "end", "handoffData": "{}"}, 0.0)
    line.until(60.0)
    assert line.heard() == "One two three. Bye"
    assert line.closes() == [(2.09, Close(1000, "Closing websocket session"))]
    assert line.session.ended == Ended("ended", 1000, 2, "{}")


def test_end_with_nothing_to_play_closes_at_once() -> None:
    line = Line()
    line.app({"type": "end"}, 5.0)
    line.until(60.0)
    assert line.closes() == [(5.09, Close(1000, "Closing websocket session"))]
    assert line.session.ended == Ended("ended", 1000, 5, None)


def test_a_caller_who_breaks_in_on_the_goodbye_ends_it_sooner() -> None:
    line = Line()
    line.app(REPLY, 0.0)
    line.app({"type": "end"}, 0.0)
    line.says("Wait", 1.0)
    line.until(60.0)
    assert line.closes()[0][0] == 1.09


@pytest.mark.parametrize("after", [{"type": "end"}, {"type": "text", "token": "more"}])
def test_whatever_follows_end_is_a_mistake(after: dict[str, str]) -> None:
    line = Line()
    line.app(REPLY, 0.0)
    line.app({"type": "end", "handoffData": "first"}, 0.0)
    line.app(after, 0.1)
    line.until(60.0)
    assert [problem.text.partition(":")[0] for problem in line.problems()] == ["sent after `end`"]
    assert line.heard() == REPLY["token"]
    assert line.session.ended and line.session.ended.handoff == "first"


def test_hanging_up_cuts_the_agent_off() -> None:
    line = Line()
    line.app(REPLY, 0.0)
    line.session.hang_up(1.0)
    line._collect(1.0)
    assert line.session.ended == Ended("completed", 1000, 1)
    assert line.heard() == "One two"
    assert not [frame for frame in line.frames() if "tokensPlayed" in frame]


def test_a_lost_socket_ends_the_session_once() -> None:
    line = Line()
    line.session.lose(7.0, 1001)
    line.session.hang_up(8.0)
    line._collect(8.0)
    assert line.session.ended == Ended("failed", 1001, 7, None, Problem(64105, "Websocket ended"))
    assert len(line.closes()) == 1


def test_settings_that_twilio_refuses_end_the_session_after_an_error() -> None:
    line = Line('ttsProvider="Polly"')
    assert line.frames() == ["error Invalid values (Polly) for ttsProvider"]
    assert line.session.ended and line.session.ended.error == Problem(64101, "Invalid values (Polly) for ttsProvider")


def test_quiet_is_when_neither_side_has_anything_left_to_say() -> None:
    line = Line()
    quiet = [line.session.quiet]
    line.app({"type": "text", "token": "One."}, 0.0)
    line.until(30.0)
    quiet.append(line.session.quiet)
    line.app({"type": "text", "token": "", "last": True}, 30.0)
    quiet.append(line.session.quiet)
    line.says("Hello", 31.0)
    quiet.append(line.session.quiet)
    line.until(60.0)
    quiet.append(line.session.quiet)
    assert quiet == [True, False, True, False, True]


class TestQuirks:
    """What Twilio does in some calls only."""

    def test_one_utterance_may_come_as_several_prompts(self) -> None:
        line = Line(quirks=Quirks(finals=2))
        line.says("one two three four", 0.0)
        prompts = [frame for frame in line.frames() if frame.startswith("prompt")]
        assert prompts == ["prompt one two", "prompt three four"]

    def test_an_interruption_may_be_told_late(self) -> None:
        line = Line(quirks=Quirks(late_interrupt=0.2))
        line.app(REPLY, 0.0)
        line.says("Stop", 1.0)
        line.until(60.0)
        assert line.times("interrupt One two 700") == [1.2]
        assert line.times("agentSpeaking off") == [1.0]

    def test_the_greetings_voice_may_go_untold(self) -> None:
        line = Line(f'{EVENTS} welcomeGreeting="Hello."', quirks=Quirks(silent_greeting=True))
        line.app(REPLY, 10.0)
        assert [frame for frame in line.frames() if "agentSpeaking" in frame] == [
            "agentSpeaking off",
            "agentSpeaking on",
            "agentSpeaking off",
        ]


def test_forming_words_is_no_silence_and_no_interruption() -> None:
    line = Line()
    line.app(REPLY, 1.0)
    line.composes(True, 2.0)
    assert line.frames(2.0, 2.0) == ["clientSpeaking on"]
    line.composes(True, 2.1)
    line.composes(False, 6.0)
    assert [frame for frame in line.frames(2.0) if frame.startswith(("client", "interrupt"))] == [
        "clientSpeaking on",
        "clientSpeaking off",
    ]


def test_words_that_were_formed_are_spoken_once() -> None:
    line = Line()
    line.composes(True, 1.0)
    line.says("Hello there", 4.0)
    line.composes(False, 4.0)
    assert line.frames() == ["clientSpeaking on", "clientSpeaking off", "prompt Hello there"]


def test_the_space_between_two_chunks_of_a_cycle_is_heard() -> None:
    transcript = Transcript()
    for chunk in ("At ", "ten."):
        transcript.played(Heard(chunk, cycle=1))
    transcript.played(Heard("Bye!", cycle=2))
    assert transcript.heard == "At ten. Bye!"
