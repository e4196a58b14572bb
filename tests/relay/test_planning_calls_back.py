"""Calls back: whether one may be planned, which plan of a call counts, and what the model is told of it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from functions.relay import CallBack, Caller, Calling
from functions.relay.log.events import CallPlanned, Entry, OptedOut, Placed
from functions.relay.log.keys import Key, Slot
from functions.relay.outbound import ATTEMPTS, Callee, CallRefused, PhoneNumber
from functions.relay.planning import NumberFacts, PlanKey, due, may_be_planned, order_of, told

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 5, 4, 14, tzinfo=UTC)  # a Monday, at ten in New York
THERE = NumberFacts(PhoneNumber("+12125550142", "ordinary", "US"), Callee((NEW_YORK,), "US"))
USUAL = Calling()
OURS = PhoneNumber("+12125550100", "ordinary", "US")


def planned(call_back: CallBack) -> CallPlanned:
    caller = Caller("+12125550142", "+12125550100", "CA1", language="en-US")
    return call_back.planned(caller, "desk", NOW, timedelta(days=28))


def refusal(at: datetime | timedelta, *entries: Entry, facts: NumberFacts = THERE, calling: Calling = USUAL) -> str:
    refused = may_be_planned(planned(CallBack(at)), facts, OURS, calling, entries)
    return refused.why if refused else ""


def test_the_hours_count_where_the_person_is() -> None:
    assert refusal(timedelta(hours=2)) == ""
    assert refusal(datetime(2026, 5, 4, 23, tzinfo=NEW_YORK)) == "quiet hours"


def test_a_sunday_is_refused_where_the_country_forbids_it() -> None:
    paris = NumberFacts(PhoneNumber("+33123456789", "ordinary", "FR"), Callee((ZoneInfo("Europe/Paris"),), "FR"))
    calling = Calling(countries=frozenset({"FR"}))
    assert refusal(datetime(2026, 5, 10, 11, tzinfo=UTC), facts=paris, calling=calling) == "quiet hours"
    assert refusal(datetime(2026, 5, 11, 9, tzinfo=UTC), facts=paris, calling=calling) == ""


def test_a_wish_not_to_be_called_holds() -> None:
    assert refusal(timedelta(hours=2), Entry(Key(0, "wish"), OptedOut())) == "opted out"


def test_a_costly_number_and_another_country_are_refused() -> None:
    costly = NumberFacts(PhoneNumber("+19005550142", "premium rate", "US"), THERE.callee)
    german = NumberFacts(PhoneNumber("+493055501", "ordinary", "DE"), Callee((ZoneInfo("Europe/Berlin"),), "DE"))
    assert refusal(timedelta(hours=2), facts=costly) == "costly number"
    assert refusal(timedelta(hours=2), facts=german) == "other country"


def test_the_attempts_of_its_day_count() -> None:
    day = int(datetime(2026, 5, 4, tzinfo=UTC).timestamp()) * 1000
    made = [Entry(Key(day, ATTEMPTS, Slot.ATTEMPT.at(number=n)), Placed("desk", f"r{n}")) for n in range(3)]
    assert refusal(timedelta(hours=2), *made) == "too many attempts"
    assert refusal(timedelta(days=1), *made) == ""


def test_the_model_hears_the_local_time_of_the_person() -> None:
    assert told(planned(CallBack(timedelta(hours=2))), THERE.callee) == (
        "The call back is due on Monday, 2026-05-04 at 12:00 (America/New_York)."
    )


def test_the_newest_plan_of_a_call_replaces_the_others() -> None:
    first, second = planned(CallBack(timedelta(hours=2))), planned(CallBack(timedelta(hours=3)))
    log = [Entry(Key(5, "m"), first), Entry(Key(9, "m"), second)]
    assert due(log, Key(9, "m")) == second
    replaced, missing = due(log, Key(5, "m")), due(log, Key(6, "m"))
    assert isinstance(replaced, CallRefused) and "newer plan" in replaced.words
    assert isinstance(missing, CallRefused) and "deleted" in missing.words


def test_a_schedule_names_no_number() -> None:
    place = PlanKey("call/CA1", Key(5, "m"))
    assert place.name == PlanKey("call/CA1", Key(5, "m")).name != PlanKey("call/CA1", Key(6, "m")).name
    assert place.payload == {"planned": {"log": "call/CA1", "key": str(Key(5, "m"))}}


def test_a_plan_is_an_order_with_its_consent() -> None:
    order = order_of(planned(CallBack(timedelta(hours=2))))
    assert (order.to, order.sender, order.language) == ("+12125550142", "+12125550100", "en-US")
    assert order.lacks("US", consent_needed=True) is None
