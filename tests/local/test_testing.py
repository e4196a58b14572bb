"""The plugin for tests of agents: what its tests can say, and with which words they fail."""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from functions.relay import Agent, Caller, Digits, EndCall, HandOff, PassTo, Say, Silence, Speak, Voice, ask_digits
from local.models.steps import Text
from local.testing import AgentPhone, ExpectationError, Script, ToolCall
from local.testing.checks import Checks, Stretch
from local.testing.lines import Lines
from tests.endpoint import WAIT_S

pytestmark = pytest.mark.slow

VOICES = {"en-US": Voice("Google", "en-US-Neural2-A")}


def table_of(name: str, caller: Caller) -> str:
    """Look up a table."""
    return f"{name}, {caller.number}, {dict(caller.parameters).get('guests', 'no')} guests"


def put_through() -> HandOff:
    """Pass the caller on."""
    return HandOff("asked", to="+15550100")


def hang_up() -> EndCall:
    """End the call."""
    return EndCall(saying="Bye now!")


def check(pin: Digits) -> str:
    """Have the caller key in their PIN, and check it."""
    return "right" if pin == "1234" else "wrong"


AGENT = Agent("Be brief.", "Good evening!", VOICES, tools=[table_of, put_through, hang_up], voicemail="Call us back.")

# What a test can say


def test_an_answer_is_a_text_of_which_more_can_be_expected(phone: AgentPhone, model: Script) -> None:
    model.calls("table_of", name="Alma").and_calls("table_of", name="Iris")
    model.says("One table each.")
    model.says("You are welcome.")
    answer = phone.dial(AGENT).say("For Alma and Iris?")
    assert answer == "One table each."
    assert [tool.answer for tool in answer.tools] == ["Alma, +15550142, no guests", "Iris, +15550142, no guests"]
    thanks = answer.calls_tool("table_of", name="Iris").does_not_call("table_of", name="Ida").say("Thanks!")
    thanks.hears("welcome").does_not_hear("table").does_not_call("table_of").within(ms=4000)
    assert model.asked[-1][-1] == "user: Thanks!"


def test_the_whole_call_can_be_asked_too(phone: AgentPhone, model: Script) -> None:
    model.says("Hello.")
    model.calls("hang_up")
    call = phone.dial(AGENT, caller="+15550143").hears("good  EVENING")
    call.say("Hi.")
    call.say("Bye.").says_goodbye()
    assert call.hears("hello", "bye now!").calls_tool("hang_up").over
    assert call.transcript.splitlines() == [
        "   agent: Good evening!",
        "  caller: Hi.",
        "   agent: Hello.",
        "  caller: Bye.",
        "    tool: hang_up()",
        "   agent: Bye now!",
        "    call: over (completed)",
    ]


def test_agents_are_dialled_by_name_and_by_number(phone: AgentPhone, model: Script) -> None:
    phone.dial("front_desk").hears("Rosa's").hangs_up()
    phone.dial("+15550199").hears("Rosa's").hangs_up()
    with pytest.raises(ValueError, match=r"no agent 'nobody'; functions\.agents has front_desk"):
        phone.dial("nobody")


def test_a_failing_model_is_apologised_for(phone: AgentPhone, model: Script) -> None:
    model.fails()
    phone.dial(AGENT).say("Hello?").hears("sorry")


def test_the_caller_may_do_all_that_callers_do(phone: AgentPhone, model: Script) -> None:
    model.says("First this. " + "Then that. " * 20)
    model.says("Yes?")
    model.says("Still here.")
    call = phone.dial(AGENT)
    call.speak("Tell me.").interrupts("Wait!", after="Then that").hears("Yes?")
    call.stays_silent(seconds=5).hears_nothing()
    call.presses("42").hears_nothing()
    call.loses_connection().say("Are you there?").hears("Still here")
    assert "caller: [4] [2] Are you there?" in call.transcript


def test_silence_passes_on_the_calls_own_clock(phone: AgentPhone, model: Script) -> None:
    model.says("Glad to hear it.")
    call = phone.dial(replace(AGENT, silence=Silence(after=30, reprompts=["Hello?", "Anybody?"], goodbye="Bye.")))
    call.stays_silent(seconds=29).hears_nothing()
    call.stays_silent(seconds=32).hears("Hello? Anybody?")
    call.say("Yes, me.").hears("Glad")
    call.stays_silent(seconds=100).hears("Hello? Anybody? Bye.").says_goodbye()


def test_digits_that_do_not_come_are_waited_for_on_the_same_clock(phone: AgentPhone, model: Script) -> None:
    model.calls("check")
    model.says("No matter.")
    call = phone.dial(replace(AGENT, tools=[ask_digits(check, saying="Your PIN?", length=4, timeout=60)]))
    call.say("Hello.").hears("Your PIN?").presses("12").hears_nothing()
    call.stays_silent(seconds=130).hears("No matter.")


def test_keys_do_what_the_agent_says(phone: AgentPhone, model: Script) -> None:
    model.says("For how many?")
    agent = replace(
        AGENT,
        voices={**VOICES, "es-ES": Voice("Google", "es-ES-Neural2-A")},
        keys={
            "1": Say("We open at nine."),
            "2": "I want a table.",
            "3": Speak("es-ES"),
            "0": HandOff("0", "+15550100"),
        },
    )
    call = phone.dial(agent).speaks("en-US")
    call.presses("1").hears("at nine").presses("2").hears("how many?").presses("3").speaks("es-ES")
    call.presses("0").hands_off(to="+15550100")


def to_billing() -> PassTo:
    """Pass the caller to billing."""
    return PassTo("billing")


def test_keys_that_come_before_the_session_joins_are_no_wait(phone: AgentPhone, agent_lines: Lines) -> None:
    gateway = agent_lines.offline.dev_stack.gateway

    def until_the_keys_passed(event: Any) -> None:
        if '"setup"' in (event.get("body") or ""):
            gateway.wait(lambda: any('"dtmf"' in one.payload for one in gateway.record))

    gateway.faults.before_invoke = until_the_keys_passed
    began = time.monotonic()
    phone.dial(AGENT).presses("1").hears_nothing()
    gateway.faults.before_invoke = None
    assert time.monotonic() - began < WAIT_S


def test_an_agent_may_pass_the_caller_to_another(phone: AgentPhone, model: Script) -> None:
    model.calls("to_billing")
    model.says("It is paid.")
    billing = Agent("You are billing.", "Billing, hello!", VOICES)
    call = phone.dial(replace(AGENT, tools=[to_billing]), beside={"billing": billing})
    call.say("My invoice?").calls_tool("to_billing").passes_to("billing").hears("Billing, hello!")
    call.loses_connection().passes_to("billing").say("Well?").hears("paid")


def test_the_agent_may_call(phone: AgentPhone, model: Script) -> None:
    model.calls("table_of", name="Alma")
    model.says("Yours is for four.")
    call = phone.called_by(AGENT, parameters={"guests": "4"}, number="+12125550188").hears("Good evening")
    [found] = call.say("Yes?").hears("for four").tools
    assert found.answer == "Alma, +12125550188, 4 guests"


@pytest.mark.parametrize(("by", "left"), [("machine", True), ("fax", False)])
def test_a_machine_may_answer(phone: AgentPhone, model: Script, by: str, left: bool) -> None:
    call = phone.called_by(AGENT, answered_by=by).says_goodbye()  # type: ignore[arg-type]
    assert ("Call us back." in call.heard) is left


def test_nothing_goes_on_once_the_call_is_over(phone: AgentPhone) -> None:
    with pytest.raises(ExpectationError, match=r"The call did not go on: (.|\n)*agent: Good evening!"):
        phone.dial(AGENT).hangs_up().say("Hello?")


# Checks, and the words with which they fail


@dataclass(frozen=True, slots=True)
class Ending:
    """How a call has ended."""

    handed_to: str | None = None
    end_claim: bool = False
    language: str = "en-US"
    agents: tuple[str, ...] = ("desk",)
    transcript: str = "agent: …"


class Expected(Checks):
    """A stretch of an invented call."""

    def __init__(self, ending: Ending, *waits: float | None) -> None:
        tool = ToolCall("1", "find", {"name": "Alma", "guests": 4}, "Friday")
        self._part = Stretch("in answer to 'Hi.'", "On  Friday at eight.", (tool,), waits)
        self._ending = ending

    @property
    def _stretch(self) -> Stretch:
        return self._part

    @property
    def _held(self) -> Ending:
        return self._ending


GOES_ON, HANDED_OFF, PARTED = Ending(), Ending(handed_to="+15550100"), Ending(end_claim=True)
PASSED = Ending(agents=("desk", "billing"))

HOLDS: dict[str, Callable[[], Expected]] = {
    "words in any case and with any space": lambda: Expected(GOES_ON).hears("friday AT", "eight."),
    "other words": lambda: Expected(GOES_ON).does_not_hear("Sunday"),
    "a tool": lambda: Expected(GOES_ON).calls_tool("find"),
    "a tool with one of its arguments": lambda: Expected(GOES_ON).calls_tool("find", guests=4),
    "not with others": lambda: Expected(GOES_ON).does_not_call("find", guests=5).does_not_call("book"),
    "a hand-off": lambda: Expected(HANDED_OFF).hands_off().hands_off(to="+15550100"),
    "a goodbye": lambda: Expected(PARTED).says_goodbye(),
    "another agent": lambda: Expected(PASSED).passes_to("billing"),
    "a language": lambda: Expected(GOES_ON).speaks("en-US"),
    "no longer than": lambda: Expected(GOES_ON, 80.0, 100.0).within(ms=100),
}

WRONG: dict[str, Callable[[], Expected]] = {
    "The caller did not hear 'Sunday' in": lambda: Expected(GOES_ON).hears("Friday", "Sunday"),
    "The caller heard 'Friday' in": lambda: Expected(GOES_ON).does_not_hear("Friday"),
    "The caller heard 'On  Friday at eight.' in": lambda: Expected(GOES_ON).hears_nothing(),
    "The agent did not call book in": lambda: Expected(GOES_ON).calls_tool("book"),
    "The agent did not call find(guests=5) in": lambda: Expected(GOES_ON).calls_tool("find", guests=5),
    "The agent did not call find(day='Friday') in": lambda: Expected(GOES_ON).calls_tool("find", day="Friday"),
    "The agent called find in": lambda: Expected(GOES_ON).does_not_call("find"),
    "The caller was not put through in": lambda: Expected(PARTED).hands_off(),
    "The caller was not put through to +15550199 in": lambda: Expected(GOES_ON).hands_off(to="+15550199"),
    "The caller was put through to +15550100, not to +15550199, in": lambda: Expected(HANDED_OFF).hands_off(
        "+15550199"
    ),
    "The caller is with desk, not passed to desk, in": lambda: Expected(GOES_ON).passes_to("desk"),
    "The caller is with billing, not passed to desk, in": lambda: Expected(PASSED).passes_to("desk"),
    "The agent speaks en-US, not es-ES, in": lambda: Expected(GOES_ON).speaks("es-ES"),
    "The agent did not hang up in": lambda: Expected(HANDED_OFF).says_goodbye(),
    "The first words took 101 ms, not within 100 ms, in": lambda: Expected(GOES_ON, 80.0, 101.0).within(ms=100),
    "The first words never came, not within 100 ms, in": lambda: Expected(GOES_ON, 80.0, None).within(ms=100),
}


@pytest.mark.parametrize("what", HOLDS)
def test_what_holds_goes_on(what: str) -> None:
    assert isinstance(HOLDS[what](), Expected)


@pytest.mark.parametrize("words", WRONG)
def test_what_was_otherwise_is_told_with_the_call(words: str) -> None:
    with pytest.raises(ExpectationError) as raised:
        WRONG[words]()
    assert str(raised.value) == f"{words} answer to 'Hi.'.\nagent: …"


# The words of a failed run of pytest


Run = Callable[..., pytest.RunResult]

CONFTEST = """
import pytest

@pytest.fixture(scope="session")
def agent_lines(pytestconfig):
    [lines] = [one.lines for one in pytestconfig.pluginmanager.get_plugins() if hasattr(one, "lines")]
    return lines
"""


@dataclass(frozen=True)
class Running:
    """Passes the lines of this run to an inner one, which would need a second to start its own."""

    lines: Lines


@pytest.fixture
def started(agent_lines: Lines) -> Lines:
    """Before any pytester: it removes what is imported after it."""
    assert agent_lines.scripted and agent_lines.offline
    return agent_lines


@pytest.fixture
def run(started: Lines, pytester: pytest.Pytester) -> Run:
    """Run a file of tests on the lines that have started already."""
    pytester.makeconftest(CONFTEST)

    def inner(body: str, *arguments: str) -> pytest.RunResult:
        pytester.makepyfile(f"import pytest\n{body}")
        given = ("-p", "local.testing.plugin", "--disable-plugin-autoload", *arguments)
        return pytester.runpytest_inprocess(*given, plugins=[Running(started)])

    return inner


def test_a_request_beyond_the_script_fails_the_test(run: Run) -> None:
    result = run(
        """
def test_it(phone, model):
    model.says("Good evening.")
    call = phone.dial()
    call.say("Hello.")
    call.say("And now?")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*The model was asked more often than its script says:",
            "*user: Hello.",
            "*assistant: Good evening.",
            "*user: And now?",
            "*Add the answer: model.says*",
        ]
    )


def asked(script: Script, *said: str) -> list[str]:
    """Return what the model answers, when a turn is asked for with these words one after another."""
    hello = [("user", "Hi."), ("assistant", "Hello!")]
    bodies = [[*hello, ("user", words)] for words in said]
    messages = [[{"role": who, "content": [{"text": text}]} for who, text in body] for body in bodies]
    steps = [script.answer({"messages": each}) for each in messages]
    return ["".join(one.text for one in each if isinstance(one, Text)).strip() for each in steps]


DRAFTED = ("When do", "When do you open?", "when do you open")


def test_a_turn_that_is_drafted_again_gets_the_same_answer() -> None:
    script = Script()
    script.drafts = True
    script.says("At nine.")
    script.says("Friday.")
    assert asked(script, *DRAFTED) == ["At nine."] * 3
    assert asked(script, "And when do you open?") == ["Friday."]
    script.end()


def test_without_drafts_each_request_is_another() -> None:
    script = Script()
    for word in "abc":
        script.says(word)
    assert asked(script, *DRAFTED) == ["a", "b", "c"]


@pytest.mark.parametrize("speculates", [True, False])
def test_a_phone_knows_the_agents_that_draft(phone: AgentPhone, model: Script, speculates: bool) -> None:
    phone.dial(replace(AGENT, partial_prompts=True, speculates=speculates))
    assert model.drafts is speculates


def test_a_tool_that_the_agent_does_not_have_fails_the_test(run: Run) -> None:
    result = run(
        """
def test_it(phone, model):
    model.calls("find_bookin", reference="K4T9")
    model.says("Hm.")
    phone.dial().say("Hello.")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*model.calls('find_bookin'), but the agent's tools are find_booking, *"])


def test_what_twilio_would_report_fails_the_test_in_the_end(run: Run) -> None:
    result = run(
        """
from functions.relay import Agent, Voice

def test_it(phone):
    agent = Agent("Be brief.", "Hi!", {"en-US": Voice("Google", "en-US-Neural2-A")})
    object.__setattr__(agent, "relay", {"speechTimeout": 1})  # past the checks of Agent itself
    phone.dial(agent)
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*Twilio would report 64101: Invalid values (1) for speechTimeout"])


def test_answers_left_in_the_script_fail_the_test(run: Run) -> None:
    result = run(
        """
def test_it(phone, model):
    model.says("Good evening.")
    model.calls("find_booking", reference="K4T9").and_calls("say_goodbye")
    phone.dial().say("Hello.")
"""
    )
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["*Left over:", "*model.calls('find_booking', reference='K4T9'), calls('say_goodbye')"]
    )


def test_a_plain_assertion_that_fails_shows_the_call_as_well(run: Run) -> None:
    result = run(
        """
def test_it(phone, model):
    model.calls("find_booking", reference="K4T9")
    model.says("On Sunday.")
    assert "Friday" in phone.dial().say("When?")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*assert 'Friday' in 'On Sunday.'",
            "*the call*",
            "   agent: Rosa's, good evening!*",
            "  caller: When?",
            "    tool: find_booking(reference='K4T9') answered 'A table for 4, Friday at eight*",
            "   agent: On Sunday.",
        ]
    )


def test_a_failed_expectation_is_shown_at_the_tests_own_line(run: Run) -> None:
    result = run(
        """
def test_it(phone, model):
    model.says("On Sunday.")
    model.says("Never asked for.")
    phone.dial().say("When?").hears("Friday")
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*The caller did not hear 'Friday' in answer to 'When?'.", "*   agent: On Sunday."])
    for unwanted in ("*checks.py*", "*Left over*", "*- the call -*"):
        result.stdout.no_fnmatch_line(unwanted)


LIVE = """
@pytest.mark.live
def test_live(phone):
    phone.dial()

@pytest.mark.live
def test_confused(phone, model):
    phone.dial()

def test_offline(phone):
    assert "Friday" in phone.dial().say("What about booking K4T9?")
"""


def test_a_live_test_runs_only_if_it_is_asked_for(run: Run) -> None:
    result = run(LIVE)
    result.assert_outcomes(passed=1, deselected=2)


def test_a_live_test_without_a_key_is_skipped_and_says_so(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "MODEL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", "none")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "none")
    result = run(LIVE, "-m", "live", "-rs")
    result.assert_outcomes(skipped=1, errors=1, deselected=1)
    result.stdout.fnmatch_lines(["*A live test uses the real model: it cannot take `model`*", "*ANTHROPIC_API_KEY*"])


@pytest.fixture
def real(started: Lines, monkeypatch: pytest.MonkeyPatch) -> Script:
    """A real line, as far as this machine can be one: the SDK's own endpoint leads to the double."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", started.server.url)
    monkeypatch.setenv("MODEL", "bedrock")
    assert started.real("bedrock", "")
    started.server.follows = script = Script()
    return script


def test_a_live_test_asks_the_model_that_is_configured(real: Script, run: Run) -> None:
    real.says("For real.")
    result = run(
        """
@pytest.mark.live
def test_live(phone):
    phone.dial().say("Hello?").hears("For real")
""",
        "-m",
        "live",
    )
    result.assert_outcomes(passed=1)
    real.end()


def test_a_live_test_knows_no_third_model(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL", "offline")
    result = run(LIVE, "-m", "live", "-k", "test_live")
    result.stdout.fnmatch_lines(["*MODEL is 'offline'; a live test needs one of bedrock, claude,*"])
