"""How the TwiML of a webhook is read."""

import pytest
from twilio.twiml.voice_response import Connect, VoiceResponse

from local.phone.twiml import Relay, TwimlError, Verb, oddities, read, relay_of

BOTH = frozenset({"speech", "dtmf"})


def relay(attributes: str = "", children: str = "") -> Relay:
    noun = f'<ConversationRelay url="wss://relay.example/prod" {attributes}>{children}</ConversationRelay>'
    found = relay_of(read(f"<Response><Connect>{noun}</Connect></Response>")[0])
    assert found is not None
    return found


def test_what_is_left_out_has_twilios_defaults() -> None:
    found = relay()
    assert (found.greeting, found.greeting_yields_to, found.yields_to) == ("", BOTH, BOTH)
    assert (found.reported, found.events, found.parameters) == (frozenset(), frozenset(), {})
    assert not (found.preemptible or found.dtmf or found.partials or found.ignores_backchannel or found.fault)
    assert found.languages == {"en-US"}
    assert found.transcription_language == "en-US"


def test_what_the_official_builder_writes_is_read() -> None:
    response, connect = VoiceResponse(), Connect(action="/ended")
    noun = connect.conversation_relay(
        url="wss://relay.example/prod?a=1&b=2",
        welcome_greeting='Say "hello" & wait',
        interruptible="speech",
        report_input_during_agent_speech="any",
        dtmf_detection=True,
        partial_prompts=True,
        events="speaker-events tokens-played",
        tts_language="es-ES",
    )
    noun.language(code="it-IT", voice="it-IT-Neural2-A")
    noun.parameter(name="tenant", value="acme")
    response.append(connect)
    (verb,) = read(str(response))
    found = relay_of(verb)
    assert found is not None
    assert verb.attributes == {"action": "/ended"}
    assert (found.url, found.greeting) == ("wss://relay.example/prod?a=1&b=2", 'Say "hello" & wait')
    assert found.yields_to == {"speech"}
    assert found.reported == BOTH
    assert found.dtmf and found.partials
    assert found.events == {"speaker-events", "tokens-played"}
    assert found.languages == {"en-US", "es-ES", "it-IT"}
    assert found.parameters == {"tenant": "acme"}
    assert list(oddities(verb)) == []


@pytest.mark.parametrize(
    ("attributes", "fault"),
    [
        ('interruptible="maybe"', "Invalid values (maybe) for interruptible"),
        ('reportInputDuringAgentSpeech="yes"', "Invalid values (yes) for reportInputDuringAgentSpeech"),
        ('ttsProvider="Polly"', "Invalid values (Polly) for ttsProvider"),
        ('transcriptionProvider="Whisper"', "Invalid values (Whisper) for transcriptionProvider"),
        ('speechTimeout="500"', "Invalid values (500) for speechTimeout"),
        ('speechTimeout="5001"', "Invalid values (5001) for speechTimeout"),
        ('eotThreshold="0.95"', "Invalid values (0.95) for eotThreshold"),
        ('events="tokens-heard"', "Invalid values (tokens-heard) for events"),
        ('dtmfDetection="1"', "Invalid values (1) for dtmfDetection"),
        ('language="multi" ttsProvider="Google"', "Invalid values (google/multi) for tts settings"),
        (
            'transcriptionLanguage="multi" transcriptionProvider="Google"',
            "Invalid values (google/multi) for transcription settings",
        ),
        ('language="multi"', None),
        ('speechTimeout="600" eotThreshold="0.9" ttsProvider="google" interruptible="true"', None),
        ('events="tokens-played speaker-events config-updated"', None),
    ],
)
def test_a_bad_value_is_a_fault_of_the_session(attributes: str, fault: str | None) -> None:
    assert relay(attributes).fault == fault


@pytest.mark.parametrize(
    ("attributes", "lang"),
    [
        ("", "en-US"),
        ('language="es-ES"', "es-ES"),
        ('language="es-ES" transcriptionLanguage="it-IT"', "it-IT"),
        ('transcriptionLanguage="multi"', "en"),
        ('language="en-GB" speechModel="flux"', "en"),
    ],
)
def test_prompts_name_the_language_that_is_understood(attributes: str, lang: str) -> None:
    assert relay(attributes).spoken_language == lang


def test_what_twilio_would_pass_over_in_silence_is_told() -> None:
    children = '<Language code="it-IT" speed="2"/><Parameter key="a"/><Failover any="thing"/><Voice/>'
    noun = f'<ConversationRelay url="wss://a.example" interruptByDtmf="true">{children}</ConversationRelay>'
    document = read(f'<Response><Connect retry="1">{noun}</Connect><Sing/></Response>')
    assert [oddity for verb in document for oddity in oddities(verb)] == [
        "<Connect> has no attribute 'retry'",
        "<ConversationRelay> has no attribute 'interruptByDtmf'",
        "<Language> has no attribute 'speed'",
        "<Parameter> has no attribute 'key'",
        "<ConversationRelay> holds no <Voice>",
        "<Sing> is not a verb",
    ]


def test_a_verb_that_is_not_simulated_is_reported() -> None:
    noun = '<ConversationRelay url="wss://a.example" applicationReconnect="true"/>'
    (verb,) = read(f"<Response><Connect>{noun}</Connect></Response>")
    assert list(oddities(verb)) == ["applicationReconnect is not simulated: a lost socket ends the session"]


def test_the_case_of_a_value_does_not_matter() -> None:
    found = relay('interruptible="NONE" dtmfDetection="TRUE" reportInputDuringAgentSpeech="Speech"')
    assert found.fault is None
    assert found.dtmf and not found.yields_to
    assert found.reported == {"speech"}


def test_events_may_have_their_older_name() -> None:
    assert relay('debug="speaker-events tokens-played"').events == {"speaker-events", "tokens-played"}


def test_other_verbs_are_read_with_their_nouns() -> None:
    body = """<Response><Say language="en-US">One <emphasis>moment</emphasis>.</Say><Dial timeout="10">
      <Number>+15550101
      </Number></Dial><Enqueue workflowSid="WW1"><Task>{"a": 1}</Task></Enqueue></Response>"""
    assert read(body) == (
        Verb("Say", {"language": "en-US"}, "One moment.", (Verb("emphasis", {}, "moment"),)),
        Verb("Dial", {"timeout": "10"}, "", (Verb("Number", {}, "+15550101"),)),
        Verb("Enqueue", {"workflowSid": "WW1"}, "", (Verb("Task", {}, '{"a": 1}'),)),
    )


def test_a_connect_to_something_else_has_no_relay() -> None:
    (verb,) = read('<Response><Connect><Stream url="wss://a.example"/></Connect></Response>')
    assert relay_of(verb) is None


@pytest.mark.parametrize("body", ["", "OK", "<Response>", "<Hangup/>", '{"message":"Internal server error"}'])
def test_what_is_no_twiml_is_a_parse_failure(body: str) -> None:
    with pytest.raises(TwimlError) as failure:
        read(body)
    assert failure.value.code == 12100


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        (
            '<Dial timout="5"><Number urls="x">+1</Number></Dial>',
            ["<Dial> has no attribute 'timout'", "<Number> has no attribute 'urls'"],
        ),
        ("<Dial><Numbr>+1</Numbr></Dial>", ["<Dial> holds no <Numbr>"]),
        ("<Dial><Client><Identity>a</Identity><Param/></Client></Dial>", ["<Client> holds no <Param>"]),
        ('<Start><Recording channel="dual"/></Start>', ["<Recording> has no attribute 'channel'"]),
        ('<Enqueue workflowSid="WW1"><Task>[]</Task></Enqueue>', ["<Task> holds no JSON object"]),
        ('<Enqueue workflowSid="WW1"><Task>{</Task></Enqueue>', ["<Task> holds no JSON object"]),
        ("<Enqueue><Task>{}</Task></Enqueue>", ["<Enqueue> has a workflowSid or a <Task>, and not both"]),
        (
            '<Say voice="Google.en-US-Neural2-A" language="it-IT">Ciao</Say>',
            ["<Say> has a voice of another language: Google.en-US-Neural2-A, it-IT"],
        ),
        ('<Say voice="Google.it-IT-Neural2-A" language="it-IT"><break/>Ciao</Say>', []),
        ('<Say voice="Polly.Joanna" language="en-US">Hi</Say>', []),
        ('<Enqueue waitUrl="/wait">support</Enqueue>', []),
        ('<Dial action="/a" answerOnBridge="true"><Sip url="/w">sip:a@b.example</Sip></Dial>', []),
    ],
)
def test_what_twilio_would_pass_over_around_a_hand_off_is_told(verb: str, told: list[str]) -> None:
    assert [oddity for one in read(f"<Response>{verb}</Response>") for oddity in oddities(one)] == told
