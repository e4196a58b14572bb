"""Transcripts and their results, read over a real connection from a stand-in of Twilio's API."""

from collections.abc import Iterator

import pytest

from functions.adapters.transcripts import RESULTS_OF_A_PAGE, TwilioTranscripts
from functions.relay.ports import TranscriptError
from functions.relay.record.analysis import Finding, Transcript
from tests.endpoint import HangUp, Reply, Step, refusing_url
from tests.servers.intelligence import refusal, result
from tests.servers.twilio import KEY, TwilioServer

ACCOUNT, TOKEN = f"AC{'0' * 31}1", "0123456789abcdef0123456789abcdef"
CALL, RECORDING, SID = "CA1", "RE1", "GT1"
SCORE = result("lead-score", "text-generation", text_generation_results={"format": "text", "result": "9"})
MOOD = result("Sentiment Analysis", "conversation-classify", predicted_label="positive")


@pytest.fixture
def server() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as running:
        running.intelligence.transcripts[SID] = CALL
        running.intelligence.results[SID] = [SCORE, MOOD]
        yield running


def got(url: str, sid: str = SID, secret: str = KEY[1]) -> Transcript | None:
    return TwilioTranscripts(lambda: (ACCOUNT, KEY[0], secret), url).get(sid)


def test_a_transcript_of_a_call_has_its_findings(server: TwilioServer) -> None:
    found = (
        Finding("lead-score", "text-generation", 9),
        Finding("Sentiment Analysis", "conversation-classify", "positive"),
    )
    assert got(server.url) == Transcript(SID, CALL, found)


def test_a_transcript_of_a_recording_belongs_to_its_call(server: TwilioServer) -> None:
    server.intelligence.transcripts[SID] = RECORDING
    server.recordings[RECORDING] = CALL
    found = got(server.url)
    assert found and found.call == CALL


def test_every_page_of_the_results_is_read(server: TwilioServer) -> None:
    many = [result(f"o{n}", "utterance-classify", utterance_match=True) for n in range(2 * RESULTS_OF_A_PAGE + 1)]
    server.intelligence.results[SID] = many
    found = got(server.url)
    assert found and [one.operator for one in found.findings] == [f"o{n}" for n in range(len(many))]


def test_what_is_deleted_is_no_transcript(server: TwilioServer) -> None:
    assert got(server.url, "GT2") is None
    server.intelligence.transcripts[SID] = RECORDING
    assert got(server.url) is None, "its recording is deleted"


@pytest.mark.parametrize("step", [refusal(500, 20500, "Oh"), Reply(503, b"<html>busy</html>"), HangUp()], ids=str)
def test_a_failure_of_twilio_is_an_error(server: TwilioServer, step: Step) -> None:
    server.instead = step
    with pytest.raises(TranscriptError, match=r"Twilio (answered 50[03], error|did not answer: ProtocolError)"):
        got(server.url)


def test_a_wrong_key_is_an_error_with_its_code(server: TwilioServer) -> None:
    with pytest.raises(TranscriptError, match=r"Twilio answered 401, error 20003\."):
        got(server.url, secret="f" * 32)


def test_no_answer_is_an_error_without_an_address() -> None:
    with pytest.raises(TranscriptError, match=r"^Twilio did not answer: NewConnectionError\.$"):
        got(refusing_url())


def test_a_sid_with_a_path_reads_nothing_else(server: TwilioServer) -> None:
    assert got(server.url, "../Services") is None
    assert server.seen[-1].path == "/v2/Transcripts/..%2FServices"
