"""What the page shows of a tape: the conversation, the history, the timeline, the waits and the cost."""

import json
from typing import Any

import pytest

from functions.relay import Agent, Voice
from functions.relay.log.events import (
    AgentSaid,
    Announced,
    AnswerEnded,
    Closed,
    Event,
    KeyPressed,
    SessionJoined,
    SessionOpened,
    ToolCalled,
    ToolReturned,
)
from functions.relay.log.keys import call_log, session_log
from functions.relay.wire.messages import Dtmf, Info, Interrupt, Prompt, Text, write
from functions.relay.wire.model import AgentMessage, CallerMessage, Request, Usage
from local.page.observations import (
    CallEnded,
    ClauseBegun,
    EntryAppended,
    FramePassed,
    MessagePosted,
    ModelAsked,
    ModelEnded,
    ModelSpoke,
    Observation,
    TableRequested,
    WordBegun,
)
from local.page.view import Setting, changes, view
from tests.page.tapes import CALL, CONNECTION, kept, opening, taped
from tests.relay.scenes import START

LIVE = Setting({"rosa": Agent("Answer.", "Hello!", {"en-US": Voice("Google", "en-US-Journey-O")})})


def on(at: float) -> EntryAppended:
    return kept(at, Info("agentSpeaking", "on"))


def off(at: float) -> EntryAppended:
    return kept(at, Info("agentSpeaking", "off"))


def played(at: float, text: str) -> EntryAppended:
    return kept(at, Info("tokensPlayed", text))


GREETED = [*opening(), on(300), played(600, "Hello!"), off(610)]
ASKED = [*GREETED, kept(1000, Prompt("When?"))]
ANSWERED = [
    *ASKED,
    kept(1400, AgentSaid("On Friday, at eight."), 100, frame=1000),
    kept(1401, AnswerEnded("complete", 250, 200, Usage(10, 5)), 199, frame=1000),
]
CUT = [
    *ASKED,
    on(1500),
    played(1800, "On Friday,"),
    played(2000, " at"),
    kept(2001, Interrupt("at", 1500)),
    off(2002),
    kept(2100, AgentSaid("On Friday, at eight."), 100, frame=1000),
    kept(2101, AnswerEnded("superseded", 250, 200, Usage(10, 5)), 199, frame=1000),
]


LONG = "On Friday, at eight. Goodbye."


def spoken(observations: list[Observation]) -> list[str]:
    return [f"{line['who']}: {line['text']}" for line in view(taped(observations), LIVE)["lines"]]


def lane(
    observations: list[Observation], name: str, setting: Setting = LIVE
) -> list[tuple[str, float, float | None, str]]:
    shapes = view(taped(observations), setting)["shapes"].values()
    return [(one["kind"], one["at"], one["to"], one["label"]) for one in shapes if one["lane"] == name]


class TestTheConversation:
    def test_the_conversation_is_empty_before_a_call(self) -> None:
        assert view((), LIVE)["call"] is None
        assert view((), LIVE)["lines"] == []

    def test_the_conversation_is_told_as_it_was_heard(self) -> None:
        observations = [*ANSWERED, on(1500), played(1900, "On Friday,"), played(2200, " at eight.")]
        assert spoken(observations) == ["agent: Hello!", "caller: When?", "agent: On Friday, at eight."]

    def test_grows_with_each_word_before_its_clause_is_reported(self) -> None:
        words = [
            WordBegun(START + 300, CALL, "Hello!"),
            WordBegun(START + 1500, CALL, "On"),
            WordBegun(START + 1600, CALL, " Fri"),
        ]
        assert spoken([*ASKED, *words]) == ["agent: Hello!", "caller: When?", "agent: On Fri"]

    def test_does_not_run_ahead_of_the_first_word(self) -> None:
        assert spoken([*opening(reports=False), kept(1000, Prompt("When?"))]) == ["caller: When?"]

    def test_an_unreporting_line_shows_what_it_was_sent(self) -> None:
        observations = [*opening(reports=False), kept(1000, Prompt("When?"))]
        assert [line["text"] for line in view(taped(observations), Setting(live=False))["lines"]] == [
            "Hello!",
            "When?",
        ]

    def test_says_which_line_is_being_spoken(self) -> None:
        observations = [*ASKED, on(1500), WordBegun(START + 300, CALL, "Hello!"), WordBegun(START + 1500, CALL, "On")]
        assert [line.get("speaking") for line in view(taped(observations), LIVE)["lines"]] == [False, None, True]

    def test_keeps_apart_what_was_dropped_where_the_caller_cut_in(self) -> None:
        line = view(taped(CUT), LIVE)["lines"][-1]
        assert line == {"who": "agent", "text": "On Friday, at", "rest": "eight.", "cut": True, "speaking": False}

    def test_ends_at_the_word_that_was_cut_before_its_clause_is_reported(self) -> None:
        observations = [
            one
            for one in CUT
            if not (isinstance(one, EntryAppended) and one.entry.event == Info("tokensPlayed", " at"))
        ]
        line = view(taped(observations), LIVE)["lines"][-1]
        assert (line["text"], line["rest"]) == ("On Friday, at", "eight.")

    def test_drops_the_middle_where_words_left_just_as_the_caller_cut_in(self) -> None:
        line = view(taped([*CUT, on(2200), played(2400, " eight.")]), LIVE)["lines"][-1]
        assert (line["text"], line["rest"]) == ("On Friday, at eight.", "")
        late = [*CUT[:-2], on(2200), played(2400, "Goodbye."), kept(2500, AgentSaid(LONG), 100, frame=1000), CUT[-1]]
        line = view(taped(late), LIVE)["lines"][-1]
        assert (line["text"], line["rest"]) == ("On Friday, at Goodbye.", "eight.")

    @pytest.mark.parametrize("event", [Dtmf("5"), KeyPressed("5")])
    def test_shows_a_key_where_it_was_pressed(self, event: Event) -> None:
        assert spoken([*GREETED, kept(900, event), kept(1000, Prompt("When?"))])[1:] == ["keys: 5", "caller: When?"]

    def test_goes_on_in_the_session_that_takes_the_call_up(self) -> None:
        lost = [*CUT, kept(3000, Closed(1006)), *opening("Where were we?", "two", 4000)]
        assert spoken(lost)[:3] == ["agent: Hello!", "caller: When?", "agent: On Friday, at"]
        assert [round(at) for at in view(taped(lost), LIVE)["call"]["sessions"]] == [10, 4010]

    def test_goes_on_when_another_agent_is_announced_for_the_call(self) -> None:
        passed = kept(2000, Announced("other", "+15550142", "+15550100"), log=call_log(CALL))
        assert spoken([*ANSWERED, passed])[0] == "agent: Hello!"

    def test_the_conversation_is_of_the_newest_call_only(self) -> None:
        other = [kept(1, AgentSaid("no"), log="session/other"), WordBegun(START + 1500, "CA2", "no"), *GREETED]
        assert spoken([*opening("No.", "old"), *other]) == ["agent: Hello!"]

    def test_holds_no_words_of_another_call(self) -> None:
        joined = kept(30, SessionJoined("other"), log=call_log("CA2"))
        said = kept(31, SessionOpened("rosa", "CA2", "+15550143", "+15550100", "No."), log=session_log("other"))
        assert spoken([*opening(reports=False), kept(1000, Prompt("When?")), joined, said]) == ["caller: When?"]
        assert len(view(taped([*GREETED, joined, said]), LIVE)["call"]["sessions"]) == 1


class TestTheNextRequest:
    def rows(self, observations: list[Observation]) -> list[dict[str, Any]]:
        return list(view(taped(observations), LIVE)["history"]["rows"])

    def test_the_next_request_is_what_the_model_will_get(self) -> None:
        assert [row["text"] for row in self.rows(ANSWERED)] == [
            "(The call begins.)", "Hello!", "When?", "On Friday, at eight.",
        ]  # fmt: skip
        assert view(taped(ANSWERED), LIVE)["history"]["prompt"] == "Answer."

    def test_holds_what_was_heard_and_beside_it_what_was_not(self) -> None:
        assert self.rows(CUT)[-1] == {"who": "agent", "text": "On Friday, at", "asks": [], "unheard": "eight."}

    def test_shows_an_answer_of_which_nothing_was_heard_at_the_question(self) -> None:
        observations = [
            *ASKED,
            kept(1400, Interrupt("")),
            kept(1500, AgentSaid("On Friday."), 100, frame=1000),
            kept(1501, AnswerEnded("superseded"), 199, frame=1000),
        ]
        assert self.rows(observations)[-1] == {"who": "caller", "text": "When?", "unheard": "On Friday."}

    def test_names_the_tools_that_were_asked_and_what_they_answered(self) -> None:
        observations = [
            *ASKED,
            kept(1100, ToolCalled("t1", "find", '{"reference": "K4T9"}'), 101, frame=1000),
            kept(1200, ToolReturned("t1", "Not there.", failed=True), 102, frame=1000),
        ]
        agent, tools = self.rows(observations)[-2:]
        assert agent["asks"] == ['find({"reference": "K4T9"})']
        assert tools["answers"] == [{"text": "Not there.", "failed": True}]


class TestTheTimeline:
    def test_the_timeline_has_a_span_for_each_time_the_agent_speaks(self) -> None:
        assert lane(CUT, "agent") == [("voice", 300, 610, "Hello!"), ("cut", 1500, 2002, "On Friday, at")]

    def test_lets_a_voice_that_still_speaks_reach_to_the_last_moment(self) -> None:
        assert lane([*ASKED, on(1500), played(1800, "On")], "agent")[-1] == ("voice", 1500, 1800, "On")

    def test_cuts_a_voice_off_where_the_socket_ends(self) -> None:
        observations = [*ASKED, on(1500), kept(1700, Closed(1006)), *opening("Where were we?", "two", 4000)]
        assert lane(observations, "agent")[-1] == ("cut", 1500, 1700, "")

    def test_marks_what_the_caller_does(self) -> None:
        assert [(kind, label) for kind, _, _, label in lane(CUT, "caller")] == [
            ("setup", "the call begins"), ("said", "When?"), ("interrupt", "interrupts after “at”"),
        ]  # fmt: skip

    def test_the_timeline_has_a_span_from_a_tools_call_to_its_result(self) -> None:
        observations = [*ASKED, kept(1100, ToolCalled("t1", "find", "{}"), 101, frame=1000)]
        assert lane(observations, "tools") == [("tool", 1100, None, "find({})")]
        observations.append(kept(1300, ToolReturned("t1", "No.", failed=True), 102, frame=1000))
        assert lane(observations, "tools") == [("trouble", 1100, 1300, "find({}) → No.")]

    @pytest.mark.parametrize(
        ("how", "kind", "label"),
        [
            ("end", "model", "first piece after 150 ms"),
            ("tools", "model", "first piece after 150 ms, calls a tool"),
            ("throttled", "trouble", "first piece after 150 ms, throttled"),
        ],
    )
    def test_the_timeline_has_a_span_for_each_request_to_the_model(self, how: str, kind: str, label: str) -> None:
        request = Request("Answer.", (CallerMessage("Hello. When?"),))
        observations = [
            *ASKED,
            ModelAsked(START + 1050, 7, request),
            ModelSpoke(START + 1200, 7),
            ModelEnded(START + 1400, 7, how, Usage(3, 4)),
        ]
        assert lane(observations, "model") == [(kind, 1050, 1400, label)]

    def test_leaves_out_what_the_model_was_asked_on_another_call(self) -> None:
        request = Request("Answer.", (CallerMessage("When?"), AgentMessage("Now."), CallerMessage("What?")))
        assert lane([*ASKED, ModelAsked(START + 1050, 7, request)], "model") == []

    def test_shows_the_tables_time_and_its_trouble(self) -> None:
        log = f"session/{CONNECTION}"
        observations = [
            *ASKED,
            TableRequested(START + 1010, 8, log, "read 5"),
            TableRequested(START + 1500, 400, log, "look", "DynamoDB: x"),
        ]
        assert [one for one in lane(observations, "table") if one[0] != "entry"] == [
            ("table", 1002, 1010, "read 5, 8 ms"),
            ("trouble", 1100, 1500, "look, 400 ms: DynamoDB: x"),
        ]

    def test_shows_each_post_and_what_became_of_it(self) -> None:
        gone = MessagePosted(START + 1300, 20, CONNECTION, write(Text("No.")), "gone")
        observations = [*ASKED, MessagePosted(START + 1200, 20, CONNECTION, write(Text("Yes.")), "delivered"), gone]
        assert lane(observations, "posts") == [("post", 1180, 1200, "Yes."), ("trouble", 1280, 1300, "No. (gone)")]

    def test_tells_of_a_call_that_was_not_watched_what_its_log_knows(self) -> None:
        past = Setting(live=False)
        assert lane(ANSWERED, "posts", past) == [("post", 1400, None, "On Friday, at eight.")]
        assert lane(ANSWERED, "model", past) == [("model", 1000, 1200, "first piece after 200 ms")]


def test_frames_stand_as_they_were_on_the_wire() -> None:
    frames = [
        FramePassed(START + 1000, "in", CONNECTION, '{"type":"prompt","voicePrompt":"When?"}'),
        FramePassed(START + 1200, "out", CONNECTION, write(Text("On", last=True))),
        FramePassed(START + 1300, "gateway-error", CONNECTION, '{"message":"Internal server error"}'),
        FramePassed(START + 1300, "in", "another", '{"type":"prompt"}'),
    ]
    shown = list(view(taped([*ASKED, *frames]), LIVE)["frames"].values())
    assert [(one["lane"], one["kind"], one["at"], one["label"]) for one in shown] == [
        ("in", "prompt", 1000, "When?"),
        ("out", "text", 1200, "On"),
        ("gateway-error", "message", 1300, "Internal server error"),
    ]
    assert shown[1]["json"] == {"type": "text", "token": "On", "last": True}


def test_frames_of_an_unwatched_call_come_from_its_log() -> None:
    shown = list(view(taped(ANSWERED), Setting(live=False))["frames"].values())
    assert [(one["lane"], one["label"]) for one in shown][-2:] == [("in", "When?"), ("out", "On Friday, at eight.")]


def test_a_request_of_any_kind_is_sent_to_the_page_as_json() -> None:
    paid = Request("Answer.", (CallerMessage("When?"),), slices=range(2, 5))
    assert "When?" in json.dumps(view(taped([*ASKED, ModelAsked(START + 1020, 1, paid)]), LIVE))


class TestTheWaits:
    def test_a_watched_turn_has_four_waits(self) -> None:
        observations = [
            *ASKED,
            MessagePosted(START + 1010, 5, CONNECTION, write(Text("an older answer's")), "delivered"),
            ModelAsked(START + 1020, 1, Request("Answer.", (CallerMessage("When?"),))),
            ModelSpoke(START + 1220, 1),
            MessagePosted(START + 1300, 5, CONNECTION, write(Text("On")), "delivered"),
            on(1600),
        ]
        (wait,) = view(taped(observations), LIVE)["waits"]
        assert [(one["name"], one["from"], one["to"]) for one in wait["stages"]] == [
            ("table", 0, 20), ("model", 20, 220), ("words", 220, 300), ("voice", 300, 600),
        ]  # fmt: skip
        assert (wait["caller"], wait["total"]) == ("When?", 600)

    def test_the_waits_end_where_nothing_has_come_yet(self) -> None:
        observations = [*ASKED, ModelAsked(START + 1020, 1, Request("Answer.", (CallerMessage("When?"),)))]
        (wait,) = view(taped(observations), LIVE)["waits"]
        assert [one["name"] for one in wait["stages"]] == ["table"]
        assert view(taped(ASKED), LIVE)["waits"][0]["total"] is None

    def test_the_waits_of_an_unwatched_call_come_from_its_log(self) -> None:
        (wait,) = view(taped([*ANSWERED, on(1500)]), Setting(live=False))["waits"]
        assert [(one["name"], one["to"]) for one in wait["stages"]] == [
            ("model", 200),
            ("words", 250),
            ("voice", 500),
        ]


class TestACost:
    def test_counts_what_the_call_has_used(self) -> None:
        posted = MessagePosted(START + 60_000, 5, CONNECTION, write(Text("On")), "delivered")
        cost = view(taped([*ANSWERED, posted]), LIVE)["cost"]
        assert cost["usage"]["input"] == 10
        assert cost["usage"]["output"] == 5
        assert cost["minutes"] == pytest.approx(1.0)
        assert cost["twilio"] == pytest.approx(0.0785)
        assert cost["total"] == pytest.approx(cost["twilio"] + cost["model"] + cost["aws"])


class TestAMoment:
    def test_shows_the_call_as_it_was_after_so_many_entries(self) -> None:
        tape = taped(CUT)
        steps = view(tape, LIVE)["steps"]
        before = next(number for number, (_, name) in enumerate(steps) if name == "Prompt")
        then = view(tape, LIVE, before)
        assert [line["text"] for line in then["lines"]] == ["Hello!"]
        assert then["step"] == before
        assert then["steps"] == steps

    @pytest.mark.parametrize("step", [None, 0, -1, 999])
    def test_an_unknown_step_shows_the_newest_moment(self, step: int | None) -> None:
        assert view(taped(CUT), LIVE, step) == view(taped(CUT), LIVE)

    def test_every_entry_has_a_moment(self) -> None:
        tape = taped([*CUT, ClauseBegun(START + 2200, CALL, "On"), CallEnded(START + 2300, CALL, "completed")])
        for step in range(1, len(view(tape, LIVE)["steps"]) + 1):
            json.dumps(view(tape, LIVE, step))


class TestChanges:
    def test_changes_name_only_what_differs(self) -> None:
        assert changes({"lines": [1], "step": None}, {"lines": [1, 2], "step": None}) == {"lines": [1, 2]}

    def test_changes_tell_a_new_page_everything(self) -> None:
        assert changes({}, {"step": None, "shapes": {"a": 1}}) == {
            "step": None,
            "shapes": {"put": {"a": 1}, "gone": []},
        }

    def test_a_change_of_a_part_with_ids_names_the_items_that_differ(self) -> None:
        before, after = {"shapes": {"a": 1, "b": 2}}, {"shapes": {"b": 3, "c": 4}}
        assert changes(before, after) == {"shapes": {"put": {"b": 3, "c": 4}, "gone": ["a"]}}

    def test_no_change_is_reported_between_equal_pages(self) -> None:
        assert changes(view(taped(CUT), LIVE), view(taped(CUT), LIVE)) == {}
