"""Whether a number may be called, what follows from who answered, and how far a call has got: tables."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from functions.relay import AgentError, Caller, OptOut, ToolError, opt_out, tool
from functions.relay.log.events import Entry, Event, OptedOut, Placed, Progressed, Screened, Suppressed, Withdrawn
from functions.relay.log.keys import Key
from functions.relay.outbound import (
    ATTEMPTS,
    CallAllowed,
    Callee,
    Calling,
    CallRefused,
    NumberHistory,
    PhoneNumber,
    Progress,
    Why,
    day_of,
    may_be_dialled,
    may_call,
    number_history,
    progress,
    read_progress,
    withdrawal,
)
from tests.doubles import ListRecorder

NEW_YORK, CHICAGO, DENVER = (ZoneInfo(f"America/{city}") for city in ("New_York", "Chicago", "Denver"))
LOS_ANGELES, BOISE, PHOENIX = (ZoneInfo(f"America/{city}") for city in ("Los_Angeles", "Boise", "Phoenix"))
PARIS = ZoneInfo("Europe/Paris")
LONDON, KOLKATA, SYDNEY = ZoneInfo("Europe/London"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Sydney")
SLOT = Key(1, "reminder", 1)
FREE = NumberHistory(opted_out=False, attempts=0, repeated=False, slot=SLOT)
ALWAYS = Calling(quiet_from=time(), quiet_until=time())


def at(text: str) -> datetime:
    """Return a moment in UTC, such as 2026-11-20 14:00."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def why(verdict: CallAllowed | CallRefused) -> Why | None:
    return verdict.why if isinstance(verdict, CallRefused) else None


class TestQuietHours:
    @pytest.mark.parametrize(
        ("calling", "local", "quiet"),
        [
            (Calling(), time(7, 59, 59), True),
            (Calling(), time(8), False),
            (Calling(), time(20, 59, 59), False),
            (Calling(), time(21), True),
            (Calling(), time(0), True),
            (Calling(time(12), time(14)), time(11, 59), False),
            (Calling(time(12), time(14)), time(12), True),
            (Calling(time(12), time(14)), time(14), False),
            (Calling(time(0), time(9)), time(0), True),
            (Calling(time(0), time(9)), time(23, 59), False),
            (ALWAYS, time(0), False),
            (ALWAYS, time(3), False),
        ],
    )
    def test_last_from_one_time_to_another_over_midnight_too(
        self, calling: Calling, local: time, quiet: bool
    ) -> None:
        assert calling.quiet_at(local) is quiet

    @pytest.mark.parametrize(
        ("zones", "now", "allowed"),
        [
            ([NEW_YORK], "2026-11-20 12:59", False),  # 07:59
            ([NEW_YORK], "2026-11-20 13:00", True),
            ([NEW_YORK], "2026-11-21 01:59", True),  # 20:59 the evening before
            ([NEW_YORK], "2026-11-21 02:00", False),
            ([LONDON], "2026-11-20 08:00", True),
            ([KOLKATA], "2026-11-20 02:29", False),  # UTC+5:30: 07:59
            ([KOLKATA], "2026-11-20 02:30", True),
            ([SYDNEY], "2026-11-19 21:00", True),  # the next day's 08:00
            # Idaho, by area code alone: all that is known is that it is one of these.
            ([BOISE, LOS_ANGELES], "2026-11-20 15:30", False),  # 08:30 and 07:30
            ([BOISE, LOS_ANGELES], "2026-11-20 16:00", True),  # 09:00 and 08:00
            ([BOISE, LOS_ANGELES], "2026-11-21 03:59", True),  # 20:59 and 19:59
            ([BOISE, LOS_ANGELES], "2026-11-21 04:00", False),  # 21:00 and 20:00
            ([LOS_ANGELES, BOISE], "2026-11-21 04:00", False),
            ([NEW_YORK, KOLKATA], "2026-11-20 14:00", True),  # 09:00 and 19:30
            ([NEW_YORK, KOLKATA], "2026-11-20 16:00", False),  # 11:00 and 21:30
        ],
    )
    def test_quiet_hours_are_those_of_every_zone_of_the_number(
        self, zones: list[ZoneInfo], now: str, allowed: bool
    ) -> None:
        verdict = may_call(Callee(zones), at(now), FREE, Calling())
        assert why(verdict) == (None if allowed else "quiet hours")

    @pytest.mark.parametrize(
        ("zone", "first", "last"),
        [
            # Spring forward on 8 March 2026, back on 1 November: the first and the last minute of each day.
            (NEW_YORK, "2026-03-07 13:00", "2026-03-08 01:59"),
            (NEW_YORK, "2026-03-08 12:00", "2026-03-09 00:59"),
            (NEW_YORK, "2026-10-31 12:00", "2026-11-01 00:59"),
            (NEW_YORK, "2026-11-01 13:00", "2026-11-02 01:59"),
            (PHOENIX, "2026-03-07 15:00", "2026-03-08 03:59"),
            (PHOENIX, "2026-03-08 15:00", "2026-03-09 03:59"),
            (LONDON, "2026-03-28 08:00", "2026-03-28 20:59"),
            (LONDON, "2026-03-29 07:00", "2026-03-29 19:59"),
            (LONDON, "2026-10-25 08:00", "2026-10-25 20:59"),
            (SYDNEY, "2026-04-03 21:00", "2026-04-04 09:59"),
            (SYDNEY, "2026-04-04 22:00", "2026-04-05 10:59"),
        ],
    )
    def test_follow_the_clocks_there_when_they_change(self, zone: ZoneInfo, first: str, last: str) -> None:
        minute = timedelta(minutes=1)
        moments = [at(first) - minute, at(first), at(last), at(last) + minute]
        verdicts = [why(may_call(Callee([zone]), moment, FREE, Calling())) for moment in moments]
        assert verdicts == ["quiet hours", None, None, "quiet hours"]

    @pytest.mark.parametrize(("hour", "local"), [("05:30", "01:30"), ("06:30", "01:30"), ("07:30", "02:30")])
    def test_an_hour_that_comes_twice_is_the_same_hour_both_times(self, hour: str, local: str) -> None:
        verdict = may_call(Callee([NEW_YORK]), at(f"2026-11-01 {hour}"), FREE, Calling(time(1), time(2)))
        assert (why(verdict) == "quiet hours") == (local == "01:30")

    def test_quiet_hours_are_told_with_the_time_there(self) -> None:
        assert may_call(Callee([DENVER]), at("2026-11-20 05:14"), FREE, Calling()) == CallRefused(
            "quiet hours", "It is 22:14 in America/Denver, and the quiet hours are from 21:00 to 08:00."
        )


class TestTheHoursOfACountry:
    @pytest.mark.parametrize(
        ("country", "zone", "now", "allowed"),
        [
            ("US", NEW_YORK, "2026-11-20 13:00", True),
            ("IN", KOLKATA, "2026-11-20 03:29", False),  # 08:59
            ("IN", KOLKATA, "2026-11-20 03:30", True),
            ("IN", KOLKATA, "2026-11-22 15:29", True),  # Sunday, 20:59
            ("FR", PARIS, "2026-11-20 12:59", False),  # Friday, 13:59
            ("FR", PARIS, "2026-11-20 13:00", True),
            ("FR", PARIS, "2026-11-21 13:30", False),  # Saturday
            ("ES", PARIS, "2026-11-21 13:30", False),
            ("AU", SYDNEY, "2026-11-21 05:59", True),  # Saturday, 16:59
            ("AU", SYDNEY, "2026-11-21 06:00", False),
            ("CA", NEW_YORK, "2026-11-21 14:59", False),  # Saturday, 09:59
            ("CA", NEW_YORK, "2026-11-21 02:29", False),  # Friday, 21:29: the agent's own hours end at 21:00
            ("DE", PARIS, "2026-11-22 13:30", True),
            ("", PARIS, "2026-11-22 13:30", True),
        ],
    )
    def test_the_hours_of_a_country_add_to_those_of_the_agent(
        self, country: str, zone: ZoneInfo, now: str, allowed: bool
    ) -> None:
        verdict = may_call(Callee([zone], country), at(now), FREE, Calling())
        assert why(verdict) == (None if allowed else "quiet hours")

    def test_the_hours_of_a_country_leave_out_calls_that_sell_nothing(self) -> None:
        sunday, france = at("2026-11-22 13:30"), Callee([PARIS], "FR")
        assert may_call(france, sunday, FREE, Calling(country_hours=False)) == CallAllowed(SLOT)

    def test_the_hours_of_a_country_are_told_with_the_rule(self) -> None:
        told = may_call(Callee([PARIS], "FR"), at("2026-11-22 13:30"), FREE, Calling())
        assert told == CallRefused(
            "quiet hours",
            "It is 14:30 in Europe/Paris; on a Sunday FR allows no calls (Code de la consommation, art. D223-9). "
            "Calling.country_hours is for calls that sell nothing.",
        )


class TestARefusal:
    @pytest.mark.parametrize(
        ("history", "zones", "reason"),
        [
            (FREE, [CHICAGO], None),
            (NumberHistory(True, 0, False, SLOT), [CHICAGO], "opted out"),
            (NumberHistory(True, 9, True, SLOT), [], "opted out"),
            (NumberHistory(False, 0, False, SLOT, on_list="DNC"), [CHICAGO], "on a list"),
            (NumberHistory(False, 0, False, SLOT, attempts_of_all=4), [CHICAGO], None),
            (NumberHistory(False, 0, False, SLOT, attempts_of_all=5), [CHICAGO], "too many attempts"),
            (NumberHistory(False, 0, True, SLOT), [CHICAGO], "already placed"),
            (NumberHistory(False, 2, False, SLOT), [CHICAGO], None),
            (NumberHistory(False, 3, False, SLOT), [CHICAGO], "too many attempts"),
            (NumberHistory(False, 4, False, SLOT), [], "too many attempts"),
            (FREE, [], "unknown time zone"),
        ],
    )
    def test_says_why_the_gravest_first(
        self, history: NumberHistory, zones: list[ZoneInfo], reason: Why | None
    ) -> None:
        assert why(may_call(Callee(zones), at("2026-11-20 18:00"), history, Calling(), 5)) == reason

    def test_nobody_who_may_be_called_is_refused(self) -> None:
        assert may_call(Callee([CHICAGO]), at("2026-11-20 18:00"), FREE, Calling()) == CallAllowed(SLOT)

    def test_an_agent_that_may_call_nobody_cannot_be_made(self) -> None:
        with pytest.raises(AgentError, match="attempts is 0"):
            Calling(attempts=0)

    @pytest.mark.parametrize("country", ["us", "USA", "", 1])
    def test_a_country_that_is_no_code_cannot_be_allowed(self, country: Any) -> None:
        with pytest.raises(AgentError, match="two capital letters, such as 'US'"):
            Calling(countries=frozenset({country}))

    @pytest.mark.parametrize(
        ("callee", "countries", "reason"),
        [
            (PhoneNumber("+15550101", "ordinary", "US"), (), None),
            (PhoneNumber("+15550100", "ordinary", "US"), (), "our own number"),
            (PhoneNumber("+15550101", "unknown", "US"), (), "unknown number"),
            (PhoneNumber("+15550101", "premium rate", "US"), (), "costly number"),
            (PhoneNumber("+445550101", "ordinary", "GB"), (), "other country"),
            (PhoneNumber("+445550101", "ordinary", "GB"), ("GB", "IE"), None),
            (PhoneNumber("+15550101", "ordinary", "US"), ("GB", "IE"), "other country"),
        ],
    )
    def test_some_numbers_may_never_be_called(
        self, callee: PhoneNumber, countries: tuple[str, ...], reason: Why | None
    ) -> None:
        refused = may_be_dialled(
            callee, PhoneNumber("+15550100", "ordinary", "US"), Calling(countries=frozenset(countries))
        )
        assert (refused and refused.why) == reason

    def test_a_country_is_refused_with_those_that_are_allowed(self) -> None:
        callee, calling = PhoneNumber("+15550101", "ordinary", "US"), Calling(countries=frozenset({"IE", "GB"}))
        refused = may_be_dialled(callee, PhoneNumber("+15550100", "ordinary", "US"), calling)
        assert refused and refused.words == "It is in US; Calling.countries allows GB, IE."


DAY = 1_763_596_800_000


def entries(*events: Event, day: int = DAY) -> list[Entry]:
    """Return attempts as they are noted: each under the next key."""
    found: list[Entry] = []
    place = 0
    for event in events:
        place += isinstance(event, Placed)
        key = Key(day, ATTEMPTS, place)
        found.append(Entry(withdrawal(key) if isinstance(event, Withdrawn) else key, event))
    return found


def placed(request: str) -> Placed:
    return Placed("reminder", request)


class TestWhatIsKnownOfANumber:
    @pytest.mark.parametrize(
        ("log", "attempts", "place"),
        [
            ([], 0, 1),
            (entries(placed("a")), 1, 2),
            (entries(placed("a"), placed("b")), 2, 3),
            (entries(placed("a"), Withdrawn()), 0, 2),
            (entries(placed("a"), Withdrawn(), placed("b")), 1, 3),
            (entries(Placed("survey", "a"), Placed("survey", "b")), 0, 3),
            (entries(Placed("survey", "a"), Withdrawn(), placed("b")), 1, 3),
            (entries(placed("a"), day=DAY - 86_400_000), 0, 1),
        ],
    )
    def test_counts_the_attempts_of_one_agent_and_day(self, log: list[Entry], attempts: int, place: int) -> None:
        found = number_history(log, "reminder", DAY, "r")
        assert (found.attempts, found.slot) == (attempts, Key(DAY, ATTEMPTS, place))

    def test_an_opt_out_holds_for_every_agent_and_for_good(self) -> None:
        log = [Entry(Key(5, "a prompt's id", 101), OptedOut("CA1"))]
        assert number_history(log, "anybody", DAY, "").opted_out
        assert not number_history(entries(placed("a")), "reminder", DAY, "").opted_out

    def test_counts_the_attempts_of_all_agents(self) -> None:
        log = entries(Placed("survey", "a"), placed("b"), Withdrawn(), placed("c"))
        assert number_history(log, "reminder", DAY, "").attempts_of_all == 2

    def test_a_list_that_forbids_to_call_a_number_is_known(self) -> None:
        log = [Entry(Key(0, "list-DNC"), Suppressed("DNC"))]
        assert number_history(log, "anybody", DAY, "").on_list == "DNC"

    def test_tells_a_request_that_lambda_repeats(self) -> None:
        assert number_history(entries(placed("a")), "reminder", DAY, "a").repeated
        assert not number_history(entries(placed("a")), "reminder", DAY, "b").repeated

    def test_a_request_is_known_on_another_day(self) -> None:
        assert number_history(entries(placed("a")), "reminder", DAY + 86_400_000, "a").repeated

    def test_the_order_in_which_it_is_read_cannot_matter(self) -> None:
        log = [*entries(placed("a"), Withdrawn(), placed("b")), Entry(Key(5, "p"), OptedOut())]
        assert len({number_history(some, "reminder", DAY, "a") for some in permutations(log)}) == 1

    @pytest.mark.parametrize(
        ("zones", "now", "day"),
        [
            ([NEW_YORK], "2026-11-20 04:59", "2026-11-19"),
            ([NEW_YORK], "2026-11-20 05:00", "2026-11-20"),
            ([SYDNEY], "2026-11-20 13:00", "2026-11-21"),
            ([LOS_ANGELES, NEW_YORK], "2026-11-20 06:00", "2026-11-19"),
            ([], "2026-11-20 23:59", "2026-11-20"),
        ],
    )
    def test_a_day_is_the_callee_s(self, zones: list[ZoneInfo], now: str, day: str) -> None:
        assert day_of(zones, at(now)) == int(at(day).timestamp() * 1000)


STEPS = [Progressed(0, "initiated"), Progressed(1, "ringing"), Progressed(2, "in-progress")]
DONE = Progressed(3, "completed", 34)


class TestProgress:
    @pytest.mark.parametrize("order", list(permutations([*STEPS, DONE])))
    def test_progress_is_the_same_in_any_order_of_callbacks(self, order: tuple[Progressed, ...]) -> None:
        log = [Entry(Key(number, "x"), event) for number, event in enumerate((*order, *order))]
        assert progress(log) == Progress("completed", "", 34)

    @pytest.mark.parametrize(
        ("events", "expected"),
        [
            ([], Progress("placed")),
            (STEPS[:1], Progress("initiated")),
            ([STEPS[1], STEPS[0]], Progress("ringing")),
            ([*STEPS, Screened("human")], Progress("in-progress", "human")),
            ([Screened("fax")], Progress("placed", "fax")),
            ([*STEPS[:2], Progressed(2, "no-answer")], Progress("no-answer")),
        ],
    )
    def test_progress_is_the_highest_step(self, events: list[Event], expected: Progress) -> None:
        assert progress(Entry(Key(number, "x"), event) for number, event in enumerate(events)) == expected

    @pytest.mark.parametrize(
        ("status", "over"),
        [(status, True) for status in ("completed", "busy", "failed", "no-answer", "canceled")]
        + [(status, False) for status in ("placed", "queued", "initiated", "ringing", "in-progress", "")],
    )
    def test_knows_when_nothing_more_will_come(self, status: str, over: bool) -> None:
        assert Progress(status).over is over

    @pytest.mark.parametrize(
        ("form", "expected"),
        [
            ({"SequenceNumber": "1", "CallStatus": "ringing"}, Progressed(1, "ringing")),
            ({"SequenceNumber": "3", "CallStatus": "completed", "CallDuration": "34"}, DONE),
            ({"SequenceNumber": "", "CallStatus": "busy"}, Progressed(0, "busy")),
            ({"SequenceNumber": "-1", "CallDuration": "1.5"}, Progressed(0, "")),
            ({"SequenceNumber": "²", "CallDuration": "9" * 30}, Progressed(0, "")),
            ({}, Progressed(0, "")),
        ],
    )
    def test_progress_is_read_from_whatever_a_callback_holds(
        self, form: Mapping[str, str], expected: Progressed
    ) -> None:
        key, event = read_progress(form)
        assert event == expected
        assert Key.parse(str(key)) == key

    def test_a_callback_that_comes_twice_has_one_key(self) -> None:
        form = {"SequenceNumber": "1", "CallStatus": "ringing"}
        assert read_progress(form) == read_progress({**form, "Timestamp": "later"})
        assert read_progress(form)[0] != read_progress({**form, "SequenceNumber": "2"})[0]


class TestOptingOut:
    CALLER = Caller("+12125550142", "+12125550100", "CA1")

    def test_opting_out_is_a_tool_that_an_agent_lists(self) -> None:
        made = tool(opt_out)
        assert made.spec.name == "opt_out"
        assert made.spec.schema["properties"] == {}
        assert opt_out(self.CALLER) == OptOut()

    def test_an_opt_out_is_recorded_of_the_calling_number(self) -> None:
        recorder = ListRecorder()
        answer = tool(opt_out).run("{}", self.CALLER, recorder)
        assert answer == "This number will not be called again."
        assert recorder.recorded == [("+12125550142", OptedOut("CA1"))]

    @pytest.mark.parametrize("number", ["", "anonymous", "client:alma", "sip:alma@example.com"])
    def test_an_opt_out_without_a_number_is_an_error_for_the_model(self, number: str) -> None:
        with pytest.raises(ToolError, match="Nothing to store"):
            tool(opt_out).run("{}", Caller(number), lambda log, event: "")

    def test_an_opt_out_that_is_not_stored_is_never_confirmed(self) -> None:
        with pytest.raises(ToolError, match="could not be stored"):
            tool(opt_out).run("{}", self.CALLER)
