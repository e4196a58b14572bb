"""Which languages and voices cannot exist, by the form of their names."""

from collections.abc import Mapping
from typing import Any

import pytest

from functions.relay import Agent, AgentError, Voice
from functions.relay.agent.voices import said_with

ELEVEN = "UgBBYS2sOqTuMpoF3BR0"


def agent(voices: Mapping[str, Voice]) -> Agent:
    return Agent("Be brief.", "Hello!", voices)


def fault(call: Any, *arguments: Any) -> str:
    with pytest.raises(AgentError) as caught:
        call(*arguments)
    return str(caught.value).partition(": ")[2]


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("ElevenLabs", ELEVEN),
        ("ElevenLabs", f"{ELEVEN}-flash_v2_5"),
        ("ElevenLabs", f"{ELEVEN}-0.9_0.6_0.4"),
        ("ElevenLabs", f"{ELEVEN}-turbo_v4-1.0_0.5_0.75"),
        ("ElevenLabs", f"{ELEVEN}-flash_v2_5-1_1_0"),
        ("Google", "en-US-Journey-O"),
        ("Google", "en-US-Neural2-F"),
        ("Google", "en-US-Chirp3-HD-Aoede"),
        ("Google", "es-419-Standard-A"),
        ("Google", "cmn-CN-Wavenet-A"),
        ("Google", "yue-HK-Standard-A"),
        ("Amazon", "Joanna"),
        ("Amazon", "Joanna-Neural"),
        ("Amazon", "Danielle-Generative"),
        ("Amazon", "Léa-Neural"),
    ],
)
def test_a_voice_that_a_provider_may_have(provider: Any, name: str) -> None:
    assert Voice(provider, name).name == name


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("ElevenLabs", "Rachel"),
        ("ElevenLabs", ELEVEN[:-1]),
        ("ElevenLabs", f"{ELEVEN}x"),
        ("ElevenLabs", f"{ELEVEN}-0.9_0.6"),
        ("ElevenLabs", f"{ELEVEN}-Flash"),
        ("ElevenLabs", f"{ELEVEN} "),
        ("Google", "en-US"),
        ("Google", "en-US-Neural2"),
        ("Google", "en-us-Neural2-F"),
        ("Google", ELEVEN),
        ("Google", "Polly.Joanna"),
        ("Amazon", "Google.en-US-Neural2-F"),
        ("Amazon", "Polly.Polly.Joanna"),
        ("Amazon", "joanna"),
        ("Amazon", "Joanna-neural"),
        ("Amazon", "en-US-Neural2-F"),
        ("Amazon", ELEVEN),
    ],
)
def test_a_voice_that_the_provider_does_not_have(provider: Any, name: str) -> None:
    plain = name.removeprefix("Polly.") if provider == "Amazon" else name
    assert fault(Voice, provider, name).startswith(f"Voice.name is {plain!r}; {provider} has ")


@pytest.mark.parametrize(
    ("given", "plain"),
    [
        (("google", "en-US-Neural2-A", "deepgram"), ("Google", "en-US-Neural2-A", "Deepgram")),
        (("GOOGLE", "Google.en-US-Neural2-A", "GOOGLE"), ("Google", "en-US-Neural2-A", "Google")),
        (("amazon", "Polly.Amy", None), ("Amazon", "Amy", None)),
        (("amazon", "polly.Amy", None), ("Amazon", "Amy", None)),
        (("google", "google.en-US-Neural2-A", None), ("Google", "en-US-Neural2-A", None)),
        (("Amazon", "Polly.Amy-Neural", "Deepgram"), ("Amazon", "Amy-Neural", "Deepgram")),
        (("elevenLabs", ELEVEN, None), ("ElevenLabs", ELEVEN, None)),
    ],
)
def test_names_are_understood_as_samples_write_them(given: Any, plain: Any) -> None:
    voice = Voice(*given)
    assert (voice.provider, voice.name, voice.listener) == plain


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"provider": "Polly"}, "Voice.provider is 'Polly'; it is one of ElevenLabs, Google, Amazon."),
        ({"listener": "Whisper"}, "Voice.listener is 'Whisper'; it is one of Deepgram, Google."),
        ({"listener": ""}, "Voice.listener is ''; it is one of Deepgram, Google."),
        ({"hints": "Rosa"}, "Voice.hints is 'Rosa'; write a list, such as ['Rosa']."),
        (
            {"hints": ["a, b"]},
            "Voice.hints has 'a, b'; give each word or phrase by itself, without a comma.",
        ),
        ({"smart_format": "yes"}, "Voice.smart_format is 'yes'; write True, False, or None."),
        ({"normalization": True}, "Voice.normalization is True; it is one of on, auto, off."),
        ({"second": "Joanna"}, 'Voice.second is \'Joanna\'; write a Voice("Amazon", "…"), or None.'),
        (
            {"second": Voice("Amazon", "Amy", second=Voice("Amazon", "Joanna"))},
            "Voice.second has a second voice too; a language has two at most.",
        ),
    ],
)
def test_a_wrong_setting_of_a_voice_is_refused(more: dict[str, Any], words: str) -> None:
    assert fault(lambda: Voice(**{"provider": "Google", "name": "en-US-Neural2-A", **more})) == words


def test_a_second_voice_speaks_the_language_of_the_first() -> None:
    voices = {"en-US": Voice("Amazon", "Joanna", second=Voice("Google", "de-DE-Neural2-A"))}
    assert fault(agent, voices).startswith("Agent.voices['en-US'] has the voice de-DE-Neural2-A, which speaks de-DE;")


def test_an_agent_speaks_with_its_second_voices_where_it_has_them() -> None:
    second, other = Voice("Amazon", "Joanna"), Voice("Google", "es-ES-Neural2-A")
    voices = {"en-US": Voice("ElevenLabs", ELEVEN, second=second), "es-ES": other}
    both = agent(voices)
    assert both.speaking(True).voices == {"en-US": second, "es-ES": other}
    assert (both.speaking(False).voices, both.voices) == (voices, voices)


@pytest.mark.parametrize(
    ("listener", "model", "cure"),
    [
        ("Google", "flux", "Deepgram"),
        ("Google", "nova-3-general", "Deepgram"),
        ("Deepgram", "telephony", "Google"),
        ("Deepgram", "chirp_2", "Google"),
        (None, "flux", "Deepgram"),
        (None, "telephony", "Google"),
    ],
)
def test_a_model_of_another_provider_fits_no_listener(listener: Any, model: str, cure: str) -> None:
    words = fault(Voice, "ElevenLabs", ELEVEN, listener, model)
    assert words.startswith(f"Voice.speech_model is {model!r}, which is {cure}'s")
    assert words.endswith(f"write listener={cure!r}.")


@pytest.mark.parametrize(
    ("listener", "model"),
    [
        ("Deepgram", "flux"),
        ("Deepgram", "nova-2-general"),
        ("Google", "telephony"),
        ("Google", "long"),
        (None, None),
        ("Deepgram", "of-tomorrow"),
        (None, "of-tomorrow"),
    ],
)
def test_an_unknown_model_of_a_listener_is_accepted(listener: Any, model: Any) -> None:
    assert Voice("ElevenLabs", ELEVEN, listener, model).speech_model == model


@pytest.mark.parametrize("listener", [None, "Deepgram", "Google"])
@pytest.mark.parametrize("model", ["", "nova-3\x0b", "nova-3 <x>", "flux-", "chirp 2", "flux\n", "-nova", "n" * 101])
def test_what_no_model_is_named_is_refused(listener: Any, model: str) -> None:
    words = fault(Voice, "ElevenLabs", ELEVEN, listener, model)
    assert words.startswith(f"Voice.speech_model is {model!r}; write a model's name")


@pytest.mark.parametrize("model", ["nova-3-medical", "flux-general-multi", "0aa6bfd4-1a2b-4c3d-8e9f-001122334455"])
def test_a_model_of_a_provider_is_named_so(model: str) -> None:
    assert Voice("ElevenLabs", ELEVEN, "Deepgram", model).speech_model == model


@pytest.mark.parametrize("code", ["en-US", "it-IT", "es-419", "zh-Hans-CN", "fil-PH", "de", "multi"])
def test_a_language_is_one(code: str) -> None:
    assert agent({code: Voice("ElevenLabs", ELEVEN)}).language == code


@pytest.mark.parametrize(
    ("code", "cure"),
    [
        ("en-us", "is not a BCP-47 tag of a language; write en-US."),
        ("EN_us", "is not a BCP-47 tag of a language; write en-US."),
        ("zh-hans-cn", "is not a BCP-47 tag of a language; write zh-Hans-CN."),
        ("English", "is not a BCP-47 tag of a language; write a tag such as en-US."),
        ("", "is not a BCP-47 tag of a language; write a tag such as en-US."),
        ("xx-US", "begins with xx, which is not a language; write a tag such as en-US."),
        ("ger-DE", "begins with ger, which is not a language; write a tag such as en-US."),
    ],
)
def test_what_is_no_language_says_how_it_is_written(code: str, cure: str) -> None:
    assert fault(agent, {code: Voice("ElevenLabs", ELEVEN)}) == f"Agent.voices[{code!r}] {cure}"


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("en-US", "en-US-Neural2-F"),
        ("zh-CN", "cmn-CN-Wavenet-A"),
        ("zh-HK", "yue-HK-Standard-A"),
        ("en", "en-GB-News-G"),
    ],
)
def test_a_voice_speaks_the_language_of_its_name(code: str, name: str) -> None:
    assert agent({code: Voice("Google", name)}).language == code


@pytest.mark.parametrize(
    ("code", "name", "spoken"),
    [
        ("it-IT", "en-US-Neural2-A", "en-US"),
        ("en-US", "en-GB-Neural2-A", "en-GB"),
        ("de-DE", "en-DE-Neural2-A", "en-DE"),
    ],
)
def test_a_voice_of_another_language_is_refused(code: str, name: str, spoken: str) -> None:
    assert fault(agent, {"fr-FR": Voice("ElevenLabs", ELEVEN), code: Voice("Google", name)}) == (
        f"Agent.voices[{code!r}] has the voice {name}, which speaks {spoken}; "
        f"give one whose name begins with {code}-."
    )


@pytest.mark.parametrize(
    ("voice", "words"),
    [
        (Voice("Google", "en-US-Neural2-A"), "has a voice of Google's; only ElevenLabs speaks"),
        (Voice("Amazon", "Joanna"), "has a voice of Amazon's; only ElevenLabs speaks"),
        (Voice("ElevenLabs", ELEVEN, "Google"), "is understood only by Deepgram's"),
        (Voice("ElevenLabs", ELEVEN, "Deepgram", "nova-2-phonecall"), "is understood only by Deepgram's"),
    ],
)
def test_only_some_voices_and_listeners_are_multilingual(voice: Voice, words: str) -> None:
    assert fault(agent, {"multi": voice}).startswith(f"Agent.voices['multi'] {words}")


@pytest.mark.parametrize("model", [None, "nova-2-general", "nova-3-general", "flux"])
def test_several_languages_at_once(model: str | None) -> None:
    voice = Voice("ElevenLabs", ELEVEN, "Deepgram", model)
    assert agent({"multi": voice}).voices["multi"] == voice


@pytest.mark.parametrize(
    ("voice", "said", "language"),
    [
        (Voice("Amazon", "Joanna-Neural"), "Polly.Joanna-Neural", ""),
        (Voice("Google", "en-US-Neural2-A"), "Google.en-US-Neural2-A", "en-US"),
        (Voice("Google", "en-US-Journey-O"), "", "en-US"),
        (Voice("ElevenLabs", ELEVEN), "", ""),
    ],
)
def test_a_voice_has_a_name_outside_a_session_where_twilio_has_it(voice: Voice, said: str, language: str) -> None:
    assert (voice.said, voice.language) == (said, language)


@pytest.mark.parametrize("settings", ["0.7_0_0", "1.2_1_1"])
def test_a_voice_of_elevenlabs_may_have_settings(settings: str) -> None:
    assert Voice("ElevenLabs", f"{ELEVEN}-{settings}").name.endswith(settings)


def test_settings_out_of_range_are_refused() -> None:
    assert "sets speed to 1.3; ElevenLabs takes 0.7 to 1.2" in fault(Voice, "ElevenLabs", f"{ELEVEN}-1.3_0_0")


@pytest.mark.parametrize(
    ("code", "voice", "attributes"),
    [
        ("en-US", Voice("Google", "en-US-Neural2-A"), {"voice": "Google.en-US-Neural2-A", "language": "en-US"}),
        ("en-US", Voice("ElevenLabs", ELEVEN), {"language": "en-US"}),
        ("multi", Voice("ElevenLabs", ELEVEN), {}),
    ],
)
def test_a_say_has_the_voice_of_the_session_if_it_can(code: str, voice: Voice, attributes: dict[str, str]) -> None:
    assert said_with({code: voice}, code) == attributes
