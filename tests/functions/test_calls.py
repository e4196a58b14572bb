"""The function that places calls: what it refuses, what it logs, and what it reports of a call."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import count
from time import time as now
from types import ModuleType
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

import pytest

from functions import agents
from functions.relay import Agent, Calling, Limits, Voice
from functions.relay.cost_limits import day_at
from functions.relay.log.events import (
    CallPlanned,
    Entry,
    Event,
    OptedOut,
    Ordered,
    Placed,
    PlanDone,
    Progressed,
    Screened,
    Suppressed,
    Withdrawn,
)
from functions.relay.log.keys import Key, call_log, callee_log, counter
from functions.relay.planning import retried
from functions.relay.wire.party import mark_of
from functions.webhooks.paths import FALLBACK
from local.aws.gateway_invoke import Context
from tests.conftest import DO_NOT_CALL_TABLE, PUBLIC_URL, SECRETS, TABLE, TOKEN, Aws, LogLines
from tests.doubles import MemoryCounters
from tests.endpoint import HangUp, Reply, refusing_url
from tests.servers.intelligence import refusal
from tests.servers.twilio import KEY, TwilioServer

pytestmark = pytest.mark.slow

ACCOUNT, CALLER_ID = f"AC{'0' * 31}1", "+12125550100"
CONSENT = "asked for a reminder"
AT_ALL_HOURS = Calling(quiet_from=time(), quiet_until=time(), country_hours=False)
AT_NO_HOUR = Calling(quiet_from=time(), quiet_until=time.max, countries=frozenset({"US", "GB"}))
NUMBERS = (f"+1{area}5550{line}" for area in ("312", "415", "713") for line in range(101, 200))
"""Numbers that are reserved for fiction, one for each test: moto has one table."""


def agent(calling: Calling) -> Agent:
    return Agent("Be brief.", "Hello!", {"en-US": Voice("Google", "en-US-Neural2-A")}, calling=calling)


@pytest.fixture(scope="module")
def server() -> Iterator[TwilioServer]:
    with TwilioServer(ACCOUNT, TOKEN) as running:
        yield running


@pytest.fixture
def twilio(server: TwilioServer) -> TwilioServer:
    server.created.clear()
    server.seen.clear()
    server.instead = None
    return server


@pytest.fixture(scope="module")
def module(aws: Aws, server: TwilioServer) -> ModuleType:
    for name, value in zip(("account-sid", "api-key-sid", "api-key-secret"), (ACCOUNT, *KEY), strict=True):
        aws.secret(f"twilio-{name}", value)
    return aws.handler("calls", HOTLINE_TWILIO_URL=server.url, HOTLINE_CALLER_ID=CALLER_ID)


@pytest.fixture
def calls(module: ModuleType, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.setitem(agents.AGENTS, "reminder", agent(AT_ALL_HOURS))
    monkeypatch.setitem(agents.AGENTS, "survey", agent(AT_ALL_HOURS))
    monkeypatch.setitem(agents.AGENTS, "sleeper", agent(AT_NO_HOUR))
    return module


@pytest.fixture
def number() -> str:
    return next(NUMBERS)


def invoke(calls: ModuleType, payload: Any, request: str = "") -> dict[str, Any]:
    """Invoke it as Lambda does; return its answer as JSON."""
    context = Context("calls", 1024, 0.0, request or uuid4().hex)
    return dict(json.loads(json.dumps(calls.handler(payload, context))))


def order(number: str, **more: Any) -> dict[str, Any]:
    return {"to": number, "agent": "reminder", "consent": CONSENT, **more}


def noted(calls: ModuleType, number: str) -> list[Event]:
    return [entry.event for entry in calls.callees.read(number)]


def test_a_call_is_placed_and_its_sid_told(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    answer = invoke(calls, order(number), "r-1")
    [created] = twilio.created
    assert answer == {"status": "placed", "call": created.sid}
    assert (created.field("To"), created.field("From")) == (number, CALLER_ID)
    assert created.field("Url") == f"{PUBLIC_URL}/voice-out?agent=reminder&request=r-1"
    assert created.field("FallbackUrl") == f"{PUBLIC_URL}{FALLBACK}?agent=reminder&language=en-US"
    told = urlsplit(created.field("StatusCallback"))
    assert f"{told.scheme}://{told.netloc}{told.path}" == f"{PUBLIC_URL}/call-status"
    assert parse_qs(told.query) == {"request": ["r-1"], "agent": ["reminder"], "day": [str(day_at(now()))]}


def test_an_attempts_parameters_are_logged_and_in_no_url(
    calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    invoke(calls, order(number, parameters={"name": "Alma", "when": "Friday at eight"}), "r-2")
    assert noted(calls, number) == [
        Placed("reminder", "r-2", (("name", "Alma"), ("when", "Friday at eight")), CONSENT)
    ]
    assert parse_qs(urlsplit(twilio.created[0].field("Url")).query) == {"agent": ["reminder"], "request": ["r-2"]}


def test_a_placed_call_says_where_its_attempt_is(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    sid = invoke(calls, order(number), "r-3")["call"]
    [entry] = calls.log.read(call_log(sid))
    assert isinstance(entry.event, Ordered)
    [attempt] = [one.event for one in calls.log.read(callee_log(entry.event.callee))]
    assert attempt.request == entry.event.request == "r-3"
    assert (entry.event.agent, entry.event.version) == ("reminder", agents.AGENTS["reminder"].version)
    assert abs(entry.event.at / 1000 - now()) < 600
    assert number[1:] not in str(entry)


def test_another_of_our_numbers_may_call(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    assert invoke(calls, order(number, **{"from": "+12125550199"}))["status"] == "placed"
    assert twilio.created[0].field("From") == "+12125550199"


def test_a_number_is_called_as_e_164_however_it_is_written(
    calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    assert invoke(calls, order(f"+1 ({number[2:5]}) {number[5:8]}-{number[8:]}"))["status"] == "placed"
    assert twilio.created[0].field("To") == number


@pytest.mark.parametrize(
    ("payload", "why", "reason"),
    [
        ({}, "bad request", 'Send {"to": "+1…", "agent": "…"}'),
        (order("+12125550142", agent="nobody"), "unknown agent", "There is no agent nobody; there is front_desk"),
        (order("212 555 0142"), "unknown number", "country code"),
        (order("+15555550142"), "unknown number", "No numbering plan has it"),
        (
            order("+12125550142", agent="sleeper"),
            "quiet hours",
            "in America/New_York, and the quiet hours are from 00:00",
        ),
        (order("+442079460123", agent="sleeper"), "quiet hours", "in Europe/London"),
    ],
)
def test_a_refused_call_has_a_reason_and_leaves_nothing(
    calls: ModuleType, twilio: TwilioServer, payload: Any, why: str, reason: str
) -> None:
    answer = invoke(calls, payload)
    assert (answer["status"], answer["why"]) == ("refused", why)
    assert reason in answer["reason"]
    assert twilio.seen == []
    assert noted(calls, str(payload.get("to"))) == []


def test_without_a_caller_id_no_call_is_placed_unless_it_is_given(
    aws: Aws, calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    without = aws.handler("calls", HOTLINE_TWILIO_URL=twilio.url)
    assert invoke(without, order(number))["why"] == "no caller id"
    assert invoke(without, order(number, **{"from": "+12125550199"}))["status"] == "placed"


def test_no_agent_calls_a_person_who_opted_out(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    calls.callees.append(number, Entry(Key(1, "prompt"), OptedOut("CA1")))
    for name in ("reminder", "survey"):
        answer = invoke(calls, order(number, agent=name))
        assert (answer["status"], answer["why"]) == ("refused", "opted out")
    assert twilio.seen == []


def test_attempts_are_bounded_by_agent(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    answers = [invoke(calls, order(number)) for _ in range(5)]
    assert [answer.get("why", "placed") for answer in answers] == ["placed"] * 3 + ["too many attempts"] * 2
    assert invoke(calls, order(number, agent="survey"))["status"] == "placed"
    assert len(twilio.created) == 4


def test_attempts_at_once_are_bounded_too(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: invoke(calls, order(number)), range(8)))
    assert sorted(answer["status"] for answer in answers) == ["placed"] * 3 + ["refused"] * 5
    assert len(twilio.created) == 3


def test_an_invocation_that_lambda_repeats_places_one_call(
    calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    first, second = (invoke(calls, order(number), "the same") for _ in range(2))
    assert (first["status"], second["why"]) == ("placed", "already placed")
    assert len(twilio.created) == 1


def test_an_order_with_an_id_is_placed_once(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    twilio.instead = refusal(400, 21210, "not verified")
    assert invoke(calls, order(number, request="may-00017"))["why"] == "declined by Twilio"
    twilio.instead = None
    answers = [invoke(calls, order(number, request="may-00017")) for _ in range(2)]
    assert [answer.get("why", answer["status"]) for answer in answers] == ["placed", "already placed"]
    assert invoke(calls, order(number, request="may-00018"))["status"] == "placed"
    assert number[1:] not in twilio.created[0].order["Url"][0]


def test_what_twilio_declines_is_no_attempt(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    twilio.instead = refusal(400, 21210, f"{number} is not verified")
    answers = [invoke(calls, order(number)) for _ in range(4)]
    assert [answer["why"] for answer in answers] == ["declined by Twilio"] * 4
    assert answers[0]["reason"].endswith("https://www.twilio.com/docs/api/errors/21210")
    assert [type(event) for event in noted(calls, number)] == [Placed] * 4 + [Withdrawn] * 4
    twilio.instead = None
    assert [invoke(calls, order(number))["status"] for _ in range(4)] == ["placed"] * 3 + ["refused"]


@pytest.mark.parametrize("step", [HangUp(), Reply(500, b"{}")], ids=str)
def test_a_call_that_may_have_been_placed_counts(
    calls: ModuleType, twilio: TwilioServer, number: str, step: HangUp | Reply
) -> None:
    twilio.instead = step
    answers = [invoke(calls, order(number)) for _ in range(4)]
    assert [answer["status"] for answer in answers] == ["unknown"] * 3 + ["refused"]
    assert "Twilio" in answers[0]["reason"]


def test_a_secret_that_is_not_set_is_no_attempt_and_its_cure_is_told(
    aws: Aws, calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    without = aws.handler("calls", HOTLINE_CALLER_ID=CALLER_ID, HOTLINE_SECRETS=f"{SECRETS}/nowhere")
    answer = invoke(without, order(number))
    assert answer["status"] == "failed"
    assert "/hotline/test/nowhere/twilio-" in answer["reason"]
    assert "make secrets" in answer["reason"]
    assert noted(calls, number) == []


def test_while_the_table_fails_no_call_is_placed(
    aws: Aws, calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    away = {"AWS_ENDPOINT_URL_DYNAMODB": refusing_url(), "HOTLINE_TWILIO_URL": twilio.url}
    answer = invoke(aws.handler("calls", HOTLINE_CALLER_ID=CALLER_ID, **away), order(number))
    assert (answer["status"], answer["reason"]) == ("failed", "DynamoDB: EndpointConnectionError")
    assert twilio.seen == []


SID = (f"CA{number:032x}" for number in count(1))


@pytest.mark.parametrize(
    ("events", "told"),
    [
        ([], {"status": "placed", "answered_by": "", "seconds": 0, "over": False}),
        ([Progressed(1, "ringing")], {"status": "ringing", "answered_by": "", "seconds": 0, "over": False}),
        (
            [Progressed(3, "completed", 34), Screened("machine_end_beep"), Progressed(1, "ringing")],
            {"status": "completed", "answered_by": "machine_end_beep", "seconds": 34, "over": True},
        ),
    ],
)
def test_how_a_call_goes_can_be_asked(calls: ModuleType, events: list[Event], told: dict[str, Any]) -> None:
    call = next(SID)
    for place, event in enumerate(events):
        calls.log.append(call_log(call), Entry(Key(place, "x"), event))
    assert invoke(calls, {"call": call}) == told


def test_its_log_tells_what_became_of_an_order_and_no_number(
    calls: ModuleType, twilio: TwilioServer, number: str, written: Callable[[ModuleType], LogLines]
) -> None:
    lines = written(calls)
    invoke(calls, order(number, parameters={"name": "Alma"}))
    twilio.instead = refusal(400, 21211, f"Invalid 'To' Phone Number: {number}")
    invoke(calls, order(number))
    invoke(calls, {"to": number, "agent": ["Alma"]})
    assert [(line["status"], line["why"]) for line in lines.lines] == [
        ("placed", ""),
        ("refused", "declined by Twilio"),
        ("refused", "bad request"),
    ]
    assert number not in lines.text
    assert "Alma" not in lines.text


def test_so_many_calls_of_ours_go_on_at_once(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "counters", MemoryCounters())
    monkeypatch.setattr(calls, "LIMITS", Limits(outbound_calls_at_once=2))
    requests = [uuid4().hex for _ in range(4)]
    answers = [invoke(calls, order(next(NUMBERS)), request) for request in requests[:3]]
    assert [answer.get("why", "") for answer in answers] == ["", "", "limit reached"]
    assert len(twilio.created) == 2
    calls.counters.release(counter("outbound"), requests[0])
    assert invoke(calls, order(next(NUMBERS)), requests[3])["status"] == "placed"


def test_a_call_of_ours_is_at_once_until_twilio_ends_it(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also if a person has taken it: our request for the call names the longest time for both."""
    now = [0]
    monkeypatch.setattr(calls, "counters", MemoryCounters(lambda: now[0]))
    monkeypatch.setattr(calls, "LIMITS", Limits(outbound_calls_at_once=1))
    assert invoke(calls, order(next(NUMBERS)))["status"] == "placed"
    longest = int(twilio.created[0].field("TimeLimit"))
    for now[0], status in ((longest - 1, "refused"), (longest, "placed")):
        assert invoke(calls, order(next(NUMBERS)))["status"] == status


def test_a_call_of_ours_that_the_day_has_no_money_for_is_refused(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "counters", MemoryCounters())
    monkeypatch.setattr(calls, "LIMITS", Limits(cents_per_day=2 * 9))
    answers = [invoke(calls, order(next(NUMBERS))) for _ in range(2)]
    assert [answer.get("reason", "") for answer in answers] == ["", "LIMITS in functions/agents/numbers.py: cents."]
    assert len(twilio.created) == 1


def test_a_call_that_twilio_declines_costs_nothing(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "counters", MemoryCounters())
    twilio.instead = refusal(400, 21210, "not verified")
    invoke(calls, order(next(NUMBERS)))
    assert set(calls.counters.spent.values()) == {0}


@pytest.mark.parametrize(
    ("to", "why"),
    [
        ("+19005550123", "costly number"),
        ("+12129765555", "costly number"),
        ("+449012345678", "costly number"),
        ("+881612345678", "costly number"),
        ("+442079460123", "other country"),
        ("+18765550142", "other country"),
        (CALLER_ID, "our own number"),
    ],
)
def test_a_number_that_could_be_abused_is_refused(calls: ModuleType, twilio: TwilioServer, to: str, why: str) -> None:
    assert invoke(calls, order(to))["why"] == why
    assert twilio.created == []
    assert calls.callees.read(to) == ()


@pytest.mark.parametrize("to", [CALLER_ID, "+1 (312) 555-0100"])
def test_no_agent_calls_another_one_of_ours(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch, to: str
) -> None:
    monkeypatch.setitem(agents.NUMBERS, "+13125550100", "reminder")
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    for more in ({}, {"at": soon}):
        assert invoke(calls, order(to) | {"from": "+14155550100", **more})["why"] == "our own number"
    assert twilio.created == []


def test_a_country_may_be_allowed_by_name(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", agent(replace(AT_ALL_HOURS, countries=frozenset({"GB"}))))
    assert invoke(calls, order("+442079460123"))["status"] == "placed"
    assert invoke(calls, order(next(NUMBERS)))["why"] == "other country"


def test_an_order_without_its_legal_basis_is_refused(
    aws: Aws, calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    assert invoke(calls, order(number, consent=""))["why"] == "no consent"
    assert noted(calls, number) == []
    without = aws.handler("calls", HOTLINE_TWILIO_URL=twilio.url, HOTLINE_CALLER_ID=CALLER_ID, HOTLINE_CONSENT="off")
    assert invoke(without, order(number, consent=""))["status"] == "placed"


def test_a_call_to_india_names_its_dlt_ids(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(agents.AGENTS, "reminder", agent(replace(AT_ALL_HOURS, countries=frozenset({"IN"}))))
    mumbai, ids = "+912223456789", {"header": "1401", "template": "2209"}
    assert invoke(calls, order(mumbai))["why"] == "no DLT ids"
    assert invoke(calls, order(mumbai, dlt=ids))["status"] == "placed"
    [kept] = [one for one in noted(calls, mumbai) if isinstance(one, Placed)]
    assert (kept.dlt_header, kept.dlt_template) == ("1401", "2209")


def test_a_number_on_a_list_is_not_called(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    calls.callees.append(number, Entry(Key(0, "list-DNC"), Suppressed("DNC")))
    answer = invoke(calls, order(number))
    assert (answer["why"], "DNC" in answer["reason"], twilio.seen) == ("on a list", True, [])


def test_all_agents_together_call_a_number_so_often(
    calls: ModuleType, twilio: TwilioServer, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "counters", MemoryCounters())
    monkeypatch.setattr(calls, "LIMITS", Limits(outbound_calls_per_number=2, outbound_calls_at_once=100))
    with ThreadPoolExecutor(8) as pool:
        names = ["reminder", "survey"] * 4
        answers = list(pool.map(lambda name: invoke(calls, order(number, agent=name)), names))
    assert sorted(answer.get("why", "placed") for answer in answers) == ["placed"] * 2 + ["too many attempts"] * 6


def test_a_wish_of_version_0_1_under_the_plain_number_holds(
    calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    calls.log.append(callee_log(number), Entry(Key(1, "prompt"), OptedOut("CA1")))
    assert invoke(calls, order(number))["why"] == "opted out"


def test_no_key_of_a_table_names_the_number_that_is_called(
    calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    invoke(calls, order(number))
    calls.callees.append(number, Entry(Key(1, "prompt"), OptedOut("CA1")))
    for table in (TABLE, DO_NOT_CALL_TABLE):
        pages = calls.dynamodb_client.get_paginator("scan").paginate(TableName=table)
        assert [item for page in pages for item in page["Items"] if number in str(item)] == []


def test_a_country_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match=r"Calling.countries has 'usa'; write two capital letters, such as 'US'"):
        Calling(countries=frozenset({"usa"}))


def planned(calls: ModuleType, number: str, *, at: int = 5, agent: str = "reminder") -> dict[str, Any]:
    """Log a plan as a tool does; return what EventBridge Scheduler sends at its time."""
    log, key = call_log(f"CA{number}"), Key(at, "m", 101)
    calls.log.append(log, Entry(key, CallPlanned(number, CALLER_ID, agent, 0, f"back-CA{number[1:]}", (), CONSENT)))
    return {"planned": {"log": log, "key": str(key)}}


def done(calls: ModuleType, number: str) -> list[tuple[str, str]]:
    entries = calls.log.read(call_log(f"CA{number}"))
    return [(one.event.call, one.event.why) for one in entries if isinstance(one.event, PlanDone)]


def test_a_planned_call_is_placed_at_its_time(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    answer = invoke(calls, planned(calls, number))
    [created] = twilio.created
    assert answer == {"status": "placed", "call": created.sid}
    assert (created.field("To"), created.field("From")) == (number, CALLER_ID)
    assert done(calls, number) == [(created.sid, "")]


def test_a_schedule_that_runs_twice_calls_once(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    plan = planned(calls, number)
    assert [invoke(calls, plan)["status"] for _ in range(2)] == ["placed", "refused"]
    assert len(twilio.created) == 1


def test_only_the_newest_plan_of_a_call_rings(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    first, second = planned(calls, number), planned(calls, number, at=9)
    assert [invoke(calls, one)["status"] for one in (first, second)] == ["refused", "placed"]
    assert len(twilio.created) == 1


def test_the_rules_are_checked_at_the_time_of_a_plan(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    plan = planned(calls, number)
    calls.callees.append(number, Entry(Key(0, "wish"), OptedOut()))
    assert invoke(calls, plan)["why"] == "opted out"
    assert (twilio.created, done(calls, number)) == ([], [("", "opted out")])


def test_a_plan_that_is_gone_calls_nobody(calls: ModuleType, twilio: TwilioServer) -> None:
    answer = invoke(calls, {"planned": {"log": call_log("CA-forgotten"), "key": str(Key(5, "m"))}})
    assert (answer["status"], answer["why"], twilio.created) == ("refused", "no plan", [])


def test_a_plan_with_a_broken_key_is_reported(calls: ModuleType) -> None:
    answer = invoke(calls, {"planned": {"log": call_log("CA-forgotten"), "key": "5"}})
    assert answer["status"] == "failed"


def ordered(number: str, ahead: timedelta = timedelta(hours=1), **more: Any) -> dict[str, Any]:
    return order(number, request="campaign-may", **{"at": (datetime.now(UTC) + ahead).isoformat(), **more})


def plans(calls: ModuleType, number: str) -> list[tuple[Key, CallPlanned]]:
    found = calls.callees.read(number)
    return [(one.key, one.event) for one in found if isinstance(one.event, CallPlanned)]


def ring(calls: ModuleType, number: str, nth: int = 0) -> dict[str, Any]:
    """Do what EventBridge Scheduler does when the time of a plan has come."""
    mark = mark_of(number, calls.secrets.get("number-key"))
    return invoke(calls, {"planned": {"log": callee_log(mark), "key": str(plans(calls, number)[nth][0])}})


def test_an_order_with_a_time_is_planned(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    wanted = ordered(number, parameters={"name": "Alma"})
    assert invoke(calls, wanted) == {"status": "planned", "at": wanted["at"]}
    [(_, plan)] = plans(calls, number)
    at = int(datetime.fromisoformat(wanted["at"]).timestamp() * 1000)
    about = (("name", "Alma"),)
    assert plan == CallPlanned(number, CALLER_ID, "reminder", at, "campaign-may", about, CONSENT)
    assert twilio.created == []


def test_an_order_rings_at_its_time_once(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    invoke(calls, ordered(number))
    assert [ring(calls, number)["status"] for _ in range(2)] == ["placed", "refused"]
    assert [one.field("To") for one in twilio.created] == [number]
    assert any(isinstance(one, PlanDone) and one.call == twilio.created[0].sid for one in noted(calls, number))


def test_an_order_is_planned_once_for_each_id(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    answers = [invoke(calls, ordered(number, timedelta(hours=hours))) for hours in (1, 2)]
    assert [one.get("why") for one in answers] == [None, "already planned"]
    ring(calls, number)
    assert invoke(calls, ordered(number))["why"] == "already placed"
    assert invoke(calls, ordered(number) | {"request": "campaign-june"})["status"] == "planned"


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"at": "tomorrow"}, "bad request"),
        ({"at": "2026-12-01T09:00:00"}, "bad request"),
        ({"at": 5}, "bad request"),
        ({"at": "2020-01-01T09:00:00+00:00"}, "bad request"),
        ({"at": "2999-01-01T09:00:00+00:00"}, "bad request"),
        ({"consent": ""}, "no consent"),
        ({"to": "+19005550142"}, "costly number"),
        ({"to": "+442079460123"}, "other country"),
        ({"agent": "sleeper"}, "quiet hours"),
        ({"agent": "stranger"}, "unknown agent"),
        ({"to": "1"}, "unknown number"),
        ({"more": 1}, "bad request"),
    ],
)
def test_what_cannot_ring_is_not_planned(calls: ModuleType, number: str, wrong: dict[str, Any], why: str) -> None:
    assert invoke(calls, ordered(number) | wrong)["why"] == why
    assert plans(calls, number) == []


def test_an_opt_out_is_found_when_it_is_planned_and_later(
    calls: ModuleType, twilio: TwilioServer, number: str
) -> None:
    invoke(calls, ordered(number))
    calls.callees.append(number, Entry(Key(0, "wish"), OptedOut()))
    assert ring(calls, number)["why"] == "opted out"
    assert invoke(calls, ordered(number) | {"request": "campaign-june"})["why"] == "opted out"
    assert (twilio.created, len(plans(calls, number))) == ([], 1)


def test_an_order_in_quiet_hours_is_moved_and_then_rings(
    calls: ModuleType, twilio: TwilioServer, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke(calls, ordered(number))
    with monkeypatch.context() as patch:
        patch.setitem(agents.AGENTS, "reminder", agent(AT_NO_HOUR))
        assert ring(calls, number)["why"] == "quiet hours"
    (_, first), (_, second) = plans(calls, number)
    assert second == replace(first, at=second.at)
    assert 590 < second.at / 1000 - now() <= 600
    assert ring(calls, number)["why"] == "no plan"
    assert ring(calls, number, 1)["status"] == "placed"
    assert len(twilio.created) == 1


def counted(calls: ModuleType, id: str = "campaign-may") -> dict[str, int]:
    """Return how far the orders with an id are, from all pages."""
    found, after = Counter[str](), None
    while after != "":
        page = invoke(calls, {"show": id, "after": after or ""})
        found, after = found + Counter(page["counts"]), page["after"]
    return dict(found)


def test_the_last_planned_call_of_an_id_is_told(calls: ModuleType, number: str) -> None:
    name = f"campaign-{uuid4().hex}"
    assert invoke(calls, {"show": name, "after": ""})["until"] == ""
    planned = invoke(calls, ordered(number) | {"request": name})["at"]
    # To the second: a plan's time has milliseconds.
    assert invoke(calls, {"show": name, "after": ""})["until"][:19] == planned[:19]


def test_a_stopped_order_does_not_ring(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    name = f"campaign-{uuid4().hex}"
    invoke(calls, ordered(number) | {"request": name})
    assert counted(calls, name) == {"planned": 1}
    assert [invoke(calls, {"stop": name}) for _ in range(2)] == [{"status": "stopped"}] * 2
    assert counted(calls, name) == {"stopped": 1}
    assert ring(calls, number)["why"] == "stopped"
    assert (counted(calls, name), twilio.created) == ({"stopped": 1}, [])


def test_no_order_is_planned_under_a_stopped_id(calls: ModuleType, number: str) -> None:
    name = f"campaign-{uuid4().hex}"
    invoke(calls, {"stop": name})
    assert invoke(calls, ordered(number) | {"request": name})["why"] == "stopped"
    assert (plans(calls, number), counted(calls, name)) == ([], {})


def test_a_stop_leaves_other_orders_and_call_backs(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    other = next(NUMBERS)
    invoke(calls, ordered(number) | {"request": f"june-{other[1:]}"})
    invoke(calls, {"stop": f"may-{other[1:]}"})
    assert ring(calls, number)["status"] == "placed"
    assert invoke(calls, planned(calls, other))["status"] == "placed"


@pytest.mark.parametrize(
    ("status", "told"), [("", "placed"), ("busy", "busy"), ("no-answer", "no-answer"), ("completed", "called")]
)
def test_the_end_of_an_orders_call_is_counted(
    calls: ModuleType, twilio: TwilioServer, number: str, status: str, told: str
) -> None:
    name = f"campaign-{uuid4().hex}"
    invoke(calls, ordered(number) | {"request": name})
    sid = ring(calls, number)["call"]
    if status:
        calls.log.append(call_log(sid), Entry(Key(1, status), Progressed(1, status)))
    assert counted(calls, name) == {told: 1}


def test_the_people_of_many_orders_are_counted_in_pages(
    calls: ModuleType, twilio: TwilioServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.adapters.orders.PAGE_PEOPLE", 2)
    name = f"campaign-{uuid4().hex}"
    people = [next(NUMBERS) for _ in range(5)]
    for number in people:
        invoke(calls, ordered(number) | {"request": name})
    ring(calls, people[0])
    assert counted(calls, name) == {"planned": 4, "placed": 1}


def test_a_retry_rings_under_an_id_of_its_own(calls: ModuleType, twilio: TwilioServer, number: str) -> None:
    invoke(calls, ordered(number, retries=1))
    sid, log = ring(calls, number)["call"], callee_log(mark_of(number, calls.secrets.get("number-key")))
    later = retried(log, calls.log.read(log), sid, datetime.now(UTC))
    assert later
    calls.log.append(log, later)
    assert [ring(calls, number, 1)["status"] for _ in range(2)] == ["placed", "refused"]
    assert len(twilio.created) == 2
