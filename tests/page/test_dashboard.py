"""The dashboard: its figures, its server, and the page in a real Chromium."""

import asyncio
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from queue import Queue
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from aiohttp import web
from playwright.sync_api import Browser, Page, expect, sync_playwright

from functions.providers import price_of
from functions.relay.record.call_record import AgentVersion, CallEnding, CallRecord
from functions.relay.record.fold import record_of
from functions.relay.record.row import row_of
from local.dashboard import figures, server
from local.dashboard.server import Dashboard
from local.ops.dashboard import charts
from local.page.logs import Line
from local.phone.background import Background
from local.records import FileRecords
from tests.conftest import NO_BROWSER
from tests.page.test_browser import NAMES, PATIENCE_MS
from tests.page.test_logs import LINES
from tests.relay.record.calls import PLAIN

pytestmark = pytest.mark.slow

RECORD = record_of(PLAIN, lambda _: "mark1234", price_of)
NOON = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)


def record(number: int, agent: str = "front_desk", ending: CallEnding = RECORD.ending, hour: int = 12) -> CallRecord:
    began = int(NOON.replace(hour=hour).timestamp() * 1000)
    agents = (AgentVersion(agent, "1"),)
    return replace(RECORD, call=f"CA{number}", agents=agents, began=began, ended=began + 1000 * number, ending=ending)


CALLS = (
    record(30),
    record(60, hour=13),
    record(90, "helpline", CallEnding.HANDED_OFF, hour=13),
)


def test_a_day_has_its_hours_endings_and_cents() -> None:
    found = figures.day([row_of(one) for one in CALLS], CALLS)
    assert (found["calls"], found["by_hour"][12], found["by_hour"][13]) == (3, 1, 2)
    assert found["endings"] == {str(RECORD.ending): 2, str(CallEnding.HANDED_OFF): 1}
    assert found["interruptions"] == 3 * RECORD.interruptions
    assert found["cents"]["Twilio"] == round(3 * RECORD.cents.twilio, 2)


def test_a_day_without_calls_has_no_times() -> None:
    found = figures.day([], [])
    assert (found["calls"], found["p50_ms"], found["endings"]) == (0, None, {})
    assert found["cents"] == {"model": 0, "Twilio": 0, "AWS": 0}


def test_cents_of_models_without_a_price_are_unknown() -> None:
    unpriced = replace(RECORD, cents=replace(RECORD.cents, model=None))
    priced = replace(RECORD, cents=replace(RECORD.cents, model=1.5))
    assert figures.day([row_of(unpriced)], [unpriced])["cents"]["model"] is None
    assert figures.day([row_of(unpriced), row_of(priced)], [unpriced, priced])["cents"]["model"] == 1.5


def test_agents_are_compared_the_busiest_first() -> None:
    first, second = figures.agents([row_of(one) for one in CALLS])
    assert (first["agent"], first["calls"], first["seconds"]) == ("front_desk", 2, 45)
    assert (second["agent"], second["calls"], second["seconds"]) == ("helpline", 1, 90)


@pytest.mark.parametrize(("values", "p50", "p90"), [([], None, None), ([7], 7, 7), (list(range(101)), 50, 90)])
def test_a_share_of_values(values: list[float], p50: int | None, p90: int | None) -> None:
    assert (figures.share(values, 50), figures.share(values, 90)) == (p50, p90)


@contextmanager
def serving(folder: Path, calls: Sequence[CallRecord] = CALLS) -> Iterator[str]:
    """Serve the dashboard of these calls; yield its URL."""
    records = FileRecords(folder)
    for one in calls:
        records.put(one)
    started: Queue[str] = Queue()

    async def serve() -> None:
        runner = web.AppRunner(Dashboard(records, lines, "laptop", charts()).application(), shutdown_timeout=0.1)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            started.put(f"http://127.0.0.1:{runner.addresses[0][1]}/")
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    background = Background("dashboard")
    background.start(serve(), lambda _: None)
    try:
        yield started.get(timeout=60)
    finally:
        background.close()


def lines(call: str) -> list[Line]:
    """Return a call's log; that of the first call has expired."""
    if call == CALLS[0].call:
        raise ValueError("Logs expire.")
    return LINES


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    with serving(tmp_path) as url:
        yield url


@pytest.mark.parametrize("path", ["calls", "day/2026-11-29", "call/CA30", "replay/CA30", "calls?key=nonsense"])
def test_data_needs_the_key_of_the_page(url: str, path: str) -> None:
    with pytest.raises(HTTPError, match="403"):
        urlopen(url + path)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip(NO_BROWSER)
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])


@contextmanager
def opened(
    browser: Browser, url: str, scheme: str = "light", width: int = 1280, rows: int = len(CALLS)
) -> Iterator[Page]:
    """Open the page. The test fails if it had an error, or requested anything from another host."""
    faults: list[str] = []
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.on("request", lambda asked: None if asked.url.startswith(url) else faults.append(asked.url))
    page.goto(url)
    expect(page.locator("#list tbody tr")).to_have_count(rows)
    yield page
    context.close()
    assert faults == []


def test_calls_are_filtered_sorted_and_opened(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="Lasted").click()
        expect(page.locator("#list tbody tr").first).to_contain_text("1:30")
        page.get_by_role("button", name="Lasted").click()
        expect(page.locator("#list tbody tr").first).to_contain_text("0:30")
        page.locator("select[name=agent]").select_option("helpline")
        expect(page.locator("#list tbody tr")).to_have_count(1)
        page.locator("#list tbody button").click()
        expect(page.get_by_role("dialog")).to_contain_text("Is there a table?")
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_one_click_leads_to_the_replay(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.locator("select[name=agent]").select_option("helpline")
        with page.expect_popup() as popup:
            page.get_by_role("link", name="Replay").click()
        replay = popup.value
        expect(replay.locator("#history")).to_contain_text("agent: rosa")
        assert not replay.url.startswith(url), "a page of its own"


def test_a_call_whose_log_has_expired_says_so(url: str) -> None:
    key = re.findall(r'name="key" content="([\w-]+)"', urlopen(url).read().decode())[0]
    with pytest.raises(HTTPError, match="404") as raised:
        urlopen(f"{url}replay/{CALLS[0].call}?key={key}")
    assert raised.value.read() == f"{CALLS[0].call} cannot be replayed. Logs expire.".encode()


def test_a_day_and_the_agents_have_charts(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("link", name="A day").press("Enter")
        expect(page.locator("#hours canvas")).to_be_visible()
        expect(page.locator("#facts")).to_contain_text("Calls3")
        expect(page.locator("#endings")).to_contain_text("handed off1")
        page.get_by_role("link", name="Agents").press("Enter")
        expect(page.locator("#waits canvas")).to_be_visible()
        expect(page.locator("#compared tbody tr")).to_have_count(2)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_shows_each_view_without_scrolling_sideways(browser: Browser, url: str, scheme: str) -> None:
    with opened(browser, url, scheme, width=360) as page:
        for view in ("Calls", "A day", "Agents"):
            page.get_by_role("link", name=view).click()
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, view


LONG = replace(record(40, "the_agent_for_billing_and_for_everything_else"), summary="They talked about chairs. " * 20)


@pytest.mark.parametrize("width", [375, 1280])
def test_long_names_and_summaries_stay_inside_the_page(browser: Browser, tmp_path: Path, width: int) -> None:
    with serving(tmp_path, [LONG, *CALLS]) as url, opened(browser, url, width=width, rows=4) as page:
        for row in page.locator("#list tbody tr").all():
            assert row.evaluate("one => one.offsetHeight") < 200
        inner = page.locator("#view-calls .wide").evaluate("one => one.scrollWidth - one.clientWidth")
        assert inner <= 0, "no column is hidden"
        for select in page.locator("select").all():
            assert select.evaluate("one => one.getBoundingClientRect().right") <= width - 16
        page.locator("#list tbody tr", has_text="They talked").get_by_role("button").click()
        expect(page.get_by_role("dialog")).to_contain_text(LONG.summary.strip()[-200:])


def test_without_calls_each_view_says_so(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path, []) as url, opened(browser, url, rows=0) as page:
        expect(page.locator("#none")).to_contain_text("No call matches")
        page.get_by_role("link", name="A day").click()
        expect(page.locator("#of")).to_have_text("No call began on this day.")
        expect(page.locator("#hours")).to_be_hidden()
        page.get_by_role("link", name="Agents").click()
        expect(page.locator("#span")).to_have_text("There is no call yet to compare.")
        expect(page.locator("#compared")).to_be_hidden()


def test_a_page_says_what_it_leaves_out(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "MOST_CALLS", 2)
    monkeypatch.setattr(server, "MOST_RECORDS", 1)
    with serving(tmp_path) as url, opened(browser, url, rows=2) as page:
        expect(page.locator("#more")).to_contain_text("the newest 2 calls")
        page.get_by_role("link", name="A day").click()
        expect(page.locator("#of")).to_contain_text("the newest 1 calls of this day")
        page.locator("input[name=day]").fill("")
        expect(page.locator("#fault")).to_be_hidden()


def test_the_keyboard_alone_sorts_and_opens(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        page.get_by_role("button", name="Lasted").focus()
        page.keyboard.press("Enter")
        expect(page.locator("#list th[aria-sort] button")).to_be_focused()
        expect(page.locator("#list tbody tr").first).to_contain_text("1:30")
        page.locator("#list tbody button").first.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.get_by_role("button", name="Close")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.get_by_role("dialog")).to_be_hidden()


def test_a_page_says_that_it_still_reads(browser: Browser, url: str) -> None:
    with opened(browser, url) as page:
        expect(page.locator("#more")).to_be_hidden()
        page.route("**/day/*", lambda _: None)
        page.get_by_role("link", name="A day").click()
        expect(page.locator("#of")).to_have_text("Reading the calls of this day …")
        expect(page.locator("#hours")).to_be_hidden()
