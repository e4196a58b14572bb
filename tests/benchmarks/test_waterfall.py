from dataclasses import replace

from benchmarks.gateway.functions import Invocation
from benchmarks.gateway.server import Passed
from benchmarks.line import TableCall
from benchmarks.waterfall import Seen, Span, draw, turn_spans

SEEN = Seen(
    prompt_at=100.0,
    invocation=Invocation("default", "prompt", began=100.0, cold=True, start_s=0.4, ended=101.0),
    draft=None,
    table=[TableCall(100.41, 100.42, "put Prompt", 0, 0), TableCall(100.5, 100.51, "later", 0, 0)],
    asked=100.45,
    first_token=100.75,
    last_token=100.95,
    frames=[Passed(100.76, "out", "Hello"), Passed(100.0, "in", "a prompt"), Passed(100.9, "out", "you.")],
    reminded=[],
)


def test_the_times_of_a_turn_begin_with_its_prompt() -> None:
    assert turn_spans(SEEN) == (
        Span("environment starts", 0.0, 400.0),
        Span("function runs", 400.0, 1000.0),
        Span("table: put Prompt", 410.0, 420.0),
        Span("model thinks", 450.0, 750.0),
        Span("table: later", 500.0, 510.0),
        Span("model speaks", 750.0, 950.0),
        Span("words are posted", 760.0, 760.0),
        Span("words are posted", 900.0, 900.0),
    )


def test_a_drawing_has_one_line_for_each_kind_on_one_scale() -> None:
    spans = [Span("works", 0, 100), Span("posts", 50, 50), Span("posts", 90, 90)]
    assert draw(spans, width=14).splitlines() == [
        "      0 ms    100 ms",
        "works ██████████████ at 0 ms, 100 ms",
        "posts        █    █  at 50 ms, 2 times",
    ]


def test_a_draft_begins_before_its_prompt() -> None:
    drafted = replace(SEEN, draft=Invocation("default", "prompt", began=99.2, ended=101.0), table=[], frames=[])
    assert turn_spans(drafted)[0] == Span("draft runs", -800.0, 1000.0)


def test_a_drawing_may_begin_before_the_prompt() -> None:
    spans = [Span("drafts", -100, 0), Span("posts", 50, 50), Span("runs", 0, 100)]
    assert draw(spans, width=16).splitlines() == [
        "       -100 ms   100 ms",
        "drafts █████████        at -100 ms, 100 ms",
        "posts              █    at 50 ms",
        "runs           ████████ at 0 ms, 100 ms",
    ]
